// The automaton under the scanner: one pass over bytes that checks syntax and depth, resumable at any byte.

/* eslint-disable @typescript-eslint/no-non-null-assertion -- each index is checked in its line or the loop around it */

import { byteClasses, SCALAR_COMPLETE, SCALAR_DIGITS, SCALAR_OVER, SCALAR_START } from './byte-class.ts'
import type { ByteClasses } from './byte-class.ts'
import { EscapeReader } from '../transform/escape-reader.ts'
import { cutShort, expectations, rawControl, tooDeep, unexpected, wrongEscape, wrongScalar } from './errors.ts'
import {
  BEGIN, COLON, END, ESCAPE, ITEM, ITEM_OR_END, KEY, KEY_OR_END, NEXT, SCALAR, STRING, VALUE,
} from './states.ts'
import type { ScanDialect, ScanHandler, ScanError } from './types.ts'

/** How many containers may be inside each other, the outermost included: as many as in Kea 3.0. */
const maxDepth = 100

export class Automaton {
  /** Set when the text is refused. */
  problem: ScanError | null = null
  readonly escapes: EscapeReader
  /** Where the outermost value begins and its closing bracket ends; -1 while that has not been seen. */
  start = -1
  end = -1
  readonly #answer: boolean
  readonly #classes: ByteClasses
  readonly #handler: ScanHandler | null
  /** By depth: 1 for a map, 0 for a list. Most texts are not deep, and typed arrays are costly to make. */
  readonly #maps: number[] = [0, 0, 0, 0, 0, 0, 0, 0]
  #state = BEGIN
  #depth = 0
  #inKey = false
  #scalar = SCALAR_START
  #keyStart = 0
  /** By depth: where the latest value in a container begins; only for depths that the handler gets. */
  readonly #valueStarts: number[] = [0, 0]

  constructor(dialect: ScanDialect, handler: ScanHandler | null, pairedSurrogates = dialect === 'command') {
    this.#answer = dialect === 'answer'
    this.#classes = byteClasses[dialect]
    this.#handler = handler
    this.escapes = new EscapeReader(pairedSurrogates)
  }

  /**
   * Whether the container at this depth around the next byte is a map. Depth 1 is the outermost one, also after the
   * end.
   */
  isMap(depth: number): boolean {
    return this.#maps[depth] === 1
  }

