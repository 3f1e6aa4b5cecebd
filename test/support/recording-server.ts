// A door on a free loopback port whose commands are recorded instead of run.

import { ServiceGroups } from '../../src/config/service-groups.ts'
import type { Authenticator } from '../../src/auth/basic.ts'
import { createAuthenticator } from '../../src/auth/basic.ts'
import { LockOut } from '../../src/auth/lock-out.ts'
import type { PathTarget } from '../../src/command/path-target.ts'
import type { CallerContext } from '../../src/command/caller.ts'
import { httpLimitRows, limitsOf } from '../../src/config/limits.ts'
import type { HttpHeader, HttpLimits } from '../../src/config/types.ts'
import type { AcceptedConnection } from '../../src/http/connection/accepted-connection.ts'
import { TrustedProxies } from '../../src/http/proxy/trusted-proxies.ts'
import type { HttpSettings } from '../../src/http/settings.ts'
import { openListener } from '../../src/http/connection/listener.ts'
import type { Listener } from '../../src/http/connection/listener.ts'
import { MemoryBudget } from '../../src/shares/memory-budget.ts'
import { createHttpServer } from '../../src/http/server.ts'
import type { HttpServer } from '../../src/http/server.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { Log, MessageFields, MessageId } from '../../src/log/message.ts'
import { traceMessages } from '../../src/log/message-trace.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import { addressOf } from '../../src/net/remote-address.ts'
import { HandshakeLog } from '../../src/tls/server/handshake-log.ts'

export interface Ran {
  readonly name: string
  readonly services: readonly string[]
  readonly arguments: string | null
  readonly path: PathTarget
  readonly caller: CallerContext
}

export interface DoorOptions {
  readonly limits?: Partial<HttpLimits>
  readonly headers?: Readonly<Record<string, string>>
  /** User and password pairs. */
  readonly clients?: Readonly<Record<string, string>>
  readonly realm?: string
  /** Wrong passwords that one address may send; as many as it likes when left out. */
  readonly failures?: number
  readonly services?: readonly string[]
  /** The body of the 200; by default a list that names the command. */
  readonly answer?: (command: Ran) => RawJson | Promise<RawJson>
}

export interface RecordingDoor {
  readonly server: HttpServer
  readonly listener: Listener
  readonly port: number
  /** The commands that were dispatched, in order. */
  readonly ran: Ran[]
  readonly names: () => string[]
  readonly log: RecordingLog
  /** The configuration that the next request meets. */
  reconfigure(options: DoorOptions): void
}

export interface RecordingLog extends Log {
  readonly lines: { readonly id: MessageId; readonly fields: MessageFields }[]
  count(id: MessageId): number
  /** Resolves when a line with this id is or has been written. */
  seen(id: MessageId): Promise<void>
}

interface Owner {
  teardown(done: () => unknown): void
}

export const defaultLimits = limitsOf(httpLimitRows, () => null)

/** Opens a door for one test; connections are served as plain HTTP unless `serve` does something else with them. */
export async function openDoor(
  owner: Owner,
  options: DoorOptions = {},
  serve: (server: HttpServer, arrival: AcceptedConnection, origin: Listener) => void = (server, arrival) =>
    server.serve(arrival),
): Promise<RecordingDoor> {
  const ran: Ran[] = []
  const log = recordingLog()
  let settings = makeSettings(options, ran, log)
  const server = await createHttpServer({
    settings: () => settings,
    memory: new MemoryBudget({ limit: () => settings.limits.maxBuffered }),
    log,
  })
  const listener = await openListener('127.0.0.1', 0, log)
  listener.accept((socket) => {
    const remoteAddress = addressOf(socket)
    const slot = server.takeSlot(remoteAddress)
    const client = { remoteAddress }
    serve(server, { socket, client, consumed: 0, peer: null, verified: null, slot, origin: listener }, listener)
  })
  owner.teardown(async () => {
    await listener.close()
    await server.drain(0)
  })
  const reconfigure = (changed: DoorOptions): void => {
    settings = makeSettings(changed, ran, log)
  }
  return { server, listener, port: listener.port, ran, names: () => ran.map((each) => each.name), log, reconfigure }
}

/** Commands that run until they are released, one after the other. */
export class HeldCommands {
  readonly #releases: (() => void)[] = []
  #started = 0
  #wake: () => void = () => undefined

  readonly answer = (command: Ran): Promise<RawJson> => {
    this.#started++
    this.#wake()
    return new Promise((resolve) => {
      this.#releases.push(() => resolve(rawJson(JSON.stringify([{ result: 0, text: command.name }]))))
    })
  }

  /** Resolves when as many commands have begun to run. */
  async started(count: number): Promise<void> {
    while (this.#started < count) await new Promise<void>((resolve) => (this.#wake = resolve))
  }

  /** Lets the oldest running command end. */
  release(): void {
    this.#releases.shift()?.()
  }
}

/** Each step of every request would only hide what a test looks for. */
const recorded = (id: MessageId): boolean => !Object.hasOwn(traceMessages, id)

export function recordingLog(): RecordingLog {
  const lines: { id: MessageId; fields: MessageFields }[] = []
  const waiting: { id: MessageId; resolve: () => void }[] = []
  return {
    lines,
    enabled: recorded,
    count: (id) => lines.filter((each) => each.id === id).length,
    seen: (id) =>
      new Promise((resolve) => {
        if (lines.some((each) => each.id === id)) resolve()
        else waiting.push({ id, resolve })
      }),
    write: (id, fields = {}) => {
      if (!recorded(id)) return
      lines.push({ id, fields })
      for (const each of waiting) if (each.id === id) each.resolve()
    },
  }
}

function makeSettings(options: DoorOptions, ran: Ran[], log: Log): HttpSettings {
  const answer = options.answer ?? ((command: Ran) => rawJson(JSON.stringify([{ result: 0, text: command.name }])))
  const headers: HttpHeader[] = Object.entries(options.headers ?? {}).map(([name, value]) => ({
    name,
    value,
    userContext: null,
  }))
  return {
    limits: { ...defaultLimits, ...options.limits },
    headers,
    certificateRequired: false,
    trustedProxies: new TrustedProxies([]),
    readiness: null,
    revocation: null,
    trustAnchors: null,
    audit: null,
    metrics: null,
    tlsReport: new HandshakeLog(log, new MetricRegistry()),
    authenticator: authenticator(options),
    serviceGroups: new ServiceGroups(),
    services: new Set(options.services ?? []),
    dispatch: async (envelope, caller, path) => {
      if (envelope.kind !== 'command') {
        const list = rawJson(`[ { "result": 1, "text": ${JSON.stringify(envelope.text)} } ]`)
        return { kind: 'answer', list, services: null }
      }
      const { name, services } = envelope
      const command = {
        name,
        services,
        arguments: envelope.arguments === null ? null : rawToString(envelope.arguments),
        path,
        caller,
      }
      ran.push(command)
      return { kind: 'answer', list: await answer(command), services: null }
    },
  }
}

function authenticator(options: DoorOptions): Authenticator | null {
  const file = {
    userFile: null, passwordFile: null, userInPasswordFile: false, hash: null, certSubject: null, certFingerprint: null,
    userContext: null,
  }
  const config = {
    realm: options.realm ?? 'kea-control-agent',
    directory: '',
    clients: Object.entries(options.clients ?? {}).map(([user, password]) => ({ user, password, ...file })),
    lockOut: { failures: options.failures ?? 0, window: 60_000 },
    userContext: null,
  }
  return createAuthenticator(config, new LockOut())
}
