// Watches the TLS files of one configuration: takes them when they change, and reminds of what is about to expire.

import type { TlsConfig } from '../../config/types.ts'
import type { Log } from '../../log/message.ts'
import type { Metrics } from '../../metrics/registry.ts'
import type { CredentialSet } from './credentials.ts'
import { expiryWarnings } from './expiry.ts'
import { subjectName } from '../../x509/certificate-info.ts'
import { FileReloader } from './file-reloader.ts'

/** Milliseconds between two reminders. */
const reminderInterval = 24 * 60 * 60 * 1000

export interface CertificateReloaderOptions {
  readonly config: TlsConfig
  /** The credentials in use now. */
  readonly credentials: () => CredentialSet | null
  /** Takes the files as they are now, whole or not at all. Resolves to whether anything is different. */
  readonly refresh: () => Promise<boolean>
  readonly log: Log
  readonly metrics: Metrics
}

/** Lives as long as its configuration is in force. */
export class CertificateReloader {
  readonly #parts: CertificateReloaderOptions
  readonly #files: FileReloader | null
  readonly #reminder: NodeJS.Timeout

  constructor(parts: CertificateReloaderOptions) {
    const { trustAnchor, certFile, keyFile, crlFile, reloadOnChange } = parts.config
    const names = [trustAnchor, certFile, keyFile, ...(crlFile === null ? [] : [crlFile])]
    this.#parts = parts
    const refresh = async (): Promise<void> => {
      if (await parts.refresh()) this.#taken()
    }
    this.#files = reloadOnChange ? new FileReloader({ names, refresh, onFailed: (text) => this.#failed(text) }) : null
    this.#reminder = setInterval(() => this.remind(Date.now()), reminderInterval).unref()
  }

  /** What the timer does once a day. @param now milliseconds since the epoch */
  remind(now: number): void {
    const { config, credentials, log } = this.#parts
    const warnings = expiryWarnings(credentials()?.expiring ?? [], config.expiryWarningDays, now)
    for (const reason of warnings) log.write('KEAGATE_TLS_FILE_WARNING', { reason })
  }

  close(): void {
    this.#files?.close()
    clearInterval(this.#reminder)
  }

  #taken(): void {
    const { credentials, log, metrics } = this.#parts
    metrics.count('keagate_tls_reloads_total', { result: 'taken' })
    const set = credentials()
    if (set === null) return
    const { serialNumber, validTo } = set.certificate
    const subject = subjectName(set.certificate)
    log.write('KEAGATE_TLS_FILES_TAKEN', { subject, serial: serialNumber, 'not-after': validTo })
    for (const reason of set.warnings) log.write('KEAGATE_TLS_FILE_WARNING', { reason })
  }

  #failed(text: string): void {
    const { log, metrics } = this.#parts
    metrics.count('keagate_tls_reloads_total', { result: 'failed' })
    for (const reason of text.split('\n')) log.write('KEAGATE_TLS_FILES_NOT_TAKEN', { reason })
  }
}
