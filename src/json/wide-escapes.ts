// Respells strings for Kea, which refuses `\u` escapes from U+0100 up: those that hold one get UTF-8 instead.

import { setImmediate } from 'node:timers/promises'
import { hexDigit } from './escape-reader.ts'
import type { RawJson } from './raw.ts'

/** Bytes worked on before others get their turn: well under a millisecond. */
const stepSize = 64 * 1024

/** Bytes up to which it is done at once. */
const smallText = 4 * stepSize

/**
 * Every string (key or value) with an escape from U+0100 up gets all its escapes from U+0080 up, surrogate pairs
 * included, written as UTF-8. All else stays byte for byte: Kea means single bytes by `\u0080` to `\u00ff`, so what it
 * wrote must go back to it as it is. Without such a string the text itself is returned.
 * @param text one valid JSON value
 */
export function respellWideEscapes(text: RawJson): RawJson | Promise<RawJson> {
  const respelling = new Respelling(text)
  if (text.length > smallText) return inTurns(respelling)
  while (respelling.step());
  return respelling.result()
}

async function inTurns(respelling: Respelling): Promise<RawJson> {
  while (respelling.step()) await setImmediate()
  return respelling.result()
}

/** Copies the text to memory of its own; a string found to be wide is respelled there, which never makes it longer. */
class Respelling {
  readonly #text: RawJson
  readonly #out: Buffer
  #written = 0
  #changed = false
  #chunk = 0
  #at = 0
  /** 0: outside, else the offset in `out` behind the opening quote. */
  #string = 0
  #wide = false
  /** 0: none, 1: behind the backslash, 2 to 5: at that digit of `\u`. */
  #escape = 0
  /** The part of `out` that is to be respelled: from what has been read of it to its end. */
  #read = 0
  #readEnd = 0

  constructor(text: RawJson) {
    this.#text = text
    this.#out = Buffer.allocUnsafe(text.length)
  }

  /** Does a piece of the work. Returns whether there is more. */
  step(): boolean {
    for (let budget = stepSize; budget > 0;) {
      const chunk = this.#text.chunks[this.#chunk]
      if (this.#readEnd > 0) budget -= this.#respell(budget)
      else if (chunk === undefined) return false
      else budget -= this.#copy(chunk, budget)
    }
    return true
  }

  result(): RawJson {
    return this.#changed ? { chunks: [this.#out.subarray(0, this.#written)], length: this.#written } : this.#text
  }

  /** Copies up to so many bytes, or up to the end of a wide string. Returns how many. */
  #copy(chunk: Uint8Array, count: number): number {
    const out = this.#out
    const start = this.#at
    const end = Math.min(start + count, chunk.length)
    let escape = this.#escape
    let written = this.#written
    let i = start
    while (i < end && this.#readEnd === 0) {
      const byte = chunk[i++] ?? 0
      out[written++] = byte
      if (escape === 0) {
        if (byte === 0x5c) escape = 1
        else if (byte === 0x22) this.#quote(written)
      } else if (escape === 1) escape = byte === 0x75 ? 2 : 0
      else {
        // The first two digits are the high byte.
        if (escape <= 3 && byte !== 0x30) this.#wide = true
        escape = escape === 5 ? 0 : escape + 1
      }
    }
    this.#escape = escape
    if (this.#readEnd === 0) this.#written = written
    if (i === chunk.length) this.#chunk++
    this.#at = i === chunk.length ? 0 : i
    // A step more for the chunk itself, for it may be empty.
    return i - start + 1
  }

  /** @param behind the offset in `out` behind the quote */
  #quote(behind: number): void {
    if (this.#string === 0) {
      this.#string = behind
      return
    }
    if (this.#wide) {
      this.#changed = true
      this.#read = this.#written = this.#string
      this.#readEnd = behind
    }
    this.#string = 0
    this.#wide = false
  }

  /** Reads up to about so many bytes of the wide string. Returns how many. */
  #respell(count: number): number {
    const out = this.#out
    const start = this.#read
    const end = Math.min(start + count, this.#readEnd)
    while (this.#read < end) {
      const byte = out[this.#read] ?? 0
      if (byte !== 0x5c) this.#keep(1)
      else if (out[this.#read + 1] !== 0x75) this.#keep(2)
      else this.#unicodeEscape()
    }
    if (this.#read >= this.#readEnd) this.#readEnd = 0
    return this.#read - start
  }

  #unicodeEscape(): void {
    const unit = this.#unitAt(this.#read)
    const low = unit >= 0xd800 && unit <= 0xdbff ? this.#unitAt(this.#read + 6) : -1
    if (low >= 0xdc00 && low <= 0xdfff) {
      this.#put(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), 12)
    } else if (unit < 0x80 || (unit & 0xf800) === 0xd800) this.#keep(6)
    else this.#put(unit, 6)
  }

  /** The code unit of the escape at `at`, -1 where none stands. */
  #unitAt(at: number): number {
    const out = this.#out
    if (at + 6 > this.#readEnd || out[at] !== 0x5c || out[at + 1] !== 0x75) return -1
    let unit = 0
    for (let i = at + 2; i < at + 6; i++) unit = (unit << 4) | hexDigit(out[i] ?? 0)
    return unit
  }

  #put(codePoint: number, escapeLength: number): void {
    this.#read += escapeLength
    if (codePoint < 0x800) this.#out[this.#written++] = 0xc0 | (codePoint >> 6)
    else {
      if (codePoint < 0x10000) this.#out[this.#written++] = 0xe0 | (codePoint >> 12)
      else {
        this.#out[this.#written++] = 0xf0 | (codePoint >> 18)
        this.#out[this.#written++] = 0x80 | ((codePoint >> 12) & 0x3f)
      }
      this.#out[this.#written++] = 0x80 | ((codePoint >> 6) & 0x3f)
    }
    this.#out[this.#written++] = 0x80 | (codePoint & 0x3f)
  }

  #keep(count: number): void {
    for (let i = 0; i < count; i++) this.#out[this.#written++] = this.#out[this.#read++] ?? 0
  }
}
