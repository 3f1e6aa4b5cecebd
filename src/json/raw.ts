// JSON text as the bytes received, in the chunks it came in; it is passed on without being parsed and printed again.

import type { LineColumn } from './text/line-map.ts'

/** JSON text as bytes. `length` is the sum of the chunks' lengths. */
export interface RawJson {
  readonly chunks: readonly Uint8Array[]
  readonly length: number
  /** Whether a string in it holds a `\u` escape from U+0100 up. Absent where that was not checked. */
  readonly wideEscapes?: boolean
  /** Of an answer map: the number of its member `result`, null without one. Absent where it was not looked for. */
  readonly result?: number | null
  /** Where it began in the text that it was cut from. Absent where that was not recorded. */
  readonly begin?: LineColumn
}

/** Wraps text or bytes as raw JSON, unchecked. */
export function rawJson(text: string | Uint8Array): RawJson {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'utf8') : text
  return { chunks: [bytes], length: bytes.length }
}

/** Joins pieces without copying a byte. */
export function joinRaw(pieces: readonly RawJson[]): RawJson {
  const chunks: Uint8Array[] = []
  let length = 0
  for (const piece of pieces) {
    for (const chunk of piece.chunks) chunks.push(chunk)
    length += piece.length
  }
  return { chunks, length }
}

/** One contiguous copy of the bytes (no copy when there is only one chunk). */
export function rawToBuffer(text: RawJson): Buffer {
  const only = text.chunks[0]
  if (only !== undefined && text.chunks.length === 1) return Buffer.from(only.buffer, only.byteOffset, only.length)
  return Buffer.concat(text.chunks, text.length)
}

/** The bytes as a string; for small texts that are to be read, such as a service list. */
export function rawToString(text: RawJson): string {
  return rawToBuffer(text).toString('utf8')
}
