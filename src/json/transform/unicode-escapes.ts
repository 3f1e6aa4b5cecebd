// Rewrites strings for Kea, which refuses `\u` escapes from U+0100 up: strings with such an escape get UTF-8 instead.

import { hexDigit } from './escape-reader.ts'
import type { RawJson } from '../raw.ts'
import type { ScanHandler } from '../scan/types.ts'
import { Splice } from './splice.ts'
import type { Steps } from '../scan/rescan.ts'
import { allSteps, stepSize, walk } from '../scan/rescan.ts'

const backslash = 0x5c
const letterU = 0x75

/**
 * Every string (key or value) with an escape from U+0100 up gets all its escapes from U+0080 up, surrogate pairs
 * included, written as UTF-8. All else stays byte for byte: Kea means single bytes by `\u0080` to `\u00ff`, so such
 * escapes of Kea's must go back to it unchanged. Without such a string the text itself is returned.
 * @param text one valid JSON value
 */
export function transcodeUnicodeEscapes(text: RawJson): RawJson | Promise<RawJson> {
  return allSteps(respelling(text), text)
}

function* respelling(text: RawJson): Steps<RawJson> {
  const splice = new Splice(text)
  const strings = new WideStrings()
  const scan = walk(text, strings)
  for (let done = false; !done;) {
    done = scan.next().done === true
    for (const { start, end } of strings.take()) {
      const bytes = splice.copy(start, end)
      const length = yield* transcode(bytes)
      splice.replace(start, end, bytes.subarray(0, length))
    }
    yield
  }
  return splice.result()
}

interface Extent {
  readonly start: number
  readonly end: number
}

/** Collects the strings that hold an escape from U+0100 up. */
class WideStrings implements ScanHandler {
  readonly maxDepth = Infinity
  #found: Extent[] = []
  #wideEscapes = 0

  /** The strings found since the last call. */
  take(): readonly Extent[] {
    const found = this.#found
    this.#found = []
    return found
  }

  chunk(): void {
    return undefined
  }

  key(start: number, end: number, _depth: number, wideEscapes: number): void {
    if (wideEscapes === this.#wideEscapes) return
    this.#wideEscapes = wideEscapes
    this.#found.push({ start, end })
  }

  /** Adds no maps or lists: the escapes inside were counted when their strings were reported. */
  value(start: number, end: number, depth: number, wideEscapes: number): void {
    this.key(start, end, depth, wideEscapes)
  }
}

/**
 * Writes all escapes from U+0080 up as UTF-8, which never makes a string longer.
 * @param bytes the string; changed in place
 * @returns its new length
 */
function* transcode(bytes: Buffer): Steps<number> {
  let length = 0
  let nextTurn = stepSize
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] ?? 0
    const character = byte === backslash ? escapedCharacter(bytes, at) : ''
    if (character !== '') {
      at += 6 * character.length
      length += bytes.write(character, length)
    } else {
      bytes[length++] = byte
      at++
      // The second byte of the escape is copied too: it may be a backslash that begins no escape.
      if (byte === backslash) bytes[length++] = bytes[at++] ?? 0
    }
    if (at < nextTurn) continue
    nextTurn += stepSize
    yield
  }
  return length
}

/** The character from U+0080 up that one or two `\u` escapes stand for; empty for any other escape. */
function escapedCharacter(bytes: Uint8Array, at: number): string {
  const unit = codeUnit(bytes, at)
  if (unit < 0x80) return ''
  if ((unit & 0xf800) !== 0xd800) return String.fromCharCode(unit)
  const low = codeUnit(bytes, at + 6)
  return unit < 0xdc00 && (low & 0xfc00) === 0xdc00 ? String.fromCharCode(unit, low) : ''
}

/** The UTF-16 unit of the `\u` escape that begins at `at`, -1 where none does. */
function codeUnit(bytes: Uint8Array, at: number): number {
  if (bytes[at] !== backslash || bytes[at + 1] !== letterU) return -1
  let unit = 0
  for (let i = at + 2; i < at + 6; i++) unit = (unit << 4) | hexDigit(bytes[i] ?? 0)
  return unit
}
