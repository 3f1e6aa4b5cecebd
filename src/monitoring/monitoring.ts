// Takes monitoring from one configuration to the next: the new address is opened before the old one is closed. What is
// measured only for monitoring is measured only while it is on.

import type { MonitoringConfig } from '../config/types.ts'
import { describeError, forKeyword, systemCode } from '../errors.ts'
import { openListener } from '../http/connection/listener.ts'
import type { Log } from '../log/message.ts'
import { EventLoopDelay } from '../metrics/event-loop.ts'
import { LastHour } from '../metrics/last-hour.ts'
import { refusals } from './page.ts'
import { addMonitorRoutes } from './routes.ts'
import type { Monitored } from './routes.ts'
import { serveMonitoring } from './server.ts'
import type { MonitorServer } from './server.ts'
import type { MonitorSource } from './source.ts'

interface Open {
  readonly config: MonitoringConfig
  readonly server: MonitorServer
  readonly place: { readonly address: string; readonly port: number }
}

interface RunningWatch extends Monitored {
  /** They probe daemons, and ask them for their version and state. */
  readonly timers: readonly NodeJS.Timeout[]
}

/** Milliseconds between two probes of daemons without recent commands. */
const lookInterval = 60_000

/** Milliseconds between two checks whether a daemon is to be asked for its version and state. */
const inquiryInterval = 2000

/** Lives as long as the process. */
export class Monitoring {
  readonly #source: MonitorSource
  readonly #log: Log
  #open: Open | null = null
  #watch: RunningWatch | null = null
  #looking = false

  constructor(source: MonitorSource, log: Log) {
    this.#source = source
    this.#log = log
  }

  /**
   * Puts one configuration in force together with everything else that belongs to it.
   * @param rest the rest of the change; where it throws, monitoring stays as it was
   * @throws KeagateError LISTEN_FAILED, with the keyword, before the rest has begun; whatever the rest throws
   */
  async change(config: MonitoringConfig | null, rest: () => Promise<void>): Promise<void> {
    const before = this.#open
    const stays = before !== null && config !== null && sameEndpoint(before.config, config)
    const next = stays ? before : config === null ? null : await this.#listen(config)
    try {
      await rest()
    } catch (error) {
      if (next !== before) next?.server.close()
      throw error
    }
    this.#take(next)
    if (next !== null && next !== before) this.#log.write('KEAGATE_MONITORING_STARTED', next.place)
  }

  /** The process is at its end. */
  close(): void {
    this.#take(null)
  }

  async #listen(config: MonitoringConfig): Promise<Open> {
    try {
      const listener = await openListener(config.httpHost, config.httpPort, this.#log)
      const server = await serveMonitoring(listener, {
        addRoutes: (app) => addMonitorRoutes(app, { source: this.#source, watch: () => this.#watch }),
        onError: (error) => {
          const fields = { 'remote-address': 'monitoring', reason: describeError(error) }
          this.#log.write('KEAGATE_REQUEST_FAILED', fields)
        },
      })
      return { config, server, place: { address: config.httpHost, port: listener.port } }
    } catch (error) {
      const taken = systemCode(error) === 'EADDRINUSE'
      throw forKeyword(error, `/Control-agent/monitoring/http-${taken ? 'port' : 'host'}`)
    }
  }

  #take(next: Open | null): void {
    const before = this.#open
    this.#open = next
    if (next !== null) this.#watch ??= this.#startWatch()
    else this.#endWatch()
    if (before !== next) before?.server.close()
  }

  #startWatch(): RunningWatch {
    const { metrics } = this.#source
    // These counters exist from the beginning, so that the first event shows as an increase.
    for (const scope of ['user', 'address']) metrics.count('keagate_lock_outs_total', { scope }, 0)
    metrics.move('keagate_commands_in_flight', {}, 0)
    for (const command of ['config-reload', 'config-set']) {
      for (const result of ['taken', 'refused']) metrics.count('keagate_config_reloads_total', { command, result }, 0)
    }
    for (const result of ['taken', 'failed']) metrics.count('keagate_tls_reloads_total', { result }, 0)
    for (const reason of ['no-header', 'bad-header', 'wrong', 'wrong-certificate', 'busy']) {
      metrics.count('keagate_auth_failures_total', { reason }, 0)
    }
    for (const state of ['new', 'idle']) metrics.count('keagate_http_connections_evicted_total', { state }, 0)
    for (const reason of ['client', 'modules', 'total']) metrics.count('keagate_memory_refusals_total', { reason }, 0)
    for (const reason of ['untrusted', 'malformed', 'late']) metrics.count('keagate_proxy_headers_rejected_total', { reason }, 0)
    for (const reason of ['untrusted', 'malformed', 'contradictory']) {
      metrics.count('keagate_forwarded_headers_rejected_total', { reason }, 0)
    }
    const timers = [
      setInterval(() => void this.#lookForQuiet(), lookInterval).unref(),
      setInterval(() => this.#source.inquire(), inquiryInterval).unref(),
    ]
    return { eventLoop: new EventLoopDelay(), lastHour: new LastHour(metrics, refusals.map(([name]) => name)), timers }
  }

  /**
   * Probes daemons without recent commands. A round may take longer than the interval, because many daemons do not
   * answer; then no other one begins.
   */
  async #lookForQuiet(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    await this.#source.lookForQuiet(lookInterval)
    this.#looking = false
  }

  #endWatch(): void {
    if (this.#watch === null) return
    for (const timer of this.#watch.timers) clearInterval(timer)
    this.#watch.eventLoop.close()
    this.#watch.lastHour.close()
    this.#watch = null
  }
}

function sameEndpoint(one: MonitoringConfig, other: MonitoringConfig): boolean {
  return one.httpHost === other.httpHost && one.httpPort === other.httpPort
}
