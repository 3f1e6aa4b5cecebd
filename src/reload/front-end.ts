// What clients meet of the configuration in force: its listener, the handler of the connections there, and the one HTTP
// server behind all listeners. The config manager decides what is put in force, and when.

import { KeagateError } from '../errors.ts'
import type { MemoryReserve } from '../hook/memory.ts'
import { createConnectionHandler } from '../http/connection/connection-handler.ts'
import type { ConnectionHandler } from '../http/connection/connection-handler.ts'
import type { Traffic } from '../http/connection/connection-table.ts'
import type { Listener } from '../http/connection/listener.ts'
import { ProxyRefusalLog } from '../http/proxy/proxy-protocol/refusal-log.ts'
import { createHttpServer } from '../http/server.ts'
import type { HttpServer } from '../http/server.ts'
import type { Log } from '../log/message.ts'
import type { Metrics } from '../metrics/registry.ts'
import { MemoryBudget } from '../shares/memory-budget.ts'
import type { Runtime } from './runtime.ts'
import type { HandshakeLog } from '../tls/server/handshake-log.ts'

export interface ActiveConfig {
  readonly runtime: Runtime
  readonly listener: Listener
  readonly connectionHandler: ConnectionHandler
  /** Milliseconds since the epoch. */
  readonly activeSince: number
}

/** Milliseconds until connections are cut when the process stops; running commands get nine tenths of that time. */
const drainTimeout = 10_000

/**
 * Milliseconds that TLS handshakes under way get when the process stops: a load balancer has already chosen this
 * process for these clients, and cannot choose another one any more.
 */
const handshakeGrace = 1000

/** All handler modules together count as one client. */
const moduleShare = { network: 'handler modules', user: null }

export class FrontEnd {
  readonly #log: Log
  readonly #report: HandshakeLog
  readonly #proxyLog: ProxyRefusalLog
  /** The memory for bodies and answers of all clients, and for those of handler modules. */
  readonly memory: MemoryBudget
  /** The share of the handler modules, for commands and answers on their way to and from them. */
  readonly moduleMemory: MemoryReserve
  #server: HttpServer | null = null
  #active: ActiveConfig | null = null

  /** @param report records the TLS clients whose handshake fails or whose certificate is refused */
  constructor(log: Log, report: HandshakeLog, metrics: Metrics) {
    this.#log = log
    this.#report = report
    this.#proxyLog = new ProxyRefusalLog(log, metrics)
    this.memory = new MemoryBudget({
      limit: () => this.#active?.runtime.config.httpLimits.maxBuffered ?? Number.MAX_SAFE_INTEGER,
      onRefused: (client, refusal) => {
        const reason = client === moduleShare && refusal === 'client' ? 'modules' : refusal
        metrics.count('keagate_memory_refusals_total', { reason })
      },
    })
    this.moduleMemory = { tryReserve: (bytes) => this.memory.tryReserve(moduleShare, bytes) }
  }

  /** The configuration in force; null before the first one. */
  get active(): ActiveConfig | null {
    return this.#active
  }

  /** The configuration in force. @throws KeagateError LISTEN_FAILED before the first one */
  get current(): ActiveConfig {
    if (this.#active === null) throw new KeagateError('LISTEN_FAILED', 'no configuration is in force yet')
    return this.#active
  }

  /** Whether clients can come in. */
  get open(): boolean {
    return this.#active?.listener.listening ?? false
  }

  /** Counts of connections and bytes since the start; null before the first configuration. */
  get traffic(): Traffic | null {
    return this.#server?.traffic() ?? null
  }

  /** Makes the connection handler of a runtime. It gets no connection before `use`. */
  async connectionHandler({ config, credentials }: Runtime, origin: Listener): Promise<ConnectionHandler> {
    this.#server ??= await createHttpServer({
      settings: () => this.current.runtime.http,
      memory: this.memory,
      log: this.#log,
    })
    return createConnectionHandler({
      config,
      credentials,
      server: this.#server,
      origin,
      report: this.#report,
      proxyLog: this.#proxyLog,
      log: this.#log,
    })
  }

  /** From now on, connections of the listener are served by this runtime. */
  use(next: ActiveConfig): void {
    this.#active = next
    next.listener.accept((socket) => next.connectionHandler.accept(socket))
    this.#server?.closeUntrusted()
  }

  /** Closes the listener of a configuration that is no longer in force. Answers under way there are still sent. */
  leave({ listener, connectionHandler }: ActiveConfig): void {
    void listener.close()
    connectionHandler.close()
    this.#server?.closeAll(listener)
  }

  /** Closes every connection after the answer under way. */
  closeAfterResponses(): void {
    this.#server?.closeAfterResponses()
  }

  /**
   * Accepts no more connections, refuses commands that wait for a daemon, lets running commands end, then closes every
   * connection.
   */
  async close(): Promise<void> {
    await this.#active?.listener.acceptQueued()
    const closed = this.#active?.listener.close()
    await this.#active?.connectionHandler.settle(handshakeGrace)
    this.#active?.connectionHandler.close()
    this.#proxyLog.close()
    for (const upstream of this.#active?.runtime.upstreams.byKey.values() ?? []) upstream.close()
    await this.#server?.drain(drainTimeout)
    await closed
  }

  /** Makes a `close` that is under way stop waiting for commands. */
  forceShutdown(): void {
    this.#server?.forceShutdown()
  }
}
