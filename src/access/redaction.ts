// Walks through a JSON text and hides what its keys say is secret. It knows where it stands, not what the text means.

/* eslint-disable @typescript-eslint/no-non-null-assertion -- each index is checked in its line or the loop around it */

import { byteClasses } from '../json/scan/byte-class.ts'
import { ChunkList } from '../json/scan/chunk-list.ts'
import type { RawJson } from '../json/raw.ts'
import type { KeyKind, KeyRule } from './secret-key.ts'
import { KeySuffix } from './secret-key.ts'

const hidden = Buffer.from('"*****"')

/** 0 for the quote and the backslash. The text is known to be valid, so every other byte of a string is plain: 1. */
const { plain } = byteClasses.command

// The states: where the next byte stands.
const BETWEEN = 0
const STRING = 1
const ESCAPE = 2
const KEY = 3
const KEY_ESCAPE = 4
/** After the key of a secret, or of a list of TSIG keys: a colon and blanks come, then the value. */
const BEFORE_SECRET = 5
const BEFORE_TSIG = 6
/** In a hidden number or word. */
const HIDDEN_SCALAR = 7
/** The same for other keys. Before logins or a map, a scalar is hidden; before a name, a map or list is hidden. */
const BEFORE_LOGINS = 8
const BEFORE_NAME = 9
const BEFORE_MAP = 10

// Containers, as bits: a map has 1; a list of TSIG keys and each map in it have 2; maps and lists among logins have 4.
const LIST = 0
const MAP = 1
const TSIG = 2
const LOGINS = 4

/** One text in which secrets are hidden step by step. */
export class Redaction {
  readonly #text: RawJson
  readonly #rule: KeyRule
  readonly #out = new ChunkList()
  readonly #tail = new KeySuffix()
  /** The containers around the next byte, the innermost last; the first entry stands for the outside of the text. */
  readonly #open: number[] = [LIST]
  #changed = false
  #chunk = 0
  #at = 0
  /** The offset in the chunk of the first byte that is kept and not yet in `out`. */
  #keptFrom = 0
  /** How many containers are around the value that is being hidden; -1: no value is being hidden. */
  #hiddenDepth = -1
  #state: number
  /** Whether a string that comes now is a key. */
  #keyNext = false
  /** The offset in the chunk of a key that is in one piece and without escapes so far; -1: its end is in `tail`. */
  #keyStart = -1

  /** @param needsMap whether a scalar in the place of the whole text is hidden: a map or list has to be there */
  constructor(text: RawJson, rule: KeyRule, needsMap: boolean) {
    this.#text = text
    this.#rule = rule
    this.#state = needsMap ? BEFORE_MAP : BETWEEN
  }

