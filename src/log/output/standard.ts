// Standard output and standard error. A write may stall as long as its reader does; nothing else waits for that write.

import { write } from 'node:fs'
import { promisify } from 'node:util'
import { batchOf } from '../batch.ts'
import type { LineTarget } from '../line-stream.ts'

const writeBytes = promisify(write)

export class StandardTarget implements LineTarget {
  readonly #fd: 1 | 2
  /** Bytes of the first line that have been written already. */
  #begun = 0

  constructor(fd: 1 | 2) {
    this.#fd = fd
  }

  async write(lines: readonly string[]): Promise<number> {
    const batch = batchOf(lines)
    const done = await writeFrom(batch.bytes, this.#begun, this.#fd)
    const whole = batch.whole(done.length)
    this.#begun = done.length - whole.bytes
    if (done.error !== null && whole.lines === 0) throw done.error
    return whole.lines
  }

  async close(): Promise<void> {
    // The standard streams belong to the process and end with it.
  }
}

/** Writes all bytes from `start` on, or as many as possible. `length` counts from the beginning of `bytes`. */
export async function writeFrom(
  bytes: Buffer,
  start: number,
  fd: number,
): Promise<{ readonly length: number; readonly error: Error | null }> {
  let length = start
  try {
    while (length < bytes.length) length += (await writeBytes(fd, bytes, length)).bytesWritten
  } catch (error) {
    return { length, error: error instanceof Error ? error : new Error(String(error)) }
  }
  return { length, error: null }
}
