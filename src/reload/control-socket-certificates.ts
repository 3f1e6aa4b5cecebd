// The TLS files of control sockets and the certificates of daemons, while one configuration is in force: takes files
// that change, and logs certificates that end soon, at once and then once a day.

import { inSlices } from '../in-slices.ts'
import type { Upstreams } from '../forward/open-upstreams.ts'
import type { RenewedSet } from '../forward/tls-file-sets.ts'
import type { Log } from '../log/message.ts'
import type { Metrics } from '../metrics/registry.ts'
import { leftOutWarning } from '../tls/crashing-authorities.ts'
import { endInWords, endsSoon, expiryWarnings } from '../tls/files/expiry.ts'
import { FileReloader } from '../tls/files/file-reloader.ts'
import type { SerialQueue } from './serial-queue.ts'

export interface ControlSocketCertificatesOptions {
  readonly upstreams: Upstreams
  /** Whether changed files are taken without a reload of the configuration. */
  readonly reloadOnChange: boolean
  /** How many days before their end certificates are logged; 0: never. */
  readonly expiryWarningDays: number
  /** The queue of changes of the configuration: taking new files must not overlap one. */
  readonly queue: SerialQueue
  readonly log: Log
  readonly metrics: Metrics
}

/** Milliseconds between two checks of when certificates end: those of daemons become known with each handshake. */
const lookInterval = 5000

/** Milliseconds between two reminders of the same certificate. */
const reminderInterval = 24 * 60 * 60 * 1000

/** How many services a line of the log names. */
const maxNames = 20

export class ControlSocketCertificates {
  readonly #options: ControlSocketCertificatesOptions
  readonly #files: FileReloader | null
  readonly #timer: NodeJS.Timeout
  /** When each certificate that ends soon was logged last, in milliseconds since the epoch. */
  #named = new Map<string, number>()

  constructor(options: ControlSocketCertificatesOptions) {
    this.#options = options
    const { names } = options.upstreams.tlsFiles
    const onFailed = (text: string): void => this.#failed(text)
    this.#files = options.reloadOnChange && names.length > 0
      ? new FileReloader({ names, refresh: () => this.#refresh(), onFailed })
      : null
    this.#timer = setInterval(() => this.remind(Date.now()), lookInterval).unref()
  }

  close(): void {
    this.#files?.close()
    clearInterval(this.#timer)
  }

  /** Logs certificates that end soon and were not logged within a day. @param now milliseconds since the epoch */
  remind(now: number): void {
    const named = new Map<string, number>()
    for (const [which, reason, told] of this.#ending(now)) {
      const before = this.#named.get(which) ?? (told ? now : -Infinity)
      const due = now - before >= reminderInterval
      named.set(which, due ? now : before)
      if (due) this.#options.log.write('KEAGATE_TLS_FILE_WARNING', { reason })
    }
    this.#named = named
  }

  /** Of each certificate that ends soon: its key, a sentence, and whether that was logged already when it was read. */
  #ending(now: number): (readonly [which: string, reason: string, told: boolean])[] {
    const { upstreams, expiryWarningDays: days } = this.#options
    const files = upstreams.tlsFiles.expiring.flatMap((each) => {
      const [reason] = expiryWarnings([each], days, now)
      return reason === undefined ? [] : [[JSON.stringify(each), reason, each.notAfter < now] as const]
    })
    const daemons = [...upstreams.byKey.values()].flatMap(({ address, stats: { certificate } }) => {
      if (certificate === null || !endsSoon(certificate, days, now)) return []
      const reason = `certificate ${certificate.subject} of the daemon at ${address} ${endInWords(certificate, now)}`
      return [[JSON.stringify([address, certificate]), `${reason}; renew it at the daemon`, false] as const]
    })
    return [...files, ...daemons]
  }

  #refresh(): Promise<void> {
    const { queue, upstreams } = this.#options
    return queue.run(() => inSlices(upstreams.tlsFiles.renew((renewed) => this.#taken(renewed))))
  }

  #taken({ services, credentials }: RenewedSet): void {
    const { log, metrics } = this.#options
    metrics.count('keagate_tls_reloads_total', { result: 'taken' })
    const more = services.length > maxNames ? ` and ${services.length - maxNames} more` : ''
    log.write('KEAGATE_CONTROL_SOCKET_TLS_FILES_TAKEN', { services: `${services.slice(0, maxNames).join(', ')}${more}` })
    for (const reason of [...credentials.leftOut.map(leftOutWarning), ...credentials.warnings]) log.write('KEAGATE_TLS_FILE_WARNING', { reason })
  }

  #failed(text: string): void {
    const { log, metrics } = this.#options
    metrics.count('keagate_tls_reloads_total', { result: 'failed' })
    for (const reason of text.split('\n')) log.write('KEAGATE_TLS_FILES_NOT_TAKEN', { reason })
  }
}
