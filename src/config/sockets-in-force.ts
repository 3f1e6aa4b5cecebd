// What a new configuration that came over the network may take from the control sockets in force: the same addresses,
// and the same secrets for the same daemons. An index answers, because a thousand sockets may ask about a thousand.

import type { AgentConfig, HttpSocketConfig, UpstreamLogin } from './types.ts'

export type Endpoint = Pick<HttpSocketConfig, 'socketType' | 'address' | 'port' | 'tls'>

/** Logins given for this very daemon, with the same trust anchor and server name, in the order of the configuration. */
export function loginsInForce(config: AgentConfig | null, endpoint: Endpoint): readonly UpstreamLogin[] {
  return config === null ? [] : (indexOf(config).logins.get(identity(endpoint)) ?? [])
}

/** Whether an address and port are those of a daemon in force. */
export function isInForce(config: AgentConfig | null, { address, port }: Endpoint): boolean {
  return config !== null && indexOf(config).places.has(place(address, port))
}

interface SocketIndex {
  readonly logins: ReadonlyMap<string, readonly UpstreamLogin[]>
  readonly places: ReadonlySet<string>
}

const indexes = new WeakMap<AgentConfig, SocketIndex>()

function indexOf(config: AgentConfig): SocketIndex {
  const index = indexes.get(config) ?? createIndex(config)
  indexes.set(config, index)
  return index
}

function createIndex({ controlSockets }: AgentConfig): SocketIndex {
  const logins = new Map<string, UpstreamLogin[]>()
  const places = new Set<string>()
  for (const socket of controlSockets.values()) {
    if (socket.socketType === 'unix') continue
    places.add(place(socket.address, socket.port))
    if (socket.login === null) continue
    const own = logins.get(identity(socket)) ?? []
    own.push(socket.login)
    logins.set(identity(socket), own)
  }
  return { logins, places }
}

function identity({ socketType, address, port, tls }: Endpoint): string {
  return JSON.stringify([socketType, address, port, tls?.trustAnchor, tls?.serverName])
}

function place(address: string, port: number): string {
  return `${address} ${port}`
}
