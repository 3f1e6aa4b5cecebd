// The automaton under the scanner: one pass over bytes that checks syntax and depth, resumable at any byte.

/* eslint-disable @typescript-eslint/no-non-null-assertion -- each index is checked in its line or the loop around it */

import { byteClasses, SCALAR_COMPLETE, SCALAR_DIGITS, SCALAR_OVER, SCALAR_START } from './byte-class.ts'
import type { ByteClasses } from './byte-class.ts'
import { EscapeReader } from './escape-reader.ts'
import type { FastLane, Place } from './fast-lane.ts'
import { cutShort, expectations, rawControl, tooDeep, unexpected, wrongEscape, wrongScalar } from './scan-problem.ts'
import {
  BEGIN, COLON, END, ESCAPE, ITEM, ITEM_OR_END, KEY, KEY_OR_END, MEMBER_VALUE, NEXT, SCALAR, STRING, VALUE,
} from './scan-states.ts'
import type { MemberListener, ScanDialect, ScanProblem } from './scan-types.ts'

/** Containers inside each other, the outermost included; what Kea 3.0 takes. */
export const maxDepth = 100

export class Automaton {
  /** Set when the text is refused. */
  problem: ScanProblem | null = null
  readonly escapes: EscapeReader
  /** Where the outermost value begins and its closing bracket ends; -1 while that has not been seen. */
  start = -1
  end = -1
  readonly #lenient: boolean
  readonly #classes: ByteClasses
  readonly #listener: MemberListener | null
  /** By depth: 1 for a map, 0 for a list. Most texts are not deep, and typed arrays are costly to make. */
  readonly #maps: number[] = [0, 0, 0, 0, 0, 0, 0, 0]
  #state = BEGIN
  #depth = 0
  #inKey = false
  #scalar = SCALAR_START
  /** The depth whose members the listener is told of: 1 inside an outermost map, else -1. */
  #toldDepth = -1
  #keyStart = 0
  #valueStart = 0

  constructor(dialect: ScanDialect, listener: MemberListener | null, pairedSurrogates = dialect === 'command') {
    this.#lenient = dialect === 'command'
    this.#classes = byteClasses[dialect]
    this.#listener = listener
    this.escapes = new EscapeReader(pairedSurrogates)
  }

  /** Whether the outermost value is a map. */
  isMap(): boolean {
    return this.#maps[1] === 1
  }

