// Socket activation: what systemd has opened before it started this process.

/** The first descriptor that may be one; sd_listen_fds(3). */
const first = 3

/** @param env `LISTEN_FDS`, and `LISTEN_PID`, which says whom they are for */
export function activatedSockets(env: NodeJS.ProcessEnv, pid: number): readonly number[] {
  if (env['LISTEN_PID'] !== String(pid)) return []
  const count = Number(env['LISTEN_FDS'] ?? '')
  return Number.isSafeInteger(count) && count > 0 ? Array.from({ length: count }, (_, index) => first + index) : []
}
