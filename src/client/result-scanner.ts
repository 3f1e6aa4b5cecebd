// Reads the `result` of each answer from the bytes as they pass: an answer may be too large to be kept.

import { Scanner } from '../json/scan/scanner.ts'
import type { ScanHandler } from '../json/scan/types.ts'

const key = '"result"'

/** How many bytes before a chunk are kept: more than the key and any number that is read can have. */
const tail = 64

/** An answer is a map, or one item of a list. */
export class ResultScanner implements ScanHandler {
  readonly maxDepth = 2
  readonly #scanner = new Scanner('answer', this)
  readonly #results: (number | null)[] = []
  #isList: boolean | null = null
  #window: Buffer = Buffer.alloc(0)
  #windowBase = 0
  #expected = false
  #current: number | null = null

  push(chunk: Buffer): void {
    this.#isList ??= startsList(chunk)
    this.#scanner.push(chunk)
  }

  /** One result for each answer, null if it is no whole number. Returns null if the bytes are no answer of Kea. */
  finish(): readonly (number | null)[] | null {
    if (this.#scanner.finish() !== 'done') return null
    return this.#results
  }

  chunk(bytes: Uint8Array, base: number): void {
    const kept = this.#window.subarray(Math.max(0, this.#window.length - tail))
    this.#window = Buffer.concat([kept, bytes])
    this.#windowBase = base - kept.length
  }

  key(start: number, end: number, depth: number): void {
    this.#expected = depth === this.#depth() && end - start === key.length && this.#text(start, end) === key
  }

  value(start: number, end: number, depth: number): void {
    if (depth === this.#depth() - 1) {
      this.#results.push(this.#current)
      this.#current = null
    } else if (depth === this.#depth() && this.#expected) {
      this.#expected = false
      const text = end - start <= 16 ? this.#text(start, end) : ''
      this.#current = /^-?\d{1,15}$/.test(text) ? Number(text) : null
    }
  }

  /** How many maps and lists are around a member of an answer. */
  #depth(): 1 | 2 {
    return this.#isList === true ? 2 : 1
  }

  #text(start: number, end: number): string {
    return this.#window.toString('latin1', start - this.#windowBase, end - this.#windowBase)
  }
}

/** Null: the chunk holds only blanks. */
function startsList(chunk: Buffer): boolean | null {
  const first = chunk.find((byte) => byte > 0x20)
  return first === undefined ? null : first === 0x5b
}
