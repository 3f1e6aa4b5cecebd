// The configuration of a demonstration's agent: that of a small site.

import { writeFileSync } from 'node:fs'
import { users } from './certificates.ts'
import { faultCommands } from './daemon/fault-switch.ts'
import { loopback } from './free-port.ts'
import type { Service } from './sample-config.ts'
import type { Workplace } from './workplace.ts'

export interface AgentPlan {
  readonly port: number
  readonly monitoringPort: number
  /** The path of each daemon's control socket. */
  readonly sockets: ReadonlyMap<Service, string>
}

export const auditFile = 'audit.log'

/** Writes the configuration into the workplace. @returns its path */
export function writeAgentConfig(workplace: Workplace, { port, monitoringPort, sockets }: AgentPlan): string {
  const [operator, reader] = users
  const unix = [...sockets].map(([service, path]) => [service, { 'socket-type': 'unix', 'socket-name': path }] as const)
  const config = {
    'http-host': loopback,
    'http-port': port,
    'trust-anchor': 'tls/ca/cert.pem',
    'cert-file': 'tls/server/cert.pem',
    'key-file': 'tls/server/key.pem',
    'cert-required': true,
    tls: { 'crl-file': 'tls/crl.pem' },
    'control-sockets': Object.fromEntries(unix),
    'access-control': {
      'assign-role-method': 'cert-subject',
      // The table of Kea commands does not have those of the fault switch.
      commands: faultCommands.map((name) => ({ name, access: 'write' })),
      roles: [
        { name: operator, 'accept-commands': 'ALL' },
        { name: reader, 'accept-commands': 'READ', 'response-filters': ['redact-secrets'] },
      ],
    },
    'audit-log': { output: workplace.file(auditFile), arguments: true },
    monitoring: { 'http-host': loopback, 'http-port': monitoringPort },
    loggers: [{
      name: 'kea-ctrl-agent', severity: 'INFO',
      'output-options': [{ output: 'stdout', pattern: '%-5p %m\n' }],
    }],
  }
  const file = workplace.file('keagate.conf')
  const comment = '// The agent of a demonstration, which is gone when that ends.\n'
  writeFileSync(file, `${comment}${JSON.stringify({ 'Control-agent': config }, null, 2)}\n`, { mode: 0o600 })
  return file
}
