// The one way to change the configuration in force: build the whole new runtime, open what is new, swap, let go of what
// is old. Any failure on the way leaves everything as it was.

import { setTimeout } from 'node:timers/promises'
import { LockOut } from '../auth/lock-out.ts'
import type { AgentControl } from '../command/agent-control.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { AgentConfig, TlsConfig } from '../config/types.ts'
import { retireUpstreams } from '../forward/open-upstreams.ts'
import { askDaemons } from '../hook/ask-daemons.ts'
import type { AskDaemons } from '../hook/ask-daemons.ts'
import type { MemoryReserve } from '../hook/memory.ts'
import { Modules } from '../hook/modules.ts'
import type { ModuleParts } from '../hook/supervised-module.ts'
import type { Traffic } from '../http/connection/connection-table.ts'
import type { Listener } from '../http/connection/listener.ts'
import type { Logging } from '../log/logger.ts'
import { listen, listenFirst, refuseProtocolSwitch, sameEndpoint } from './listen.ts'
import {
  announce, announceCommands, announceStart, announceWarnings, nameMissingDaemons, summaryOf,
} from './startup-log.ts'
import { ChangeQueue } from './serial-queue.ts'
import { openCompanions } from './reload-transaction.ts'
import type { Companions } from './reload-transaction.ts'
import { Doorway } from './front-end.ts'
import type { InForce } from './front-end.ts'
import { checkLogFiles, placed } from './resource-errors.ts'
import type { Monitoring } from '../monitoring/monitoring.ts'
import type { Metrics } from '../metrics/registry.ts'
import { buildRuntime, renewCredentials } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { TlsReport } from '../tls/server/handshake-log.ts'
import { TlsUpkeep } from '../tls/files/certificate-reloader.ts'
import type { UpkeepParts } from '../tls/files/certificate-reloader.ts'

export interface DeploymentParts {
  readonly agent: AgentControl
  readonly logging: Logging
  readonly metrics: Metrics
  readonly monitoring: Monitoring
  /** Descriptors of listening sockets that systemd has opened for this process. */
  readonly passedSockets: readonly number[]
}

/** All handler modules together have the share of one client. */
const moduleShare = { network: 'handler modules', user: null }

/** Milliseconds that a change of the configuration gets to end when the process stops. */
const changeTime = 2000

export class Deployment {
  /** What else must not overlap a change waits here too. */
  readonly changes = new ChangeQueue()
  readonly #agent: AgentControl
  readonly #logging: Logging
  readonly #lockOut = new LockOut()
  readonly #tlsReport: TlsReport
  readonly #doorway: Doorway
  readonly #moduleParts: ModuleParts
  readonly #metrics: Metrics
  readonly #monitoring: Monitoring
  readonly #passedSockets: readonly number[]
  #upkeep: TlsUpkeep | null = null

  constructor(parts: DeploymentParts) {
    this.#agent = parts.agent
    this.#logging = parts.logging
    this.#metrics = parts.metrics
    this.#monitoring = parts.monitoring
    this.#passedSockets = parts.passedSockets
    this.#tlsReport = new TlsReport(parts.logging, parts.metrics)
    this.#doorway = new Doorway(parts.logging, this.#tlsReport, parts.metrics)
    const ask: AskDaemons = (...question) => askDaemons(this.runtime, ...question)
    const { memory } = this.#doorway
    const tryReserve: MemoryReserve['tryReserve'] = (bytes) => memory.tryReserve(moduleShare, bytes)
    this.#moduleParts = { log: parts.logging, ask, memory: { tryReserve } }
  }

  /** The configuration in force. */
  get config(): AgentConfig {
    return this.runtime.config
  }

  /** When it was put in force; milliseconds since the epoch. */
  get since(): number {
    return this.#doorway.current.since
  }

  get runtime(): Runtime {
    return this.#doorway.current.runtime
  }

  /** One line on the configuration in force. */
  get summary(): string {
    const { runtime, listener } = this.#doorway.current
    return summaryOf(runtime.config, listener)
  }

  /** Whether clients can come in. */
  get open(): boolean {
    return this.#doorway.open
  }

  /** Why no command can run now. */
  get obstacles(): readonly string[] {
    const obstacle = this.#doorway.inForce?.runtime.audit?.obstacle ?? null
    return obstacle === null ? [] : [obstacle]
  }

  /** What has gone through the door since the start; null before the first configuration. */
  get traffic(): Traffic | null {
    return this.#doorway.traffic
  }

