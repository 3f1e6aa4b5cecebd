// Cuts what a handler module prints into lines. However much comes, no more than the beginning of one line is kept.

import { StringDecoder } from 'node:string_decoder'
import { maxText } from './bounds.ts'
import type { LineQuota } from './line-quota.ts'

const lineFeed = 0x0a

export class PrintedLines {
  readonly #quota: LineQuota
  readonly #onLine: (line: string) => void
  /** The beginning of a line that is not complete. */
  #begun: Buffer[] = []
  #length = 0

  /**
   * @param quota lines beyond it are counted there and thrown away
   * @param onLine gets each line without its end, cut to `maxText` bytes
   */
  constructor(quota: LineQuota, onLine: (line: string) => void) {
    this.#quota = quota
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#quota.exhausted) {
        this.#skip(chunk, at)
        return
      }
      const end = chunk.indexOf(lineFeed, at)
      this.#keep(chunk, at, end < 0 ? chunk.length : end)
      if (end < 0) return
      this.#complete()
      at = end + 1
    }
  }

  /** Nothing more comes: what is left is a line. */
  end(): void {
    if (this.#length > 0) this.#complete()
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    const size = Math.min(end - start, maxText - this.#length)
    if (size <= 0) return
    // A copy: a view would keep the whole chunk in memory.
    this.#begun.push(Buffer.from(chunk.subarray(start, start + size)))
    this.#length += size
  }

  #complete(): void {
    const bytes = Buffer.concat(this.#begun, this.#length)
    // Of a character that the cut has split, the decoder keeps the beginning to itself.
    const line = bytes.length < maxText ? bytes.toString('utf8') : new StringDecoder('utf8').write(bytes)
    this.#begun = []
    this.#length = 0
    if (this.#quota.take()) this.#onLine(line)
  }

  /** Only counts the lines. */
  #skip(chunk: Buffer, from: number): void {
    let lines = 0
    for (let at = chunk.indexOf(lineFeed, from); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) lines++
    this.#quota.leaveOut(lines)
    this.#begun = []
    this.#length = 0
  }
}
