// A log file: appended to, rotated in Kea's scheme, and followed when another program moves, removes or empties it.

import { close } from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { batchOf } from '../batch.ts'
import type { LineTarget } from '../line-stream.ts'
import { identityOf, openLogFileInBackground } from './log-file.ts'
import type { OpenFile } from './log-file.ts'
import { writeFrom } from './standard.ts'
import { rotateFiles } from './rotate.ts'

const closeFile = promisify(close)

/** Milliseconds between two checks whether the path still names the open file. */
const lookInterval = 1000

/** Milliseconds until a rotation that failed is tried again. */
const rotationRetry = 60_000

export interface RotationSettings {
  /** Bytes; 0: never rotate. A line that exceeds the size is still written. */
  readonly maxSize: number
  /** How many rotated files are kept. */
  readonly maxVersions: number
}

export interface FileTargetParts {
  readonly path: string
  readonly file: OpenFile
  readonly rotation: RotationSettings
  /** Called when a rotation fails for the first time; lines still go into the file, which is too long then. */
  readonly cannotRotate: (reason: string) => void
}

export class FileTarget implements LineTarget {
  readonly #path: string
  readonly #cannotRotate: (reason: string) => void
  #rotation: RotationSettings
  #file: OpenFile
  /** Bytes in the file, as far as is known. */
  #size: number
  /** Bytes of the first waiting line that are in the file already. */
  #begun = 0
  #next: OpenFile | null = null
  #lookAt = 0
  #rotateAt = 0
  #complained = false

  constructor(parts: FileTargetParts) {
    this.#path = parts.path
    this.#cannotRotate = parts.cannotRotate
    this.#rotation = parts.rotation
    this.#file = parts.file
    this.#size = parts.file.size
  }

  /** Continues with a newly opened file of the same name, after the write in progress. */
  adopt(file: OpenFile, rotation: RotationSettings): void {
    const unused = this.#next
    this.#next = file
    this.#rotation = rotation
    this.#rotateAt = 0
    if (unused !== null) close(unused.fd)
  }

  async write(lines: readonly string[]): Promise<number> {
    if (this.#next !== null) {
      const next = this.#next
      this.#next = null
      await this.#replace(next)
      // A rotation that was under way when the new file was opened may have moved it since.
      this.#lookAt = 0
    }
    if (Date.now() >= this.#lookAt) await this.#follow()
    if (this.#full()) await this.#rotate()
    const batch = batchOf(lines, this.#rotating() ? Math.max(this.#rotation.maxSize - this.#size, 0) : Infinity)
    const done = await writeFrom(batch.bytes, this.#begun, this.#file.fd)
    this.#size += done.length - this.#begun
    const whole = batch.whole(done.length)
    this.#begun = done.length - whole.bytes
    if (done.error === null) return whole.lines
    this.#lookAt = 0
    if (whole.lines === 0) throw done.error
    return whole.lines
  }

  async close(): Promise<void> {
    if (this.#next !== null) await closeFile(this.#next.fd)
    await closeFile(this.#file.fd)
  }

  #rotating(): boolean {
    return this.#rotation.maxSize > 0 && this.#file.rotatable && Date.now() >= this.#rotateAt
  }

  /** A file that ends with a part of a line is not rotated before the rest of the line is in it. */
  #full(): boolean {
    return this.#rotating() && this.#size > this.#rotation.maxSize && this.#begun === 0
  }

  /** Opens the path again if it no longer names the open file; otherwise notes the present size of the file. */
  async #follow(): Promise<void> {
    try {
      const found = await stat(this.#path)
      if (identityOf(found) === this.#file.identity) {
        this.#size = found.size
        this.#lookAt = Date.now() + lookInterval
        return
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code !== 'ENOENT' && code !== 'ENOTDIR') return
    }
    await this.#reopen()
  }

  async #rotate(): Promise<void> {
    // Another program may have emptied or moved the file since.
    await this.#follow()
    if (this.#size <= this.#rotation.maxSize) return
    try {
      await rotateFiles(this.#path, this.#rotation.maxVersions)
      this.#complained = false
    } catch (error) {
      this.#rotateAt = Date.now() + rotationRetry
      if (this.#complained) return
      this.#complained = true
      this.#cannotRotate(error instanceof Error ? error.message : String(error))
      return
    }
    await this.#reopen()
  }

  async #reopen(): Promise<void> {
    await this.#replace(await openLogFileInBackground(this.#path))
    this.#lookAt = Date.now() + lookInterval
  }

  async #replace(file: OpenFile): Promise<void> {
    const before = this.#file
    // If a part of a line is in the old file, the whole line is written to the new one.
    if (file.identity !== before.identity) this.#begun = 0
    this.#file = file
    this.#size = file.size
    await closeFile(before.fd)
  }
}
