// A daemon with as many leases as wanted, all at once or in pages.

import type { Owner } from './child.ts'
import { answering, FakeDaemon } from './fake-daemon.ts'

/** Listens on a UNIX socket; answers `lease4-get-all` and `lease4-get-page`. */
export async function startLeaseSource(owner: Owner, count: number): Promise<FakeDaemon> {
  const daemon = await FakeDaemon.listen(answering((command) => page(command, count)))
  owner.teardown(() => daemon.close())
  return daemon
}

/** What such a daemon answers. */
export function page(command: string, count: number): string {
  const limit = Number(/"limit": (\d+)/.exec(command)?.[1] ?? count)
  const after = /"from": "10\.(\d+)\.(\d+)\.(\d+)"/.exec(command)?.slice(1).map(Number)
  const first = after === undefined ? 0 : after.reduce((number, byte) => number * 256 + byte, 0) + 1
  const leases = Array.from({ length: Math.max(0, Math.min(limit, count - first)) }, (_, n) => lease(first + n))
  const list = `"count": ${leases.length}, "leases": [ ${leases.join(', ')} ]`
  return `{ "arguments": { ${list} }, "result": ${leases.length === 0 ? 3 : 0}, "text": "${leases.length} IPv4 lease(s) found." }`
}

function lease(n: number): string {
  const bytes = [n >> 16, (n >> 8) & 255, n & 255]
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(':')
  return `{ "client-id": "01:02:00:00:${hex}", "cltt": ${1_790_000_000 + n}, "fqdn-fwd": false, "fqdn-rev": false, ` +
    `"hostname": "host-${n}.example.org", "hw-address": "02:00:00:${hex}", "ip-address": "10.${bytes.join('.')}", ` +
    '"state": 0, "subnet-id": 1, "valid-lft": 4000 }'
}
