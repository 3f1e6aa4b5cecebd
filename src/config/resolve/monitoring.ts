// `monitoring`: where metrics, health and the status page are served. Off unless the map is there.

import { canonicalAddress, isLoopback } from '../../net/network.ts'
import { resolveHost } from './http.ts'
import type { Section } from '../parse/section.ts'
import type { MonitoringConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

const defaultPort = 8001

/** null where there is no such map. */
export function resolveMonitoring(agent: Section): MonitoringConfig | null {
  const section = agent.section('monitoring')
  if (section === null) return null
  const httpHost = resolveHost(section)
  const httpPort = section.integer('http-port') ?? defaultPort
  checkPort(agent, section, httpPort)
  if (!isLoopback(httpHost)) {
    const text = 'monitoring answers plain HTTP from any host that reaches this address, and names daemons and certificates'
    section.warning('KEAGATE_CONFIG_WARNING', 'http-host', text, 'let only your monitoring through the firewall')
  }
  const probesOnAgentPort = section.boolean('probes-on-agent-port') ?? false
  return { httpHost, httpPort, probesOnAgentPort, userContext: userContextOf(section) }
}

/** The system allows one port on two addresses, but `0.0.0.0` and `::` take the port on every address. */
function checkPort(agent: Section, section: Section, port: number): void {
  const other = agent.integer('http-port') ?? 8000
  if (port !== other || port === 0) return
  const [one, two] = [hostOf(section), hostOf(agent)]
  if (one !== two && !all.test(one) && !all.test(two)) return
  section.error('http-port', `http-port is ${port}, where the agent itself listens`, 'choose another port')
}

const all = /^(0\.0\.0\.0|::)$/

/** Its mistakes are reported elsewhere. */
function hostOf(section: Section): string {
  const host = section.string('http-host') ?? '127.0.0.1'
  return canonicalAddress(host) ?? host
}
