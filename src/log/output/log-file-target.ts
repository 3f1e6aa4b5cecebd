// A log file that may be unusable at first: until it can be opened, its lines go to standard error, so that no line is
// lost and no start fails because of the file.

import type { LineTarget } from '../line-stream.ts'
import { openLogFileInBackground } from './log-file.ts'
import type { OpenFile } from './log-file.ts'
import { FileTarget } from './file.ts'
import type { RotationSettings } from './file.ts'

/** Milliseconds between two attempts to open the file, which are made only when lines wait. */
const retryInterval = 1000

export interface LogFileTargetParts {
  readonly path: string
  /** null: it could not be opened. */
  readonly file: OpenFile | null
  readonly rotation: RotationSettings
  readonly cannotRotate: (reason: string) => void
  /** Takes a line while the file cannot be opened. */
  readonly instead: (line: string) => void
  /** Called when the file is open after all, before its first line is written. */
  readonly opened: () => void
}

export class LogFileTarget implements LineTarget {
  readonly #parts: LogFileTargetParts
  #rotation: RotationSettings
  #target: FileTarget | null
  #tryAt = Date.now() + retryInterval

  constructor(parts: LogFileTargetParts) {
    this.#parts = parts
    this.#rotation = parts.rotation
    this.#target = parts.file === null ? null : this.#open(parts.file)
  }

  /** false: lines go to standard error. */
  get isOpen(): boolean {
    return this.#target !== null
  }

  /** Continues with a newly opened file of the same name, after the write in progress. */
  adopt(file: OpenFile, rotation: RotationSettings): void {
    this.#rotation = rotation
    if (this.#target === null) this.#target = this.#open(file)
    else this.#target.adopt(file, rotation)
  }

  async write(lines: readonly string[]): Promise<number> {
    if (this.#target === null && lines.length > 0 && Date.now() >= this.#tryAt) await this.#tryToOpen()
    if (this.#target !== null) return this.#target.write(lines)
    for (const line of lines) this.#parts.instead(line)
    return lines.length
  }

  async close(): Promise<void> {
    await this.#target?.close()
  }

  async #tryToOpen(): Promise<void> {
    this.#tryAt = Date.now() + retryInterval
    try {
      const file = await openLogFileInBackground(this.#parts.path)
      // A reload may have opened the file meanwhile.
      if (this.#target === null) {
        this.#target = this.#open(file)
        this.#parts.opened()
      } else this.#target.adopt(file, this.#rotation)
    } catch {
      // Lines still go to standard error.
    }
  }

  #open(file: OpenFile): FileTarget {
    const { path, cannotRotate } = this.#parts
    return new FileTarget({ path, file, rotation: this.#rotation, cannotRotate })
  }
}
