// The agent under test as its clients see it: six ways in (three TLS modes, with and without basic authentication).

import type { Owner } from '../support/child.ts'
import type { Program, ProgramOptions } from '../support/program.ts'
import { startProgram } from '../support/program.ts'
import type { Certificates, Pair } from './certificates.ts'

export type TlsMode = 'off' | 'server' | 'mutual'

export interface Way {
  readonly tls: TlsMode
  readonly basic: boolean
}

export const ways: readonly Way[] = (['off', 'server', 'mutual'] as const).flatMap((tls) => [
  { tls, basic: false },
  { tls, basic: true },
])

export const user = 'kea-operator'
export const password = 'correct horse: battery'

/** For test names. */
export function wayName(way: Way): string {
  const tls = { off: 'plain HTTP', server: 'server-authenticated TLS', mutual: 'mutual TLS' }[way.tls]
  return way.basic ? `${tls} with basic authentication` : tls
}

export interface Door extends Program {
  readonly way: Way
  /** `http://127.0.0.1:PORT` or `https://…`, without a path. */
  readonly url: string
  /** What a client needs to trust the server; null in plain HTTP. */
  readonly ca: string | null
  /** What a client shows in mutual TLS, else null. */
  readonly client: Pair | null
}

export interface DoorOptions extends ProgramOptions {
  /** Service name to socket path. */
  readonly sockets?: Readonly<Record<string, string>>
  /** Further members of `Control-agent`. */
  readonly config?: Readonly<Record<string, unknown>>
}

/** Starts the agent so that it is entered in the given way. */
export async function openDoor(
  owner: Owner,
  way: Way,
  certificates: Certificates,
  options: DoorOptions = {},
): Promise<Door> {
  const sockets = Object.entries(options.sockets ?? {}).map(
    ([service, path]) => [service, { 'socket-type': 'unix', 'socket-name': path }] as const,
  )
  const program = await startProgram(
    owner,
    {
      ...(sockets.length === 0 ? {} : { 'control-sockets': Object.fromEntries(sockets) }),
      ...(way.tls === 'off' ? {} : tlsKeys(certificates, way.tls)),
      ...(way.basic ? { authentication: { type: 'basic', realm: 'kea', clients: [{ user, password }] } } : {}),
      ...options.config,
    },
    options,
  )
  return {
    ...program,
    way,
    url: `${way.tls === 'off' ? 'http' : 'https'}://127.0.0.1:${program.port}`,
    ca: way.tls === 'off' ? null : certificates.ca,
    client: way.tls === 'mutual' ? certificates.client : null,
  }
}

function tlsKeys(certificates: Certificates, tls: TlsMode): Record<string, unknown> {
  return {
    'trust-anchor': certificates.ca,
    'cert-file': certificates.server.cert,
    'key-file': certificates.server.key,
    'cert-required': tls === 'mutual',
  }
}
