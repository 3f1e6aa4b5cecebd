// Reads TLS files again when they have changed. A set is often replaced file by file, so it is read once it has
// settled: when two looks in a row found the same. Files that may be half written are tried again before an error is
// reported.

import { describeError } from '../../errors.ts'
import { FilePoller } from './file-poller.ts'

/**
 * Milliseconds before an error is reported: a set may be half written, with a new key beside the old certificate. Also
 * how long files may go on changing before they are read all the same.
 */
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
  /** When the first change was seen that is not taken or refused yet, by the monotonic clock; null: there is none. */
  #unsettledSince: number | null = null
  /** When the files last changed, by the same clock; null: their content was taken or refused since then. */
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
    const now = performance.now()
    if (changed) {
      this.#changedAt = now
      this.#unsettledSince ??= now
      if (now - this.#unsettledSince < settleTime) return
    }
    const since = this.#changedAt
    if (since === null) return
    try {
      await this.#options.refresh()
      this.#done()
      this.#complaint = null
    } catch (error) {
      if (performance.now() - since < settleTime) return
      this.#done()
      const text = describeError(error)
      if (text === this.#complaint) return
      this.#complaint = text
      this.#options.onFailed(text)
    }
  }

  #done(): void {
    this.#changedAt = null
    this.#unsettledSince = null
  }
}
