// The file that audit records go to. The writer of a record learns whether it is on disk before going on; what cannot
// be written is kept and tried again, and that nothing can be written is known before the next command runs.

import { openLogFile } from '../log/output/log-file.ts'
import type { OpenFile } from '../log/output/log-file.ts'
import { LineStream } from '../log/line-stream.ts'
import type { Log } from '../log/message.ts'
import { FileTarget } from '../log/output/file.ts'
import type { RotationSettings } from '../log/output/file.ts'

/** Milliseconds from one write to the next while further commands are under way, whose records can go with the next. */
const flushInterval = 1

export class AuditFile {
  readonly path: string
  readonly #target: FileTarget
  readonly #stream: LineStream
  readonly #log: Log
  #users = 0
  #onLast: (() => void) | null = null
  #closed = false

  constructor(path: string, file: OpenFile, rotation: RotationSettings, log: Log) {
    this.path = path
    this.#log = log
    const failing = (reason: string): void => log.write('KEAGATE_AUDIT_FAILED', { file: path, reason })
    const restored = (lost: number): void => log.write('KEAGATE_AUDIT_RESTORED', { file: path, lost })
    this.#target = new FileTarget({ path, file, rotation, cannotRotate: failing })
    this.#stream = new LineStream(this.#target, { failing, restored }, (lines, sinceLast) => {
      // On a busy agent each write would have one record only, and going through another thread costs as much as all
      // the rest of the audit. With no other request in flight, none can come before these are answered.
      return this.#closed || lines >= this.#users ? 0 : flushInterval - sinceLast
    })
  }

  /** Reopens the file under the same name: it may have been moved. */
  adopt(file: OpenFile, rotation: RotationSettings): void {
    this.#target.adopt(file, rotation)
    this.#stream.start()
  }

  /** Whether the last attempt to write failed. */
  get failing(): boolean {
    return this.#stream.failing
  }

  /**
   * Appends one line.
   * @param onSettled called once: whether it is in the file; a line that is not is tried again later
   */
  write(line: string, onSettled: (written: boolean) => void): void {
    if (this.#closed) void this.#writeLate(line).then(onSettled)
    else this.#stream.write(line, onSettled)
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
    await this.#stream.close()
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
}

function ignore(): void {
  // Nothing is rotated for one line.
}
