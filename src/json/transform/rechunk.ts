// Cuts a text into pieces of equal size for sending, whatever the sizes of its chunks.

import type { RawJson } from '../raw.ts'
import { rawToBuffer } from '../raw.ts'

/** Pieces of `size` bytes, the last one shorter; small chunks are gathered, large ones are not copied. */
export function* splitPieces(text: RawJson, size: number): Generator<Buffer, undefined> {
  let parts: Uint8Array[] = []
  let length = 0
  for (const chunk of text.chunks) {
    let offset = 0
    while (offset < chunk.length) {
      const part = chunk.subarray(offset, offset + size - length)
      parts.push(part)
      length += part.length
      offset += part.length
      if (length < size) continue
      yield rawToBuffer({ chunks: parts, length })
      parts = []
      length = 0
    }
  }
  if (length > 0) yield rawToBuffer({ chunks: parts, length })
}
