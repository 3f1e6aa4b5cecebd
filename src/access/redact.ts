// Hides the secrets in an answer, or in arguments, and leaves every other byte as it came.

/* eslint-disable @typescript-eslint/no-non-null-assertion -- each index is checked in its line or the loop around it */

import { setImmediate } from 'node:timers/promises'
import { byteClasses } from '../json/byte-class.ts'
import { ChunkStore } from '../json/chunk-store.ts'
import type { RawJson } from '../json/raw.ts'
import type { KeyKind } from './secret-key.ts'
import { KeyTail, kindOfKey } from './secret-key.ts'

/** Bytes worked on before others get their turn: about a millisecond. */
const stepSize = 256 * 1024

/** Bytes up to which it is done at once. */
const smallText = 4 * stepSize

const hidden = Buffer.from('"*****"')

/** The quote and the backslash are 0; the text is known to be valid, so all else in a string is plain. */
const { plain } = byteClasses.command

/**
 * Puts `"*****"` in the place of every value, of any type, whose key ends in `password` or `secret`, and of `key` in
 * the maps of a `tsig-keys` list, at any depth. Keys are compared without their escapes and without regard to letter
 * case. What is kept are views on the chunks of the text; without a secret it is the text itself. A large one is
 * worked on in turns with others and must not be changed meanwhile.
 * @param text one valid JSON value, as the scanner lets it through
 */
export function redactSecrets(text: RawJson): RawJson | Promise<RawJson> {
  const redaction = new Redaction(text)
  if (text.length > smallText) return inTurns(redaction)
  while (redaction.step());
  return redaction.result()
}

async function inTurns(redaction: Redaction): Promise<RawJson> {
  while (redaction.step()) await setImmediate()
  return redaction.result()
}

// Where the next byte stands.
const BETWEEN = 0
const STRING = 1
const ESCAPE = 2
const KEY = 3
const KEY_ESCAPE = 4
/** Behind the key of a secret, or of a list of TSIG keys: a colon and blanks, then the value. */
const BEFORE_SECRET = 5
const BEFORE_TSIG = 6
/** In a hidden number or word. */
const HIDDEN_SCALAR = 7

// Containers, as bits: a map is 1; a list of TSIG keys and a map in it have 2.
const LIST = 0
const MAP = 1
const TSIG = 2

class Redaction {
  readonly #text: RawJson
  readonly #out = new ChunkStore()
  readonly #tail = new KeyTail()
  /** The containers around the next byte; the first stands for none. */
  readonly #open: number[] = [LIST]
  #changed = false
  #chunk = 0
  #at = 0
  /** In the chunk, where the bytes begin that are kept and not yet in `out`. */
  #keptFrom = 0
  /** Containers around the value that is being hidden; -1: none is. */
  #hiddenDepth = -1
  #state = BETWEEN
  /** Whether a string that comes now is a key. */
  #keyNext = false
  /** In the chunk, where a key begins that is whole and plain so far; -1: it is in `tail`. */
  #keyStart = -1

  constructor(text: RawJson) {
    this.#text = text
  }

  /** Does a piece of the work. Returns whether there is more. */
  step(): boolean {
    for (let budget = stepSize; budget > 0;) {
      const chunk = this.#text.chunks[this.#chunk]
      if (chunk === undefined) return false
      const start = this.#at
      const end = Math.min(start + budget, chunk.length)
      this.#walk(chunk, start, end)
      // One more for the chunk itself, for it may be empty.
      budget -= end - start + 1
      this.#at = end
      if (end === chunk.length) this.#leave(chunk)
    }
    return true
  }

  result(): RawJson {
    return this.#changed ? this.#out.slice(0, this.#out.length) : this.#text
  }

  #leave(chunk: Uint8Array): void {
    if (this.#hiddenDepth < 0) this.#out.add(chunk.subarray(this.#keptFrom))
    if (this.#keyStart >= 0) {
      this.#tail.take(chunk, this.#keyStart, chunk.length)
      this.#keyStart = -1
    }
    this.#keptFrom = 0
    this.#at = 0
    this.#chunk++
  }