  /** What is wrong if the text ends here; null: it may end here. */
  ending(offset: number): ScanError | null {
    const complete = this.#state === END || (this.#depth === 0 && this.#scalar >= SCALAR_COMPLETE)
    return complete ? null : cutShort(offset, expectations[this.#state])
  }

  /**
   * Scans the next chunk to its end, to a mistake, or to the end of an answer.
   * @param base offset of the chunk's first byte in the text
   * @returns offset in the chunk of the first byte not scanned
   */
  run(bytes: Uint8Array, base: number): number {
    const { blank, plain, scalars } = this.#classes
    const answer = this.#answer
    const handler = this.#handler
    const reported = handler?.maxDepth ?? -1
    const maps = this.#maps
    const length = bytes.length
    const lastFour = length - 4
    let state = this.#state
    let depth = this.#depth
    let inKey = this.#inKey
    let inMap = maps[depth] === 1
    let i = 0
    handler?.chunk(bytes, base)

    scan: while (i < length) {
      let c = bytes[i]!
      if (state < STRING) {
        while (blank[c] === 1) {
          if (++i === length) break scan
          c = bytes[i]!
        }
      }
      switch (state) {
        case STRING:
          // Four at a time, which takes half as long as one by one.
          while (
            i < lastFour &&
            (plain[c]! & plain[bytes[i + 1]!]! & plain[bytes[i + 2]!]! & plain[bytes[i + 3]!]!) === 1
          ) {
            i += 4
            c = bytes[i]!
          }
          while (plain[c] === 1) {
            if (++i === length) break scan
            c = bytes[i]!
          }
          if (c === 0x5c) {
            i++
            state = ESCAPE
            continue
          }
          if (c !== 0x22) return this.#refuse(rawControl(base + i, c), i)
          i++
          if (inKey) {
            inKey = false
            state = COLON
            if (depth <= reported) handler?.key(this.#keyStart, base + i, depth, this.escapes.wide)
            continue
          }
          state = depth === 0 ? END : NEXT
          if (depth <= reported) this.#reportValue(base + i, depth)
          continue

        case NEXT:
          if (c === 0x2c) {
            i++
            state = inMap ? KEY : ITEM
          } else if (c === (inMap ? 0x7d : 0x5d)) {
            i++
            depth--
            inMap = maps[depth] === 1
            if (depth <= reported) this.#reportValue(base + i, depth)
            if (depth > 0) continue
            this.end = base + i
            state = END
            if (answer) break scan
          } else return this.#refuse(unexpected(base + i, inMap ? "',' or '}'" : "',' or ']'", c), i)
          continue

        case KEY:
        case KEY_OR_END:
          if (c === 0x22) {
            if (depth <= reported) this.#keyStart = base + i
            i++
            inKey = true
            state = STRING
          } else if (c === 0x7d && state === KEY_OR_END) state = NEXT
          else return this.#refuse(unexpected(base + i, expectations[state], c), i)
          continue

        case COLON:
          if (c !== 0x3a) return this.#refuse(unexpected(base + i, expectations[state], c), i)
          i++
          state = VALUE
          continue

        case VALUE:
        case ITEM:
        case ITEM_OR_END:
          if (depth <= reported) this.#valueStarts[depth] = base + i
          if (c === 0x22) {
            i++
            state = STRING
          } else if (c === 0x7b || c === 0x5b) {
            if (depth === maxDepth) return this.#refuse(tooDeep(base + i, maxDepth), i)
            i++
            inMap = c === 0x7b
            maps[++depth] = inMap ? 1 : 0
            state = inMap ? KEY_OR_END : ITEM_OR_END
          } else if (scalars[(SCALAR_START << 8) | c]! < SCALAR_OVER) {
            this.#scalar = SCALAR_START
            state = SCALAR
          } else if (c === 0x5d && (state === ITEM_OR_END || (state === ITEM && !answer))) state = NEXT
          else return this.#refuse(unexpected(base + i, expectations[state], c), i)
          continue

        case SCALAR: {
          let scalar = this.#scalar
          let next = scalars[(scalar << 8) | c]!
          while (next < SCALAR_OVER) {
            scalar = next
            do {
              if (++i === length) {
                this.#scalar = scalar
                break scan
              }
              c = bytes[i]!
            } while (scalar >= SCALAR_DIGITS && c >= 0x30 && c <= 0x39)
            next = scalars[(scalar << 8) | c]!
          }
          const whole = next === SCALAR_OVER && scalar >= SCALAR_COMPLETE
          if (!whole) return this.#refuse(wrongScalar(base + i, scalar, c), i)
          state = depth === 0 ? END : NEXT
          // An outermost number or word is not reported at all: if it ends with the chunk, it may go on in the next
          // one.
          if (depth > 0 && depth <= reported) this.#reportValue(base + i, depth)
          continue
        }

        case ESCAPE:
          i = this.escapes.read(bytes, i)
          if (this.escapes.outcome === 'done') state = STRING
          else if (this.escapes.outcome !== 'more') return this.#refuse(wrongEscape(base + i, this.escapes.outcome), i)
          continue

        case BEGIN:
          if (answer && c !== 0x7b && c !== 0x5b) return this.#refuse(unexpected(base + i, 'a map or a list', c), i)
          this.start = base + i
          state = VALUE
          continue

        default:
          return this.#refuse(unexpected(base + i, expectations[END], c), i)
      }
    }
    this.#state = state
    this.#depth = depth
    this.#inKey = inKey
    return i
  }

  #reportValue(end: number, depth: number): void {
    this.#handler?.value(this.#valueStarts[depth]!, end, depth, this.escapes.wide)
  }

  #refuse(problem: ScanError, at: number): number {
    this.problem = problem
    return at
  }
}