  /** What is wrong with a text that ends here; null when it may. */
  ending(offset: number): ScanProblem | null {
    const complete = this.#state === END || (this.#depth === 0 && this.#scalar >= SCALAR_COMPLETE)
    return complete ? null : cutShort(offset, expectations[this.#state])
  }

  /** Has the fast lane run on from here, where it knows the way. @param place in the bytes that the lane has loaded */
  leap(lane: FastLane, place: Place): void {
    if (this.#depth === 0 || this.#state > STRING) return
    place.state = this.#state
    place.depth = this.#depth
    place.inKey = this.#inKey
    lane.run(place, this.#maps)
    this.#state = place.state
    this.#depth = place.depth
    this.#inKey = place.inKey
  }

  /**
   * Runs over the next chunk, to its end, to the problem, or behind the closing bracket of an answer; returns where.
   * @param base offset of the chunk's first byte in the text
   */
  run(bytes: Uint8Array, base: number): number {
    const { blank, plain, scalars } = this.#classes
    const lenient = this.#lenient
    const listener = this.#listener
    const maps = this.#maps
    const length = bytes.length
    const lastFour = length - 4
    let state = this.#state
    let depth = this.#depth
    let inKey = this.#inKey
    let toldDepth = this.#toldDepth
    let inMap = maps[depth] === 1
    let i = 0

    scan: while (i < length) {
      let c = bytes[i]!
      switch (state) {
        case STRING:
          while (i <= lastFour && (plain[c]! & plain[bytes[i + 1]!]!) === 1) {
            // Two and two: four at once, or one by one, costs a tenth of the speed.
            i += (plain[bytes[i + 2]!]! & plain[bytes[i + 3]!]!) === 1 ? 4 : 2
            if (i === length) break scan
            c = bytes[i]!
          }
          while (plain[c] === 1) {
            if (++i === length) break scan
            c = bytes[i]!
          }
          if (c === 0x22) {
            i++
            if (!inKey) {
              if (depth === toldDepth) listener?.value(this.#valueStart, base + i, this.escapes.wide)
              state = depth === 0 ? END : NEXT
              continue
            }
            inKey = false
            state = COLON
            if (depth === toldDepth) listener?.key(this.#keyStart, base + i, this.escapes.wide)
            else if (i < lastFour && bytes[i] === 0x3a && bytes[i + 1] === 0x20) {
              // As Kea prints it: a colon, one blank and the value, which mostly is a string.
              i += 2
              if (bytes[i] === 0x22) {
                i++
                state = STRING
              } else state = VALUE
            }
            continue
          }
          if (c !== 0x5c) return this.#refuse(rawControl(base + i, c), i)
          i++
          state = ESCAPE
          continue

        case NEXT:
          while (c <= 0x20 && blank[c] === 1) {
            if (++i === length) break scan
            c = bytes[i]!
          }
          if (c === 0x2c) {
            i++
            while (i < length && bytes[i]! <= 0x20 && blank[bytes[i]!] === 1) i++
            state = inMap ? KEY : ITEM
            if (inMap && i < length && bytes[i] === 0x22) {
              if (depth === toldDepth) this.#keyStart = base + i
              i++
              inKey = true
              state = STRING
            }
            continue
          }
          if (c === (inMap ? 0x7d : 0x5d)) {
            i++
            depth--
            inMap = maps[depth] === 1
            if (depth === toldDepth) listener?.value(this.#valueStart, base + i, this.escapes.wide)
            if (depth > 0) continue
            this.end = base + i
            state = END
            if (lenient) continue
            break scan
          }
          return this.#refuse(unexpected(base + i, inMap ? "',' or '}'" : "',' or ']'", c), i)

        case KEY:
        case KEY_OR_END:
          if (c === 0x22) {
            if (depth === toldDepth) this.#keyStart = base + i
            i++
            inKey = true
            state = STRING
          } else if (blank[c] === 1) i++
          else if (c === 0x7d && state === KEY_OR_END) state = NEXT
          else return this.#refuse(unexpected(base + i, expectations[state], c), i)
          continue

        case COLON:
          if (c === 0x3a) state = depth === toldDepth ? MEMBER_VALUE : VALUE
          else if (blank[c] !== 1) return this.#refuse(unexpected(base + i, expectations[state], c), i)
          i++
          continue

        case VALUE:
        case ITEM:
        case ITEM_OR_END:
          if (c === 0x22) {
            i++
            state = STRING
          } else if (blank[c] === 1) i++
          else if (c === 0x7b || c === 0x5b) {
            if (depth === maxDepth) return this.#refuse(tooDeep(base + i, maxDepth), i)
            i++
            inMap = c === 0x7b
            maps[++depth] = inMap ? 1 : 0
            state = inMap ? KEY_OR_END : ITEM_OR_END
            while (i < length && bytes[i]! <= 0x20 && blank[bytes[i]!] === 1) i++
          } else if (scalars[(SCALAR_START << 8) | c]! < SCALAR_OVER) {
            this.#scalar = SCALAR_START
            state = SCALAR
          } else if (c === 0x5d && (state === ITEM_OR_END || (state === ITEM && lenient))) state = NEXT
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
          if (depth === toldDepth) listener?.value(this.#valueStart, base + i, this.escapes.wide)
          state = depth === 0 ? END : NEXT
          continue
        }

        case ESCAPE:
          i = this.escapes.read(bytes, i)
          if (this.escapes.outcome === 'done') state = STRING
          else if (this.escapes.outcome !== 'more') return this.#refuse(wrongEscape(base + i, this.escapes.outcome), i)
          continue

        case BEGIN:
        case MEMBER_VALUE:
          if (blank[c] === 1) i++
          else if (state === MEMBER_VALUE) {
            this.#valueStart = base + i
            state = VALUE
          } else {
            if (!lenient && c !== 0x7b && c !== 0x5b) return this.#refuse(unexpected(base + i, 'a map or a list', c), i)
            this.start = base + i
            if (c === 0x7b && listener !== null) toldDepth = this.#toldDepth = 1
            state = VALUE
          }
          continue

        default:
          if (blank[c] !== 1) return this.#refuse(unexpected(base + i, expectations[END], c), i)
          i++
      }
    }
    this.#state = state
    this.#depth = depth
    this.#inKey = inKey
    return i
  }

  #refuse(problem: ScanProblem, at: number): number {
    this.problem = problem
    return at
  }
}
