// The file that audit records go to. The writer of a record waits until it knows whether the record is in the file.
// Records that cannot be written are kept and tried again, and a failure is known before the next command runs.

import { openLogFile } from '../log/output/log-file.ts'
import type { OpenFile } from '../log/output/log-file.ts'
import { LineStream } from '../log/line-stream.ts'
import type { Log } from '../log/message.ts'
import { FileTarget } from '../log/output/file.ts'
import type { RotationSettings } from '../log/output/file.ts'

/** Milliseconds between two writes while other commands are under way: their records then go out in one write. */
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
      // Without a wait, each write of a busy agent would hold one record, and each write goes through another thread,
      // which costs as much as the rest of the audit. If every request under way has its record here, no other record
      // can come before these are written, so nothing is gained by a wait.
      return this.#closed || lines >= this.#users ? 0 : flushInterval - sinceLast
    })
  }

  /** Goes on with `file`, opened under the same name: the old file may have been moved. */
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
   * @param onSettled called once, with whether the line is in the file; if not, it is tried again later
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

  /** Settles when every request that entered has left, and its record is in the file or cannot be written. */
  async close(): Promise<void> {
    if (this.#users > 0) await new Promise<void>((resolve) => (this.#onLast = resolve))
    this.#closed = true
    await this.#stream.close()
  }

  /**
   * Writes the line of a request that began under an earlier configuration and whose body came after the file was
   * closed. Opens the file for this line, because its descriptor may belong to another file by now.
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
