// Replaces parts of a text, from front to back. The other parts are not copied.

import { ChunkList } from '../scan/chunk-list.ts'
import type { RawJson } from '../raw.ts'

export class Splice {
  readonly #text: RawJson
  readonly #out = new ChunkList()
  #changed = false
  /** Everything before this offset has been kept or replaced. */
  #at = 0
  /** The index of the chunk that `#at` lies in, and the offset of that chunk. */
  #index = 0
  #base = 0

  constructor(text: RawJson) {
    this.#text = text
  }

  /** A copy of a part that comes after everything replaced so far. */
  copy(start: number, end: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(end - start)
    let base = this.#base
    for (let i = this.#index; base < end; i++) {
      const chunk = this.#text.chunks[i]
      if (chunk === undefined) break
      if (base + chunk.length > start) {
        bytes.set(chunk.subarray(Math.max(start - base, 0), end - base), Math.max(base - start, 0))
      }
      base += chunk.length
    }
    return bytes
  }

  /** Keeps everything up to `start`, and replaces the text from there to `end`. */
  replace(start: number, end: number, bytes: Uint8Array): void {
    this.#changed = true
    this.#goTo(start, true)
    this.#out.add(bytes)
    this.#goTo(end, false)
  }

  /** The text with the replacements; the same object where there are none. */
  result(): RawJson {
    if (!this.#changed) return this.#text
    this.#goTo(this.#text.length, true)
    return this.#out.slice(0, this.#out.length)
  }

  #goTo(offset: number, keep: boolean): void {
    while (this.#at < offset) {
      const chunk = this.#text.chunks[this.#index]
      if (chunk === undefined) return
      const from = this.#at - this.#base
      const to = Math.min(offset - this.#base, chunk.length)
      if (keep) this.#out.add(chunk.subarray(from, to))
      this.#at = this.#base + to
      if (to < chunk.length) return
      this.#base += chunk.length
      this.#index++
    }
  }
}
