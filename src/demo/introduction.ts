// The text that a demonstration prints when it accepts commands, with lines to paste.

import { users } from './certificates.ts'
import { ClientLines } from './client-lines.ts'
import type { AgentPlan } from './agent-config.ts'
import { auditFile } from './agent-config.ts'
import { loopback } from './free-port.ts'
import { demoNotice } from './daemon/commands/process-commands.ts'
import type { RealDaemon } from './real-daemon.ts'
import type { Service } from './sample-config.ts'
import type { Workplace } from './workplace.ts'

export interface DaemonInUse {
  readonly service: Service
  /** Kea's own daemon; null where a made-up one is used. */
  readonly real: RealDaemon | null
  /** Why Kea's own daemon is not used; null where it is used or was not looked for. */
  readonly reason: string | null
}

const contents: Readonly<Record<Service, string>> = {
  dhcp4: '2 subnets, 500 leases, 10 reservations',
  dhcp6: '2 subnets, 120 leases, 3 reservations',
  d2: 'one forward zone',
}

const [operator, reader] = users

/** The whole text, for the terminal. Writes the files that the lines need into the workplace. */
export function introduction(workplace: Workplace, plan: AgentPlan, daemons: readonly DaemonInUse[]): string {
  const { port, monitoringPort } = plan
  const lines = new ClientLines(workplace, port)
  const madeUp = daemons.some(({ service, real }) => service === 'dhcp4' && real === null)
  return `
${banner(daemons)}

${daemons.map(describe).join('\n')}

agent         https://${loopback}:${port}/  mutual TLS; ${operator} may run every command of Kea, ${reader} only those that look
status page   http://${loopback}:${monitoringPort}/
audit log     ${workplace.file(auditFile)}

${madeUp ? linesForMadeUp(lines) : linesForReal(lines)}
Ctrl-C stops it. Nothing is left then of ${workplace.directory}.

`
}

function linesForMadeUp(lines: ClientLines): string {
  const ask = { user: reader, service: 'dhcp4' } as const
  const lease = { 'ip-address': '192.0.2.20' }
  const question = { ...ask, command: 'lease4-get', args: lease }
  return `Paste these into another terminal. A lease, asked by the user ${reader}:

${lines.curl(question)}

The same by keagate itself, as a table on a terminal:

${lines.ask(question)}

A page of leases; statistics of each subnet:

${lines.curl({ ...ask, command: 'lease4-get-page', args: { from: 'start', limit: 3 } })}
${lines.curl({ ...ask, command: 'stat-lease4-get' })}

${reader} may only look: the first is refused, and ${operator} may:

${lines.curl({ ...ask, command: 'lease4-del', args: lease })}
${lines.curl({ ...ask, user: operator, command: 'lease4-del', args: lease })}

dhcp4 hangs, or is gone, for 20 seconds: ask it something then, and look at the status page:

${lines.curl({ ...ask, user: operator, command: 'demo-hang', args: { seconds: 20 } })}
${lines.curl({ ...ask, user: operator, command: 'demo-away', args: { seconds: 20 } })}
`
}

/** Only commands that do not change a real daemon, and that need no hook library: it may have none. */
function linesForReal(lines: ClientLines): string {
  const question = { user: reader, service: 'dhcp4', command: 'status-get' } as const
  return `Paste these into another terminal. How dhcp4 fares, asked by the user ${reader}:

${lines.curl(question)}

The same by keagate itself, as a table on a terminal:

${lines.ask(question)}
`
}

function banner(daemons: readonly DaemonInUse[]): string {
  if (daemons.every(({ real }) => real === null)) return `This is ${demoNotice}.`
  return 'keagate in front of the daemons of Kea on this host. What is called a demonstration is made up and in memory.'
}

function describe({ service, real, reason }: DaemonInUse): string {
  const name = service.padEnd(13)
  if (real !== null) return `${name} Kea ${real.version} at ${real.path}: real, change it with care`
  return `${name} demonstration: ${contents[service]}${reason === null ? '' : ` (${reason})`}`
}
