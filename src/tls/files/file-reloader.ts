// Reads TLS files again when they have changed. Files that may be half written are tried again before an error is
// reported.

import { describeError } from '../../errors.ts'
import { FilePoller } from './file-poller.ts'

/** Milliseconds before an error is reported: a set may be half written, with a new key beside the old certificate. */
const settleTime = 2000

export interface FileReloaderOptions {
  /** Files and directories. */
  readonly names: readonly string[]
  /** Takes the files as they are now. Rejects where some of them cannot be taken. */
  readonly refresh: () => Promise<void>
  /** Called once with each error of `refresh` that lasts. */
  readonly onFailed: (text: string) => void
}

export class FileReloader {
  readonly #options: FileReloaderOptions
  readonly #poller: FilePoller
  /** When the files last changed, by the monotonic clock; null: their content was taken or refused since then. */
  #changedAt: number | null = null
  /** The last error that was reported, so that each is reported once. */
  #complaint: string | null = null

  constructor(options: FileReloaderOptions) {
    this.#options = options
    // The first look comes after the files were read, so it counts as a change: they may differ already.
    this.#poller = new FilePoller(options.names, (changed) => this.#look(changed))
  }

  close(): void {
    this.#poller.close()
  }

  async #look(changed: boolean): Promise<void> {
    if (changed) this.#changedAt = performance.now()
    const since = this.#changedAt
    if (since === null) return
    try {
      await this.#options.refresh()
      this.#changedAt = null
      this.#complaint = null
    } catch (error) {
      if (performance.now() - since < settleTime) return
      this.#changedAt = null
      const text = describeError(error)
      if (text === this.#complaint) return
      this.#complaint = text
      this.#options.onFailed(text)
    }
  }
}
