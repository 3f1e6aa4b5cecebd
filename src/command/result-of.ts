// The result number of an answer, read from its bytes without parsing it: answers may have hundreds of megabytes.
// The answer is JSON that has been checked already.

import type { RawJson } from '../json/raw.ts'
import { rawToBuffer } from '../json/raw.ts'

/** Bytes looked at from each end. Kea prints `arguments`, `result`, `text` in this order. */
const reach = 65_536

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a]

/**
 * The integer of the member `result` of an answer map, or null where it has none near its beginning or its end. Of a
 * repeated key the last one counts, as for Kea's clients.
 */
export function resultOf(answer: RawJson): number | null {
  const tail = end(answer, reach)
  const found = fromTheEnd(tail)
  if (found !== undefined) return found
  return answer.length === tail.length ? fromTheStart(tail) : fromTheStart(start(answer, reach))
}

/**
 * Walks back over the members that are strings and numbers.
 * @returns undefined where it met a member that it cannot step over
 */
function fromTheEnd(bytes: Buffer): number | null | undefined {
  let at = blanksBefore(bytes, bytes.length)
  if (bytes[at - 1] !== 0x7d) return null
  at = blanksBefore(bytes, at - 1)
  for (;;) {
    const valueEnd = at
    at = bytes[at - 1] === quote ? stringStart(bytes, at) : wordStart(bytes, at)
    if (at === valueEnd || at < 0) return undefined
    const valueStart = at
    at = blanksBefore(bytes, at)
    if (bytes[at - 1] !== colon) return undefined
    const keyEnd = blanksBefore(bytes, at - 1)
    const keyStart = stringStart(bytes, keyEnd)
    if (keyStart < 0) return undefined
    if (isResult(bytes, keyStart, keyEnd)) return integer(bytes.toString('latin1', valueStart, valueEnd))
    at = blanksBefore(bytes, keyStart)
    if (bytes[at - 1] !== comma) return undefined
    at = blanksBefore(bytes, at - 1)
  }
}

/** Walks over everything; what lies deeper than the members of the map does not count. */
function fromTheStart(bytes: Buffer): number | null {
  let depth = 0
  let found: number | null = null
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x7b || byte === 0x5b) depth++
    else if (byte === 0x7d || byte === 0x5d) depth--
    if (byte !== quote) continue
    const begin = at
    at = stringEnd(bytes, at)
    if (depth !== 1 || !isResult(bytes, begin, at)) {
      at--
      continue
    }
    const separator = blanksAfter(bytes, at)
    if (bytes[separator] !== colon) {
      at--
      continue
    }
    const value = blanksAfter(bytes, separator + 1)
    const word = /^[-+.\w]*/.exec(bytes.toString('latin1', value, value + 32))?.[0] ?? ''
    found = integer(word)
    at = value + word.length - 1
  }
  return found
}

function integer(word: string): number | null {
  return /^-?\d{1,15}$/.test(word) ? Number(word) : null
}

function isResult(bytes: Buffer, start: number, end: number): boolean {
  return end - start === 8 && bytes.toString('latin1', start, end) === '"result"'
}

/** Where the string that ends before `end` begins, with its quote; -1 where that is out of sight. */
function stringStart(bytes: Buffer, end: number): number {
  if (bytes[end - 1] !== quote) return -1
  for (let at = end - 2; at >= 0; at--) {
    if (bytes[at] !== quote) continue
    let escapes = 0
    while (bytes[at - 1 - escapes] === backslash) escapes++
    if (escapes % 2 === 0) return at
  }
  return -1
}

/** Behind the string that begins at `start`, or the end of the bytes. */
function stringEnd(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at++) {
    if (bytes[at] === backslash) at++
    else if (bytes[at] === quote) return at + 1
  }
  return bytes.length
}

/** Where a number, `true`, `false` or `null` that ends before `end` begins; `end` where there is none. */
function wordStart(bytes: Buffer, end: number): number {
  let at = end
  while (at > 0 && /[-+.\w]/.test(String.fromCharCode(bytes[at - 1] ?? 0))) at--
  return at
}

function blanksBefore(bytes: Buffer, end: number): number {
  let at = end
  while (at > 0 && isBlank(bytes[at - 1])) at--
  return at
}

function blanksAfter(bytes: Buffer, start: number): number {
  let at = start
  while (at < bytes.length && isBlank(bytes[at])) at++
  return at
}

function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
}

function start(answer: RawJson, length: number): Buffer {
  const pieces: Uint8Array[] = []
  let size = 0
  for (const chunk of answer.chunks) {
    pieces.push(chunk)
    size += chunk.length
    if (size >= length) break
  }
  return Buffer.concat(pieces, Math.min(size, length))
}

function end(answer: RawJson, length: number): Buffer {
  const pieces: Uint8Array[] = []
  let size = 0
  for (let index = answer.chunks.length - 1; index >= 0 && size < length; index--) {
    const chunk = answer.chunks[index] ?? new Uint8Array()
    pieces.unshift(chunk)
    size += chunk.length
  }
  const bytes = rawToBuffer({ chunks: pieces, length: size })
  return bytes.length > length ? bytes.subarray(bytes.length - length) : bytes
}
