// The `result` of each answer, read from the bytes as they pass: an answer may be larger than what is kept.

import { Scanner } from '../json/scan/scanner.ts'
import type { ScanHandler } from '../json/scan/types.ts'

const key = '"result"'

/** Bytes before a chunk that are kept; more than a key or a number that counts. */
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

  /** One for each answer; null for what has no whole number as its result. Null: what came is no answer of Kea. */
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

  /** The maps and lists around a member of an answer. */
  #depth(): 1 | 2 {
    return this.#isList === true ? 2 : 1
  }

  #text(start: number, end: number): string {
    return this.#window.toString('latin1', start - this.#windowBase, end - this.#windowBase)
  }
}

/** Null: nothing but blanks. */
function startsList(chunk: Buffer): boolean | null {
  const first = chunk.find((byte) => byte > 0x20)
  return first === undefined ? null : first === 0x5b
}