  /**
   * Puts a configuration in force: the first one starts to listen, a later one replaces the one before.
   * @param read gives the configuration when its turn has come: a password shown as `*****` is the one in force then
   * @throws KeagateError: TLS_UNUSABLE or CONFIG_INVALID when it cannot be built, LISTEN_FAILED when it cannot be
   * swapped in; whatever was in force before still is
   */
  apply(read: () => Promise<LoadedConfig>): Promise<void> {
    return this.changes.inTurn(async () => {
      const loaded = await read()
      try {
        announceStart(this.#logging, loaded.config)
        await this.#replace(loaded.config)
      } catch (error) {
        throw placed(error, loaded)
      }
      announceWarnings(this.#logging, loaded.warnings)
    })
  }

  /**
   * Builds everything and throws it away again; in turn, because handler modules take processes and memory.
   * @throws KeagateError as `apply` does, without opening a port
   */
  check(read: () => Promise<LoadedConfig>): Promise<void> {
    return this.changes.inTurn(async () => {
      const loaded = await read()
      try {
        const modules = await Modules.load(loaded.config.hookModules, this.#moduleParts)
        await this.#build(loaded.config, { modules, audit: null }).finally(() => modules.close())
      } catch (error) {
        throw placed(error, loaded)
      }
    })
  }

  /** Accepts no more, refuses what waits for a daemon, lets running commands end, then closes every connection. */
  async stop(): Promise<void> {
    this.#upkeep?.close()
    this.#doorway.retire()
    await Promise.race([this.changes.settled, setTimeout(changeTime)])
    await this.#doorway.close()
    const runtime = this.#doorway.inForce?.runtime
    await runtime?.audit?.stop()
    announceCommands(this.#logging, runtime?.commands() ?? [], [])
    this.#monitoring.close()
    this.#tlsReport.close()
  }

  /** Makes a stop under way wait for no command any more. */
  hurry(): void {
    this.#doorway.hurry()
  }

  async #replace(config: AgentConfig): Promise<void> {
    const before = this.#doorway.inForce?.runtime ?? null
    const companions = await openCompanions(config, before, this.#moduleParts)
    try {
      await this.#monitoring.change(config.monitoring, () => this.#swap(config, companions))
    } catch (error) {
      await companions.undo()
      throw error
    }
    await companions.commit()
  }

  async #swap(config: AgentConfig, companions: Companions): Promise<void> {
    const before = this.#doorway.inForce
    const moved = before === null || !sameEndpoint(before.runtime.config, config)
    if (before !== null && !moved) refuseProtocolSwitch(before.runtime.config, config, this.#logging)
    const runtime = await this.#build(config, companions)
    const listener = moved ? await this.#listen(config, before) : before.listener
    try {
      const entrance = await this.#doorway.entrance(runtime, listener)
      const shown = this.#logging.enabled('DCTL_CONFIG_START')
      // The last step that can fail, and one that undoes itself.
      this.#logging.configure(config.loggers)
      // Who asks for it by this very configuration gets it too.
      if (!shown) announceStart(this.#logging, config)
      this.#doorway.use({ runtime, listener, entrance, since: Date.now() })
    } catch (error) {
      if (moved) await listener.close()
      throw error
    }
    this.#upkeep?.close()
    this.#upkeep = config.tls === null ? null : new TlsUpkeep(this.#upkeepParts(config.tls))
    announceCommands(this.#logging, before?.runtime.commands() ?? [], runtime.commands())
    announce(this.#logging, runtime, listener, moved ? 'STARTED' : 'UPDATED')
    void nameMissingDaemons(this.#logging, runtime, () => this.#doorway.inForce?.runtime !== runtime)
    // What the runtime before still runs, it runs to its end; only what nobody uses is given up.
    if (before === null) return
    retireUpstreams(before.runtime.upstreams, runtime.upstreams)
    if (moved) this.#doorway.leave(before)
  }

  #listen(config: AgentConfig, before: InForce | null): Promise<Listener> {
    if (before === null) return listenFirst(config, this.#passedSockets, this.#logging)
    return listen(config, before.runtime.config, this.#logging)
  }

  /** Takes what the TLS files hold now, for the very next connection. @returns whether that is anything else */
  #refreshCredentials(): Promise<boolean> {
    return this.changes.inTurn(async () => {
      const { runtime, listener, since } = this.#doorway.current
      const renewed = await renewCredentials(runtime)
      if (renewed === null) return false
      this.#doorway.use({ runtime: renewed, listener, entrance: await this.#doorway.entrance(renewed, listener), since })
      return true
    })
  }

  #upkeepParts(config: TlsConfig): UpkeepParts {
    return {
      config,
      credentials: () => this.#doorway.inForce?.runtime.credentials ?? null,
      refresh: () => this.#refreshCredentials(),
      log: this.#logging,
      metrics: this.#metrics,
    }
  }

  /** Everything that a configuration needs, as far as it can be had without taking anything from the one in force. */
  async #build(config: AgentConfig, companions: Pick<Companions, 'modules' | 'audit'>): Promise<Runtime> {
    const previous = this.#doorway.inForce?.runtime ?? null
    const stays = { log: this.#logging, lockOut: this.#lockOut, tlsReport: this.#tlsReport, metrics: this.#metrics }
    const runtime = await buildRuntime(config, { agent: this.#agent, ...stays, ...companions, previous })
    checkLogFiles(config)
    return runtime
  }
}
