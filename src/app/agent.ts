// The life of the process: start, change of configuration by command or signal, stop. The agent's own commands call
// this class when they report on the process or change it.

import { setImmediate } from 'node:timers/promises'
import { logConfigErrors } from '../reload/startup-log.ts'
import type { AgentControl, ConfigOutcome } from '../command/agent-control.ts'
import { RESULT_ERROR, RESULT_NOT_IN_FORCE } from '../command/answer.ts'
import type { DaemonStatus } from '../command/daemon-status.ts'
import { configHash } from '../config/print/hash.ts'
import { loadConfigFileInSlices, loadConfigTextInSlices } from '../config/load.ts'
import type { LoadedConfig } from '../config/load.ts'
import { printConfig } from '../config/print/print.ts'
import { folderFor } from '../config/resolve/paths.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import type { Tolerance } from '../config/tolerance.ts'
import type { AgentConfig } from '../config/types.ts'
import { writeConfigFile } from '../config/print/write-file.ts'
import type { WrittenConfig } from '../config/print/write-file.ts'
import { ConfigManager } from '../reload/config-manager.ts'
import { KeagateError, describeError } from '../errors.ts'
import { Inquiries } from '../forward/inquiries.ts'
import { probeStale } from '../forward/probe-stale.ts'
import { printCompact } from '../json/text/print.ts'
import { rawJson, rawToString } from '../json/raw.ts'
import type { RawJson } from '../json/raw.ts'
import type { Logging } from '../log/logger.ts'
import { Monitoring } from '../monitoring/monitoring.ts'
import type { MonitorSource } from '../monitoring/source.ts'
import { MetricRegistry } from '../metrics/registry.ts'
import { ReloadLog } from '../metrics/reload-log.ts'
import type { Reload } from '../metrics/reload-log.ts'
import { noServiceManager } from '../process/service-manager.ts'
import type { ServiceManager } from '../process/service-manager.ts'
import type { Expiring } from '../tls/files/expiry.ts'
import { describeLibrary, tlsLibrary } from '../tls/openssl-info.ts'
import { buildReport, extendedVersion, packageVersion } from '../version.ts'

export interface AgentOptions {
  readonly file: string
  /** false: `-X` was given. */
  readonly pathChecks: boolean
  readonly env: NodeJS.ProcessEnv
  readonly logging: Logging
  /** Descriptors of listening sockets that systemd has opened for this process. */
  readonly passedSockets?: readonly number[]
}

export class Agent implements AgentControl {
  readonly version: string
  readonly extendedVersion: string
  readonly buildReport: string
  readonly pid = process.pid
  readonly startedAt = Date.now()
  readonly #options: AgentOptions
  readonly #configManager: ConfigManager
  readonly #metrics = new MetricRegistry()
  readonly #reloads = new ReloadLog(this.#metrics)
  readonly #inquiries = new Inquiries()
  #manager: ServiceManager = noServiceManager
  #stopping = false
  /** The answer of `config-get`, kept as long as its configuration is in force. */
  #shown: { readonly config: AgentConfig; readonly text: Promise<RawJson> } | null = null
  /** A reload that has not begun yet. */
  #waitingReload: Promise<ConfigOutcome> | null = null
  #stopped: (exitValue: number) => void = () => undefined

  /** Settles with the exit value once the process may end. */
  readonly finished: Promise<number>

