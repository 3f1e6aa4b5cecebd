// The one way to change the configuration in force: build the whole new runtime, open what is new, swap, close what is
// old. Any failure on the way leaves everything as it was.

import { setTimeout } from 'node:timers/promises'
import { LockOut } from '../auth/lock-out.ts'
import type { AgentControl } from '../command/agent-control.ts'
import type { LoadedConfig } from '../config/load.ts'
import { logsInUse } from '../config/resolve/resolve.ts'
import { isTolerated } from '../config/tolerance.ts'
import type { Tolerance } from '../config/tolerance.ts'
import type { AgentConfig } from '../config/types.ts'
import { retireUpstreams } from '../forward/open-upstreams.ts'
import { askDaemons } from '../hook/ask-daemons.ts'
import type { AskDaemons } from '../hook/ask-daemons.ts'
import { Modules } from '../hook/modules.ts'
import type { ModuleParts } from '../hook/supervised-module.ts'
import type { Traffic } from '../http/connection/connection-table.ts'
import type { Listener } from '../http/connection/listener.ts'
import type { Logging } from '../log/logger.ts'
import type { UnopenedFile } from '../log/output/outputs.ts'
import { listen, listenFirst, refuseProtocolSwitch, sameEndpoint } from './listen.ts'
import {
  logStarted, logRegisteredCommands, logConfig, logConfigWarnings, logMissingDaemons, configSummary,
} from './startup-log.ts'
import { SerialQueue } from './serial-queue.ts'
import { beginReload } from './reload-transaction.ts'
import type { ReloadTransaction } from './reload-transaction.ts'
import { FrontEnd } from './front-end.ts'
import type { ActiveConfig } from './front-end.ts'
import { checkLogFiles, logUnopenedFiles, makeLogFolders } from './log-files.ts'
import { withPositions } from './resource-errors.ts'
import type { Monitoring } from '../monitoring/monitoring.ts'
import type { Metrics } from '../metrics/registry.ts'
import { anchorsInUse, buildRuntime, refuseLeftOut, unavailableReasons } from './runtime.ts'
import type { Runtime } from './runtime.ts'
import { TlsUpkeep } from './tls-upkeep.ts'
import { HandshakeLog } from '../tls/server/handshake-log.ts'

export interface ConfigManagerOptions {
  readonly agent: AgentControl
  readonly logging: Logging
  readonly metrics: Metrics
  readonly monitoring: Monitoring
  /** Descriptors of listening sockets that systemd has opened for this process. */
  readonly passedSockets: readonly number[]
  /** Missing folders of log files are made only below this one. */
  readonly logFolder: string
}

/** Whether a configuration may be in force without this log file or trust anchor. */
type MayFail = (path: string) => boolean

/** Milliseconds that a stop waits for changes of the configuration under way. */
const changeTimeout = 2000

export class ConfigManager {
  /** Runs changes of the configuration, and all else that must not overlap one. */
  readonly queue = new SerialQueue()
  readonly #agent: AgentControl
  readonly #logging: Logging
  readonly #lockOut = new LockOut()
  readonly #handshakeLog: HandshakeLog
  readonly #frontEnd: FrontEnd
  readonly #moduleParts: ModuleParts
  readonly #metrics: Metrics
  readonly #monitoring: Monitoring
  readonly #passedSockets: readonly number[]
  readonly #logFolder: string
  readonly #tlsUpkeep: TlsUpkeep
  /** Ends a start that waits for its address. */
  readonly #stopping = new AbortController()

  constructor(parts: ConfigManagerOptions) {
    this.#agent = parts.agent
    this.#logging = parts.logging
    this.#metrics = parts.metrics
    this.#monitoring = parts.monitoring
    this.#passedSockets = parts.passedSockets
    this.#logFolder = parts.logFolder
    this.#handshakeLog = new HandshakeLog(parts.logging, parts.metrics)
    this.#frontEnd = new FrontEnd(parts.logging, this.#handshakeLog, parts.metrics)
    const { logging: log, metrics } = parts
    this.#tlsUpkeep = new TlsUpkeep({ frontEnd: this.#frontEnd, queue: this.queue, log, metrics })
    const ask: AskDaemons = (...question) => askDaemons(this.runtime, ...question)
    this.#moduleParts = { log: parts.logging, ask, memory: this.#frontEnd.moduleMemory }
  }

  /** The configuration in force. */
  get config(): AgentConfig {
    return this.runtime.config
  }

  /** When the configuration in force was put in force, in milliseconds since the epoch. */
  get since(): number {
    return this.#frontEnd.current.activeSince
  }

  get runtime(): Runtime {
    return this.#frontEnd.current.runtime
  }

  /** One line on the configuration in force. */
  get summary(): string {
    const { runtime, listener } = this.#frontEnd.current
    return configSummary(runtime.config, listener)
  }

  /** Whether clients can come in. */
  get open(): boolean {
    return this.#frontEnd.open
  }