  /** Does a piece of the work. @param size bytes of the text, about @returns whether there is more */
  step(size: number): boolean {
    for (let budget = size; budget > 0;) {
      const chunk = this.#text.chunks[this.#chunk]
      if (chunk === undefined) return false
      const start = this.#at
      const end = Math.min(start + budget, chunk.length)
      this.#walk(chunk, start, end)
      // One more for the chunk itself, because many chunks may be empty.
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
          while (i < end && bytes[i]! > 0x20 && bytes[i] !== 0x2c && bytes[i] !== 0x7d && bytes[i] !== 0x5d) i++
          if (i === end) return
          this.#state = BETWEEN
          this.#valueEnd(i)
          continue

        default:
          if (bytes[i] === 0x3a || bytes[i]! <= 0x20) i++
          else i = this.#valueBegin(bytes, i)
      }
    }
  }

  /** Called at the first byte of a value whose key matters, or of the whole text. Returns where to go on. */
  #valueBegin(bytes: Uint8Array, at: number): number {
    const state = this.#state
    const inner = bytes[at] === 0x5b ? LIST : bytes[at] === 0x7b ? MAP : null
    const wrongType = inner === null ? state === BEFORE_LOGINS || state === BEFORE_MAP : state === BEFORE_NAME
    if (state === BEFORE_SECRET || wrongType) {
      this.#hide(bytes, at)
      return at
    }
    this.#state = BETWEEN
    if (state === BEFORE_LOGINS && inner !== null) this.#open.push(inner | LOGINS)
    else if (state === BEFORE_TSIG && inner === LIST) this.#open.push(LIST | TSIG)
    else return at
    this.#keyNext = inner === MAP
    return at + 1
  }

  /** Reads up to the next string or hidden scalar. Returns the offset after its quote, of the scalar, or `end`. */
  #between(bytes: Uint8Array, start: number, end: number): number {
    const open = this.#open
    const amongLogins = (open.at(-1)! & LOGINS) === LOGINS
    for (let i = start; i < end; i++) {
      switch (bytes[i]!) {
        case 0x22:
          if (amongLogins && !this.#keyNext && this.#inLoginList()) this.#hide(bytes, i)
          this.#state = this.#keyNext ? KEY : STRING
          this.#keyStart = this.#keyNext ? i + 1 : -1
          this.#keyNext = false
          return i + 1
        case 0x2c:
          this.#keyNext = (open.at(-1)! & MAP) === MAP
          break
        case 0x7b:
          open.push(open.at(-1) === (LIST | TSIG) ? MAP | TSIG : MAP | (open.at(-1)! & LOGINS))
          this.#keyNext = true
          break
        case 0x5b:
          open.push(LIST | (open.at(-1)! & LOGINS))
          this.#keyNext = false
          break
        case 0x5d:
        case 0x7d:
          open.pop()
          this.#keyNext = false
          this.#valueEnd(i + 1)
          break
        default:
          if (amongLogins && bytes[i]! > 0x20 && this.#inLoginList()) {
            this.#hide(bytes, i)
            return i
          }
      }
    }
    return end
  }

  /** Whether a scalar that comes now is hidden because it stands in a list among logins. */
  #inLoginList(): boolean {
    return this.#open.at(-1) === (LIST | LOGINS) && this.#hiddenDepth < 0
  }

  /** Takes the quote that ends a key, or a backslash in it. */
  #keyByte(bytes: Uint8Array, at: number): void {
    const plainSoFar = this.#keyStart >= 0
    if (bytes[at] === 0x22) {
      this.#state = this.#afterKey(plainSoFar ? this.#rule(bytes, this.#keyStart, at) : this.#tail.kind(this.#rule))
      this.#tail.clear()
    } else {
      if (plainSoFar) this.#tail.take(bytes, this.#keyStart, at)
      this.#state = KEY_ESCAPE
    }
    this.#keyStart = -1
  }

  #afterKey(kind: KeyKind): number {
    if (this.#hiddenDepth >= 0) return BETWEEN
    const open = this.#open.at(-1)!
    const amongLogins = (open & LOGINS) === LOGINS
    switch (kind) {
      case 'secret':
        return BEFORE_SECRET
      case 'tsig list':
        return BEFORE_TSIG
      case 'tsig key':
        return open === (MAP | TSIG) ? BEFORE_SECRET : BETWEEN
      case 'logins':
        return BEFORE_LOGINS
      case 'name':
        return BEFORE_NAME
      case 'harmless':
        return amongLogins ? BEFORE_NAME : BETWEEN
      case 'map':
        return amongLogins ? BEFORE_LOGINS : BEFORE_MAP
      case 'plain':
        return amongLogins ? BEFORE_LOGINS : BETWEEN
    }
  }

  /** Hides the value that begins at `at`. */
  #hide(bytes: Uint8Array, at: number): void {
    this.#out.add(bytes.subarray(this.#keptFrom, at))
    this.#out.add(hidden)
    this.#changed = true
    this.#hiddenDepth = this.#open.length
    const first = bytes[at]
    this.#state = first === 0x22 || first === 0x5b || first === 0x7b ? BETWEEN : HIDDEN_SCALAR
  }

  /** Called where a value ends before `at`. If it is the hidden one, what follows is kept again. */
  #valueEnd(at: number): void {
    if (this.#hiddenDepth !== this.#open.length) return
    this.#hiddenDepth = -1
    this.#keptFrom = at
  }
}