  #walk(bytes: Uint8Array, start: number, end: number): void {
    let i = start
    while (i < end) {
      switch (this.#state) {
        case BETWEEN:
          i = this.#between(bytes, i, end)
          continue

        case STRING:
          while (i < end && plain[bytes[i]!] === 1) i++
          if (i === end) return
          this.#state = bytes[i++] === 0x22 ? BETWEEN : ESCAPE
          if (this.#state === BETWEEN) this.#valueEnd(i)
          continue

        case ESCAPE:
          // The digits of `\u` are like any other byte of the string.
          i++
          this.#state = STRING
          continue

        case KEY: {
          const from = i
          while (i < end && plain[bytes[i]!] === 1) i++
          if (this.#keyStart < 0) this.#tail.take(bytes, from, i)
          if (i === end) return
          this.#keyByte(bytes, i++)
          continue
        }

        case KEY_ESCAPE:
          if (this.#tail.takeEscaped(bytes[i++]!)) this.#state = KEY
          continue

        case HIDDEN_SCALAR:
          while (i < end && bytes[i]! > 0x20 && bytes[i] !== 0x2c && bytes[i] !== 0x7d) i++
          if (i === end) return
          this.#state = BETWEEN
          this.#valueEnd(i)
          continue

        default:
          if (bytes[i] === 0x3a || bytes[i]! <= 0x20) i++
          else if (this.#state === BEFORE_SECRET) this.#hide(bytes, i)
          else {
            this.#state = BETWEEN
            if (bytes[i] !== 0x5b) continue
            this.#open.push(LIST | TSIG)
            this.#keyNext = false
            i++
          }
      }
    }
  }

  /** Reads up to the next string. Returns the place behind its quote, or `end`. */
  #between(bytes: Uint8Array, start: number, end: number): number {
    const open = this.#open
    for (let i = start; i < end; i++) {
      switch (bytes[i]!) {
        case 0x22:
          this.#state = this.#keyNext ? KEY : STRING
          this.#keyStart = this.#keyNext ? i + 1 : -1
          this.#keyNext = false
          return i + 1
        case 0x2c:
          this.#keyNext = (open.at(-1)! & MAP) === MAP
          break
        case 0x7b:
          open.push(open.at(-1) === (LIST | TSIG) ? MAP | TSIG : MAP)
          this.#keyNext = true
          break
        case 0x5b:
          open.push(LIST)
          this.#keyNext = false
          break
        case 0x5d:
        case 0x7d:
          open.pop()
          this.#keyNext = false
          this.#valueEnd(i + 1)
      }
    }
    return end
  }

  /** A quote or a backslash in a key. */
  #keyByte(bytes: Uint8Array, at: number): void {
    const plainSoFar = this.#keyStart >= 0
    if (bytes[at] === 0x22) {
      this.#state = this.#afterKey(plainSoFar ? kindOfKey(bytes, this.#keyStart, at) : this.#tail.kind())
      this.#tail.clear()
    } else {
      if (plainSoFar) this.#tail.take(bytes, this.#keyStart, at)
      this.#state = KEY_ESCAPE
    }
    this.#keyStart = -1
  }

  #afterKey(kind: KeyKind): number {
    if (this.#hiddenDepth >= 0 || kind === 'plain') return BETWEEN
    if (kind === 'tsig list') return BEFORE_TSIG
    return kind === 'secret' || this.#open.at(-1) === (MAP | TSIG) ? BEFORE_SECRET : BETWEEN
  }

  /** The value that begins at `at` is a secret. */
  #hide(bytes: Uint8Array, at: number): void {
    this.#out.add(bytes.subarray(this.#keptFrom, at))
    this.#out.add(hidden)
    this.#changed = true
    this.#hiddenDepth = this.#open.length
    const first = bytes[at]
    this.#state = first === 0x22 || first === 0x5b || first === 0x7b ? BETWEEN : HIDDEN_SCALAR
  }

  /** A value ends before `at`. */
  #valueEnd(at: number): void {
    if (this.#hiddenDepth !== this.#open.length) return
    this.#hiddenDepth = -1
    this.#keptFrom = at
  }
}