  /** Why no command can run now. */
  get unavailableReasons(): readonly string[] {
    return unavailableReasons(this.#frontEnd.active?.runtime.audit ?? null)
  }

  /** Counts of connections and bytes since the start; null before the first configuration. */
  get traffic(): Traffic | null {
    return this.#frontEnd.traffic
  }

  /**
   * Puts a configuration in force: with the first one the agent starts to listen, a later one replaces the one before.
   * @param read gives the configuration; called when its turn has come, because a password shown as `*****` stands for
   * the one in force then
   * @param tolerance which log files and trust anchors that cannot be used only lead to a warning
   * @throws KeagateError TLS_UNUSABLE or CONFIG_INVALID when it cannot be built, LISTEN_FAILED when it cannot be
   * swapped in; the configuration before then stays in force
   */
  apply(read: () => Promise<LoadedConfig>, tolerance: Tolerance): Promise<void> {
    return this.queue.run(async () => {
      const loaded = await read()
      const config = this.#frontEnd.active?.runtime.config ?? null
      const inForce = new Set([...logsInUse(config), ...anchorsInUse(config)])
      const mayFail: MayFail = (path) => isTolerated(tolerance, path, inForce)
      let unopened: readonly UnopenedFile[]
      try {
        logConfig(this.#logging, loaded.config)
        unopened = await this.#replace(loaded.config, mayFail)
      } catch (error) {
        throw withPositions(error, loaded)
      }
      logConfigWarnings(this.#logging, loaded.warnings)
      logUnopenedFiles(this.#logging, loaded, unopened)
    })
  }

  /**
   * Builds everything and discards it again. Waits in the queue, because handler modules take processes and memory.
   * @throws KeagateError as `apply` does, without opening a port
   */
  check(read: () => Promise<LoadedConfig>): Promise<void> {
    return this.queue.run(async () => {
      const loaded = await read()
      try {
        const modules = await Modules.load(loaded.config.hookModules, this.#moduleParts)
        refuseLeftOut(await this.#build(loaded.config, { modules, audit: null }).finally(() => modules.close()))
        checkLogFiles(loaded.config, this.#logFolder)
      } catch (error) {
        throw withPositions(error, loaded)
      }
    })
  }

  /**
   * Accepts no more connections, refuses commands that wait for a daemon, lets running commands end, then closes every
   * connection.
   */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#tlsUpkeep.close()
    this.#frontEnd.closeAfterResponses()
    await Promise.race([this.queue.settled, setTimeout(changeTimeout)])
    await this.#frontEnd.close()
    const runtime = this.#frontEnd.active?.runtime
    await runtime?.audit?.stop()
    logRegisteredCommands(this.#logging, runtime?.commands() ?? [], [])
    this.#monitoring.close()
    this.#handshakeLog.close()
  }

  /** Makes a stop that is under way stop waiting for commands. */
  forceShutdown(): void {
    this.#frontEnd.forceShutdown()
  }

  /** @returns the log files of the new configuration that cannot be opened */
  async #replace(config: AgentConfig, mayFail: MayFail): Promise<readonly UnopenedFile[]> {
    const before = this.#frontEnd.active?.runtime ?? null
    let unopened: readonly UnopenedFile[] = []
    makeLogFolders(config, this.#logFolder)
    const transaction = await beginReload(config, before, this.#moduleParts)
    try {
      await this.#monitoring.change(config.monitoring, async () => {
        unopened = await this.#swap(config, transaction, mayFail)
      })
    } catch (error) {
      await transaction.undo()
      throw error
    }
    await transaction.commit()
    return unopened
  }

  async #swap(
    config: AgentConfig,
    transaction: ReloadTransaction,
    mayFail: MayFail,
  ): Promise<readonly UnopenedFile[]> {
    const before = this.#frontEnd.active
    const moved = before === null || !sameEndpoint(before.runtime.config, config)
    if (before !== null && !moved) refuseProtocolSwitch(before.runtime.config, config, this.#logging)
    const runtime = await this.#build(config, transaction)
    refuseLeftOut(runtime, mayFail)
    checkLogFiles(config, this.#logFolder, mayFail)
    const listener = moved ? await this.#listen(config, before) : before.listener
    let unopened: readonly UnopenedFile[]
    try {
      const connectionHandler = await this.#frontEnd.connectionHandler(runtime, listener)
      const shown = this.#logging.enabled('DCTL_CONFIG_START')
      // The last step that can fail. If it fails, it undoes itself.
      unopened = this.#logging.configure(config.loggers, mayFail)
      // Where the new configuration is the first to enable this message, it is logged too.
      if (!shown) logConfig(this.#logging, config)
      this.#frontEnd.use({ runtime, listener, connectionHandler, activeSince: Date.now() })
    } catch (error) {
      if (moved) await listener.close()
      throw error
    }
    this.#tlsUpkeep.watch(runtime)
    logRegisteredCommands(this.#logging, before?.runtime.commands() ?? [], runtime.commands())
    logStarted(this.#logging, runtime, listener, moved ? 'STARTED' : 'UPDATED')
    void logMissingDaemons(this.#logging, runtime, () => this.#frontEnd.active?.runtime !== runtime)
    // Commands of the previous runtime run to their end; only upstreams that the new one does not use are retired.
    if (before === null) return unopened
    retireUpstreams(before.runtime.upstreams, runtime.upstreams)
    if (moved) this.#frontEnd.leave(before)
    return unopened
  }

  #listen(config: AgentConfig, before: ActiveConfig | null): Promise<Listener> {
    if (before === null) {
      return listenFirst(config, { passed: this.#passedSockets, log: this.#logging, signal: this.#stopping.signal })
    }
    return listen(config, before.runtime.config, this.#logging)
  }

  /** Builds all that a configuration needs and that can be had without taking anything from the one in force. */
  async #build(config: AgentConfig, transaction: Pick<ReloadTransaction, 'modules' | 'audit'>): Promise<Runtime> {
    const previous = this.#frontEnd.active?.runtime ?? null
    const stays = { log: this.#logging, lockOut: this.#lockOut, tlsReport: this.#handshakeLog, metrics: this.#metrics }
    return buildRuntime(config, { agent: this.#agent, ...stays, ...transaction, previous })
  }
}
