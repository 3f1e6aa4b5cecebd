// The upstreams of one configuration: one for each control socket, however many services name it. What did not change
// is taken over from the configuration before, with its queue; nothing is connected to.

import { realpathSync } from 'node:fs'
import type { ControlSocketConfig, HttpSocketConfig, UpstreamTlsConfig } from '../config/types.ts'
import { inSlices } from '../in-slices.ts'
import type { Sliced } from '../in-slices.ts'
import { socketAddress, socketIdentity } from '../config/resolve/socket-address.ts'
import type { Log } from '../log/message.ts'
import type { ClientCredentials } from '../tls/files/client-credentials.ts'
import { clientCredentialWork } from '../tls/files/client-credentials.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import type { TlsProblem } from '../tls/files/diagnostics.ts'
import { createHttpUpstream } from './http/upstream.ts'
import { UpstreamStats, MeasuredUpstream } from './upstream-stats.ts'
import { createUnixUpstream } from './unix/upstream.ts'
import type { Transport } from './upstream.ts'

export interface Upstreams {
  readonly byService: ReadonlyMap<string, MeasuredUpstream>
  /** By everything that the connection depends on. Holds secrets: never to be shown. */
  readonly byKey: ReadonlyMap<string, MeasuredUpstream>
  /** By `socketIdentity`. */
  readonly records: ReadonlyMap<string, UpstreamStats>
  /** One sentence each about TLS files that work, but not for long or not safely. */
  readonly warnings: readonly string[]
}

/**
 * @param sockets by service name
 * @param previous those of the configuration that this one is to replace
 * @throws TlsError with every problem of all certificate files
 */
export async function openUpstreams(
  sockets: ReadonlyMap<string, ControlSocketConfig>,
  log: Log,
  previous: Upstreams | null,
): Promise<Upstreams> {
  return inSlices(upstreamWork(sockets, log, previous))
}

function* upstreamWork(
  sockets: ReadonlyMap<string, ControlSocketConfig>,
  log: Log,
  previous: Upstreams | null,
): Sliced<Upstreams> {
  const files = new FileSets()
  const records = new Map<string, UpstreamStats>()
  const byService = new Map<string, MeasuredUpstream>()
  const byKey = new Map<string, MeasuredUpstream>()
  for (const [service, socket] of sockets) {
    yield
    const credentials = socket.socketType === 'https' && socket.tls !== null ? yield* files.load(socket.tls, service) : null
    if (socket.socketType === 'https' && credentials === null) continue
    const key = JSON.stringify([{ ...socket, userContext: null }, credentials?.digest])
    const known = byKey.get(key) ?? previous?.byKey.get(key)
    const identity = socketIdentity(socket)
    const record = records.get(identity) ?? previous?.records.get(identity) ?? new UpstreamStats()
    const upstream = known ?? new MeasuredUpstream(openTransport(socket, credentials, log), record)
    records.set(identity, upstream.stats)
    byKey.set(key, upstream)
    byService.set(service, upstream)
  }
  files.check()
  return { byService, byKey, records, warnings: files.warnings() }
}

/** Once `next` is in force: what only the configuration before used gives up its resting connections. */
export function retireUpstreams(before: Upstreams, next: Upstreams): void {
  for (const [key, upstream] of before.byKey) if (!next.byKey.has(key)) upstream.retire()
}

function openTransport(socket: ControlSocketConfig, credentials: ClientCredentials | null, log: Log): Transport {
  const address = socketAddress(socket)
  if (socket.socketType === 'unix') {
    const onTrailingBytes = (): void => log.write('KEAGATE_ANSWER_TRAILING_BYTES', { socket: address })
    return createUnixUpstream({ path: socket.path, limits: socket.limits, onTrailingBytes })
  }
  return createHttpUpstream({
    name: address,
    address: socket.address,
    port: socket.port,
    limits: socket.limits,
    service: socket.service,
    tls: credentials && { credentials, serverName: socket.tls?.serverName ?? null },
    authorization: authorizationOf(socket),
    forwardClientAddress: socket.forwardClientAddress,
  })
}

function authorizationOf({ login }: HttpSocketConfig): string | null {
  if (login === null) return null
  return `Basic ${Buffer.from(`${login.user}:${login.password}`).toString('base64')}`
}

/** Files that several control sockets name, under whatever names, are read once. */
class FileSets {
  readonly #sets = new Map<string, ClientCredentials | TlsError>()
  readonly #realNames = new Map<string, string>()
  readonly #problems: TlsProblem[] = []

  /** @throws TlsError */
  check(): void {
    if (this.#problems.length > 0) throw new TlsError(this.#problems)
  }

  /** @returns null where the files are of no use, which `check` reports */
  *load(tls: UpstreamTlsConfig, service: string): Sliced<ClientCredentials | null> {
    const { trustAnchor, pair } = tls
    const key = JSON.stringify([trustAnchor, pair?.certFile ?? '', pair?.keyFile ?? ''].map((file) => this.#realName(file)))
    const known = this.#sets.get(key) ?? (yield* this.#read(tls))
    this.#sets.set(key, known)
    if (!(known instanceof TlsError)) return known
    const section = `/Control-agent/control-sockets/${service}`
    this.#problems.push(...known.problems.map((problem) => ({ ...problem, section })))
    return null
  }

  warnings(): string[] {
    const all = [...this.#sets.values()].flatMap((set) => (set instanceof TlsError ? [] : set.warnings))
    return [...new Set(all)]
  }

  /** What a file is called without links and detours; as it is written where there is none. */
  #realName(file: string): string {
    const known = this.#realNames.get(file) ?? realName(file)
    this.#realNames.set(file, known)
    return known
  }

  *#read(tls: UpstreamTlsConfig): Sliced<ClientCredentials | TlsError> {
    try {
      return yield* clientCredentialWork(tls)
    } catch (error) {
      if (error instanceof TlsError) return error
      throw error
    }
  }
}

function realName(file: string): string {
  try {
    return realpathSync(file)
  } catch {
    return file
  }
}