  constructor(options: AgentOptions) {
    this.version = packageVersion()
    const tls = describeLibrary(tlsLibrary(options.env))
    this.extendedVersion = extendedVersion(this.version, tls)
    this.buildReport = buildReport(this.version, tls)
    this.#options = options
    const { logging, passedSockets = [] } = options
    const monitoring = new Monitoring(this.#monitorSource(), logging)
    const logFolder = folderFor('log-file', options.env)
    const parts = { logging, metrics: this.#metrics, monitoring, passedSockets, logFolder }
    this.#configManager = new ConfigManager({ agent: this, ...parts })
    this.finished = new Promise((resolve) => (this.#stopped = resolve))
  }

  /** @throws KeagateError when the configuration is wrong or cannot be served */
  async start(): Promise<void> {
    await this.#configManager.apply(() => this.#readFile(), 'all')
  }

  /** Reports the state of this process to a service manager from now on. To be called only after the start. */
  report(manager: ServiceManager): void {
    this.#manager = manager
    if (this.#stopping) manager.stopping()
    else manager.ready(this.#configManager.summary)
  }

  /** Whether clients can come in. */
  get open(): boolean {
    return this.#configManager.open
  }

  configuredAt(): number {
    return this.#configManager.since
  }

  certificates(): readonly Expiring[] {
    const { credentials, upstreams } = this.#configManager.runtime
    return [...(credentials?.expiring ?? []), ...upstreams.tlsFiles.expiring]
  }

  tlsFailures(): Readonly<Record<string, number>> | null {
    if (this.#configManager.config.tls === null) return null
    return this.#metrics.byLabel('keagate_tls_failures_total')
  }

  daemons(): readonly DaemonStatus[] {
    const { byService } = this.#configManager.runtime.upstreams
    return [...byService].map(([service, upstream]) => upstream.status(service))
  }

  serviceGroups(): ServiceGroups {
    return this.#configManager.config.serviceGroups
  }

  configGet(): Promise<RawJson> {
    const { config } = this.#configManager
    if (this.#shown?.config !== config) this.#shown = { config, text: shownText(config) }
    return this.#shown.text
  }

  configHash(): Promise<string> {
    return configHash(this.#configManager.config)
  }

  async configTest(configuration: RawJson): Promise<ConfigOutcome> {
    const outcome = await this.#outcome('the configuration is usable', () => {
      this.#configManager.queue.assertCapacity()
      return this.#configManager.check(() => this.#readCommand(configuration, 'none'))
    }, 'CTRL_AGENT_CONFIG_CHECK_FAIL')
    this.#options.logging.write('DCTL_CONFIG_CHECK_COMPLETE', { result: outcome.ok ? 'usable' : 'not usable' })
    return outcome
  }

  async configSet(configuration: RawJson): Promise<ConfigOutcome> {
    return this.#change('config-set', 'the configuration is in force', () => {
      this.#configManager.queue.assertCapacity()
      return this.#configManager.apply(() => this.#readCommand(configuration, 'in-force'), 'in-force')
    })
  }

  /** While a reload waits for its turn, further requests share it: it reads the file only when its turn comes. */
  configReload(): Promise<ConfigOutcome> {
    this.#waitingReload ??= this.#change('config-reload', 'the configuration file was read again and is in force', () =>
      this.#configManager.apply(() => {
        this.#waitingReload = null
        return this.#readFile()
      }, 'all'),
    )
    return this.#waitingReload
  }

  async configWrite(filename: string | null): Promise<WrittenConfig> {
    try {
      this.#configManager.queue.assertCapacity()
      const written = await this.#configManager.queue.run(() =>
        writeConfigFile(this.#configManager.config, this.#options.file, filename),
      )
      if (written.ok && written.inPlace !== undefined) {
        const fields = { file: written.filename, reason: written.inPlace }
        this.#options.logging.write('KEAGATE_CONFIG_WRITTEN_IN_PLACE', fields)
      }
      return written
    } catch (error) {
      return { ok: false, text: describeError(error) }
    }
  }

  /** SIGHUP: does the same as config-reload, and logs the outcome. */
  async reload(): Promise<void> {
    if (this.#stopping) return
    const { file, logging } = this.#options
    logging.write('DCTL_CFG_FILE_RELOAD_SIGNAL_RECVD', { file })
    const outcome = await this.configReload()
    if (outcome.ok) return
    const [reason = '', ...more] = outcome.text.split('\n')
    const others = more.length === 0 ? '' : `, and ${more.length} more`
    logging.write('DCTL_CFG_FILE_RELOAD_ERROR', { file, reason: `${reason}${others}` })
  }

  shutdown(exitValue: number): void {
    if (this.#stopping) return
    this.#stopping = true
    this.#manager.stopping()
    void this.#configManager.stop().then(() => this.#stopped(exitValue))
  }

  /** Makes a shutdown that is under way stop waiting for commands. */
  forceShutdown(): void {
    this.#configManager.forceShutdown()
  }

  #monitorSource(): MonitorSource {
    return {
      agent: this,
      metrics: this.#metrics,
      traffic: () => this.#configManager.traffic ?? { open: 0, accepted: 0, rejected: 0, received: 0, sent: 0 },
      reloads: () => this.#reloads.latest,
      unavailableReasons: () => (this.#stopping ? ['the agent is stopping'] : this.#configManager.unavailableReasons),
      inquire: () => this.#inquiries.look(() => {
        const { config, upstreams } = this.#configManager.runtime
        return config.monitoring === null ? [] : upstreams.byKey.values()
      }),
      lookForQuiet: (quiet) => probeStale(this.#configManager.runtime.upstreams.byKey.values(), quiet),
    }
  }

  #readFile(): Promise<LoadedConfig> {
    const { file, env, pathChecks } = this.#options
    return loadConfigFileInSlices(file, { env, pathChecks, tolerance: 'all' })
  }

  #readCommand(configuration: RawJson, tolerance: Tolerance): Promise<LoadedConfig> {
    const { env, pathChecks } = this.#options
    const current: AgentConfig = this.#configManager.config
    const { begin } = configuration
    const options = { env, pathChecks, tolerance, dialect: 'command', current, ...(begin === undefined ? {} : { begin }) } as const
    return loadConfigTextInSlices(begin === undefined ? 'arguments' : 'request', rawToString(configuration), options)
  }

  async #change(command: Reload['command'], success: string, change: () => Promise<void>): Promise<ConfigOutcome> {
    this.#manager.reloading()
    const outcome = await this.#outcome(success, change)
    this.#reloads.note(command, outcome.ok)
    const { summary } = this.#configManager
    this.#manager.ready(outcome.ok ? summary : `${summary}; the latest change was refused, the log says why`)
    return outcome
  }

  /** Runs one change and says how it ended; result 5: it was valid but could not be put in force. */
  async #outcome(
    success: string,
    change: () => Promise<void> | void,
    issue: 'CTRL_AGENT_CONFIG_FAIL' | 'CTRL_AGENT_CONFIG_CHECK_FAIL' = 'CTRL_AGENT_CONFIG_FAIL',
  ): Promise<ConfigOutcome> {
    try {
      await change()
      return { ok: true, text: success }
    } catch (error) {
      const result = error instanceof KeagateError && error.code === 'LISTEN_FAILED' ? RESULT_NOT_IN_FORCE : RESULT_ERROR
      logConfigErrors(this.#options.logging, result === RESULT_NOT_IN_FORCE ? 'DCTL_PARSER_FAIL' : issue, error)
      return { ok: false, result, text: describeError(error) }
    }
  }
}

async function shownText(config: AgentConfig): Promise<RawJson> {
  const hash = await configHash(config)
  // The hash and the text each print the whole configuration, so others get a turn between them.
  await setImmediate()
  return rawJson(printCompact({ ...printConfig(config, { secrets: 'hidden' }), hash }))
}
