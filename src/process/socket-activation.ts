// Socket activation: the sockets that systemd opened before it started this process.

/** The first descriptor that systemd passes; sd_listen_fds(3). */
const first = 3

/** @param env `LISTEN_FDS`, the number of sockets, and `LISTEN_PID`, the process that they are for */
export function activatedSockets(env: NodeJS.ProcessEnv, pid: number): readonly number[] {
  if (env['LISTEN_PID'] !== String(pid)) return []
  const count = Number(env['LISTEN_FDS'] ?? '')
  return Number.isSafeInteger(count) && count > 0 ? Array.from({ length: count }, (_, index) => first + index) : []
}
