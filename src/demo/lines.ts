// What a demonstration says of itself, and the lines to paste.

import { writeFileSync } from 'node:fs'
import { shellWord } from '../tls/files/diagnostics.ts'
import { users } from './certificates.ts'
import type { DoorPlan } from './door-config.ts'
import { auditFile } from './door-config.ts'
import { loopback } from './free-port.ts'
import { demoNotice } from './process-commands.ts'
import type { RealDaemon } from './real-daemon.ts'
import type { Service } from './sample-config.ts'
import type { Workplace } from './workplace.ts'

export interface DaemonInUse {
  readonly service: Service
  /** Kea's own; null where a made-up one is used. */
  readonly real: RealDaemon | null
  /** Why Kea's own is not used; null where it was not looked for. */
  readonly reason: string | null
}

const contents: Readonly<Record<Service, string>> = {
  dhcp4: '2 subnets, 500 leases, 10 reservations',
  dhcp6: '2 subnets, 120 leases, 3 reservations',
  d2: 'one forward zone',
}

/** What curl needs besides the command, for each user. @returns the file of each */
export function writeCurlFiles(workplace: Workplace, { port }: DoorPlan): ReadonlyMap<string, string> {
  return new Map(users.map((user) => {
    const file = workplace.file(`${user}.curl`)
    const lines = [
      ['cacert', workplace.file('tls', 'ca', 'cert.pem')],
      ['cert', workplace.file('tls', user, 'cert.pem')],
      ['key', workplace.file('tls', user, 'key.pem')],
      ['header', 'Content-Type: application/json'],
      ['url', `https://${loopback}:${port}/`],
    ]
    writeFileSync(file, lines.map(([name = '', value = '']) => `${name} = ${JSON.stringify(value)}\n`).join(''), { mode: 0o600 })
    return [user, file]
  }))
}

/** All of it, for the terminal. */
export function introduction(workplace: Workplace, plan: DoorPlan, daemons: readonly DaemonInUse[]): string {
  const files = writeCurlFiles(workplace, plan)
  const isDemo = (service: Service): boolean => daemons.some((each) => each.service === service && each.real === null)
  const ask = (user: string, command: string, service: Service, input = ''): string => {
    const body = `{ "command": "${command}", "service": [ "${service}" ]${input === '' ? '' : `, "arguments": { ${input} }`} }`
    return `curl -sS -K ${shellWord(files.get(user) ?? '')} -d '${body}'; echo`
  }
  const [operator, reader] = users
  // A real daemon has these commands only with the library for leases.
  const lease = isDemo('dhcp4')
    ? ask(reader, 'lease4-get', 'dhcp4', '"ip-address": "192.0.2.20"')
    : ask(reader, 'status-get', 'dhcp4')
  const lines = [
    `Paste these into another terminal. ${isDemo('dhcp4') ? 'A lease' : 'How dhcp4 fares'}, asked by the user ${reader}:`, '',
    lease, '',
    ...(isDemo('dhcp4') ? [
      `A page of leases; statistics of each subnet:`, '',
      ask(reader, 'lease4-get-page', 'dhcp4', '"from": "start", "limit": 3'),
      ask(reader, 'stat-lease4-get', 'dhcp4'), '',
      `${reader} may only look: the first is refused, and ${operator} may:`, '',
      ask(reader, 'lease4-del', 'dhcp4', '"ip-address": "192.0.2.20"'),
      ask(operator, 'lease4-del', 'dhcp4', '"ip-address": "192.0.2.20"'), '',
      'dhcp4 hangs, or is gone, for 20 seconds: ask it something then, and look at the status page:', '',
      ask(operator, 'demo-hang', 'dhcp4', '"seconds": 20'),
      ask(operator, 'demo-away', 'dhcp4', '"seconds": 20'), '',
    ] : []),
  ]
  return `
${banner(daemons)}

${daemons.map(describe).join('\n')}

door          https://${loopback}:${plan.port}/  mutual TLS; ${operator} may run every command, ${reader} only those that look
status page   http://${loopback}:${plan.monitoringPort}/
audit log     ${workplace.file(auditFile)}

${lines.join('\n')}
Ctrl-C stops it. Nothing is left then of ${workplace.directory}.

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
