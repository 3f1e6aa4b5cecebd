// The file that audit records go to. The writer of a record learns whether it is on disk before going on; what cannot
// be written is kept and tried again, and that nothing can be written is known before the next command runs.

import { openLogFile } from '../log/output/log-file.ts'
import type { OpenFile } from '../log/output/log-file.ts'
import type { Log } from '../log/message.ts'
import { FileTarget } from '../log/output/file.ts'
import type { RotationSettings } from '../log/output/file.ts'

/** Characters kept while nothing can be written; records beyond are counted. */
const maxWaiting = 16 * 1024 * 1024
/** Records handed over at once; the target takes what fits. */
const maxAtOnce = 4096
/** Milliseconds until writing is tried again. */
const retryDelay = 1000
/** Milliseconds from one write to the next while further commands are under way, whose records can go with the next. */
const flushInterval = 1

interface Waiting {
  readonly line: string
  /** Told once: whether the line is in the file. */
  told: ((written: boolean) => void) | null
}

export class AuditFile {
  readonly path: string
  readonly #target: FileTarget
  readonly #log: Log
  #waiting: Waiting[] = []
  /** Characters. */
  #size = 0
  #lost = 0
  #failing = false
  #pumping = false
  /** Whether writing begins when the turn of the event loop is over. */
  #planned = false
  /** Set while records wait for others to go with them. */
  #delay: NodeJS.Timeout | null = null
  /** When the latest write began; milliseconds of the monotonic clock. */
  #begun = -Infinity
  /** Settles when what is planned or under way is written. */
  #work = Promise.resolve()
  #retry: NodeJS.Timeout | null = null
  #users = 0
  #onLast: (() => void) | null = null
  #closed = false

  constructor(path: string, file: OpenFile, rotation: RotationSettings, log: Log) {
    this.path = path
    this.#log = log
    const cannotRotate = (reason: string): void => log.write('KEAGATE_AUDIT_FAILED', { file: path, reason })
    this.#target = new FileTarget({ path, file, rotation, cannotRotate })
  }

  /** Reopens the file under the same name: it may have been moved. */
  adopt(file: OpenFile, rotation: RotationSettings): void {
    this.#target.adopt(file, rotation)
  }

  /** Whether the last attempt to write failed. */
  get failing(): boolean {
    return this.#failing
  }

  /**
   * Appends one line.
   * @param told called once: whether it is in the file; a line that is not is tried again later
   */
  write(line: string, told: (written: boolean) => void): void {
    if (this.#closed) {
      void this.#writeLate(line).then(told)
      return
    }
    if (this.#size + line.length > maxWaiting) {
      this.#lost++
      told(false)
      return
    }
    this.#waiting.push({ line, told })
    this.#size += line.length
    if (this.#failing) this.#tellAll(false)
    else this.#plan()
  }

  /** A request begins that will write a record; the file stays open until `leave`. */
  enter(): void {
    this.#users++
  }

  leave(): void {
    this.#users--
    if (this.#users === 0) this.#onLast?.()
  }

  /** Settles when those who entered have left and what they wrote is in the file, or cannot be. */
  async close(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => (this.#onLast = resolve))
    this.#closed = true
    if (this.#delay !== null) this.#begin()
    await this.#work
    if (this.#retry !== null) clearTimeout(this.#retry)
    if (this.#failing) await this.#pump()
    await this.#target.close()
  }

  /**
   * A request that met the configuration from before, and whose body came after the file was let go of. The descriptor
   * of then may belong to another file by now.
   */
  async #writeLate(line: string): Promise<boolean> {
    try {
      const rotation = { maxSize: 0, maxVersions: 1 }
      const target = new FileTarget({ path: this.path, file: openLogFile(this.path), rotation, cannotRotate: ignore })
      const written = await target.write([line]).finally(() => target.close())
      return written === 1
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.#log.write('KEAGATE_AUDIT_FAILED', { file: this.path, reason })
      return false
    }
  }

  #plan(): void {
    if (this.#pumping || this.#planned) return
    const wait = this.#wait()
    if (wait === 0) this.#begin()
    else this.#delay ??= setTimeout(() => this.#begin(), wait)
  }

  /**
   * Milliseconds that the records have to wait for others to go with them: on a busy agent each write would have one
   * record only, and going through another thread costs as much as all the rest of the audit.
   */
  #wait(): number {
    // With no other request in flight, none can come before these are answered.
    if (this.#closed || this.#failing || this.#waiting.length >= this.#users) return 0
    return Math.max(0, this.#begun + flushInterval - performance.now())
  }

  /** What the same turn of the event loop brings goes with it. */
  #begin(): void {
    if (this.#delay !== null) clearTimeout(this.#delay)
    this.#delay = null
    this.#planned = true
    this.#work = new Promise((resolve) => {
      setImmediate(() => {
        this.#planned = false
        resolve(this.#pump())
      })
    })
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return
    this.#pumping = true
    while (this.#waiting.length > 0) {
      this.#begun = performance.now()
      try {
        this.#drop(await this.#target.write(this.#waiting.slice(0, maxAtOnce).map(({ line }) => line)))
      } catch (error) {
        this.#fail(error instanceof Error ? error.message : String(error))
        break
      }
      if (this.#wait() > 0) break
    }
    this.#pumping = false
    if (this.#waiting.length > 0 && !this.#failing) this.#plan()
  }

  #drop(count: number): void {
    for (const { line, told } of this.#waiting.splice(0, count)) {
      this.#size -= line.length
      told?.(true)
    }
    if (!this.#failing || this.#waiting.length > 0) return
    this.#failing = false
    this.#log.write('KEAGATE_AUDIT_RESTORED', { file: this.path, lost: this.#lost })
    this.#lost = 0
  }

  #fail(reason: string): void {
    this.#tellAll(false)
    if (!this.#failing) this.#log.write('KEAGATE_AUDIT_FAILED', { file: this.path, reason })
    this.#failing = true
    if (this.#closed) return
    this.#retry = setTimeout(() => {
      this.#work = this.#pump()
    }, retryDelay)
  }

  #tellAll(written: boolean): void {
    for (const each of this.#waiting) {
      each.told?.(written)
      each.told = null
    }
  }
}

function ignore(): void {
  // Nothing is rotated for one line.
}
