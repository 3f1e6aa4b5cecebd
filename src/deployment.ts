// The configuration in force and the one way to change it: build the whole new runtime, open what is new, swap,
// let go of what is old. Any failure on the way leaves everything as it was.

import { LockOut } from './auth/lock-out.ts'
import type { AgentControl } from './command/agent-control.ts'
import type { AgentConfig } from './config/types.ts'
import { KeagateError } from './errors.ts'
import { createEntrance } from './http/entrance.ts'
import type { Entrance } from './http/entrance.ts'
import { openListener } from './http/listener.ts'
import type { Listener } from './http/listener.ts'
import { createHttpServer } from './http/server.ts'
import type { HttpServer } from './http/server.ts'
import { checkLoggers } from './log/logger.ts'
import type { Logging } from './log/logger.ts'
import type { MessageId } from './log/message.ts'
import { announce } from './announce.ts'
import { buildRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'

interface InForce {
  readonly runtime: Runtime
  readonly listener: Listener
  readonly entrance: Entrance
  /** Milliseconds since the epoch. */
  readonly since: number
}

export interface DeploymentParts {
  readonly agent: AgentControl
  readonly logging: Logging
}

/** Milliseconds that running commands get to end when the process stops. */
const drainTime = 10_000

export class Deployment {
  readonly #agent: AgentControl
  readonly #logging: Logging
  readonly #lockOut = new LockOut()
  #server: HttpServer | null = null
  #inForce: InForce | null = null
  /** Changes wait for each other, so that no two are ever half done at once. */
  #changes: Promise<void> = Promise.resolve()

  constructor(parts: DeploymentParts) {
    this.#agent = parts.agent
    this.#logging = parts.logging
  }

  /** The configuration in force. */
  get config(): AgentConfig {
    return this.#current().runtime.config
  }

  /** When it was put in force; milliseconds since the epoch. */
  get since(): number {
    return this.#current().since
  }

  /**
   * Puts a configuration in force: the first one starts to listen, a later one replaces the one before.
   * @throws KeagateError: TLS_UNUSABLE or CONFIG_INVALID when it cannot be built, LISTEN_FAILED when it cannot be
   * swapped in; whatever was in force before still is
   */
  apply(config: AgentConfig): Promise<void> {
    const change = this.#changes.then(() => this.#swap(config))
    this.#changes = change.catch(() => undefined)
    return change
  }

  /** Builds everything and throws it away again. @throws KeagateError as `apply` does, without opening a port */
  check(config: AgentConfig): void {
    this.#build(config)
    checkLoggers(config.loggers)
  }

  /** Accepts no more, refuses what waits for a daemon, lets running commands end, then closes every connection. */
  async stop(): Promise<void> {
    await this.#changes
    const closed = this.#inForce?.listener.close()
    this.#inForce?.entrance.close()
    for (const upstream of this.#inForce?.runtime.upstreams.values() ?? []) upstream.close()
    await this.#server?.drain(drainTime)
    await closed
  }

  #build(config: AgentConfig): Runtime {
    const previous = this.#inForce?.runtime ?? null
    return buildRuntime(config, { agent: this.#agent, log: this.#logging, lockOut: this.#lockOut, previous })
  }

  async #swap(config: AgentConfig): Promise<void> {
    const before = this.#inForce
    const moved = before === null || !sameEndpoint(before.runtime.config, config)
    if (before !== null && !moved) this.#refuseProtocolSwitch(before.runtime.config, config)
    const runtime = this.#build(config)
    this.#server ??= await createHttpServer({ door: () => this.#current().runtime.door, log: this.#logging })
    const listener = moved ? await openListener(config.httpHost, config.httpPort, this.#logging) : before.listener
    try {
      this.#logging.configure(config.loggers)
    } catch (error) {
      if (moved) await listener.close()
      throw error
    }
    const parts = { config, credentials: runtime.credentials, server: this.#server, origin: listener, log: this.#logging }
    const entrance = createEntrance(parts)
    this.#inForce = { runtime, listener, entrance, since: Date.now() }
    listener.accept((socket) => entrance.accept(socket))
    announce(this.#logging, runtime, listener, moved ? 'STARTED' : 'UPDATED')
    // What the runtime before still runs, it runs to its end; only its address is given up.
    if (before === null || !moved) return
    void before.listener.close()
    before.entrance.close()
    this.#server.closeAll(before.listener)
  }

  /** As Kea 3: an open port does not change its protocol under the feet of its clients. */
  #refuseProtocolSwitch(before: AgentConfig, next: AgentConfig): void {
    if ((before.tls === null) === (next.tls === null)) return
    const id: MessageId =
      before.tls === null ? 'CTRL_AGENT_HTTP_SERVICE_REUSE_FAILED' : 'CTRL_AGENT_HTTPS_SERVICE_REUSE_FAILED'
    this.#logging.write(id, { address: before.httpHost, port: before.httpPort })
    throw new KeagateError(
      'LISTEN_FAILED',
      `${before.httpHost} port ${before.httpPort} cannot change between HTTP and HTTPS while it is open`,
      { remedy: 'choose another http-port for the new protocol, or restart the agent' },
    )
  }

  #current(): InForce {
    // Nobody asks before `apply` has put the first configuration in force.
    if (this.#inForce === null) throw new KeagateError('LISTEN_FAILED', 'no configuration is in force yet')
    return this.#inForce
  }
}

function sameEndpoint(one: AgentConfig, other: AgentConfig): boolean {
  return one.httpHost === other.httpHost && one.httpPort === other.httpPort
}
