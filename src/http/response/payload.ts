// What `reply.send` gets of a body: a small one as one buffer, a large one as a stream that is read no faster than the
// client takes it, with pauses in which other connections have their turn.

import { Readable } from 'node:stream'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { RawJson } from '../../json/raw.ts'
import { rawToBuffer } from '../../json/raw.ts'

export type Payload = Buffer | Readable

/**
 * Bytes handed over at once, so that no large body is copied as a whole on its way through TLS, and progress can be
 * seen.
 */
const pieceSize = 256 * 1024
/** Chunks smaller than this are joined: each piece costs a system call. */
const joinBelow = 32 * 1024
/** Bytes that a fast client may take before others get their turn: a few milliseconds, also with TLS. */
const turnSize = 2 * 1024 * 1024

export function toPayload(body: RawJson): Payload {
  if (body.length <= pieceSize) return rawToBuffer(body)
  return Readable.from(paced(body), { objectMode: false, highWaterMark: pieceSize })
}

async function* paced(body: RawJson): AsyncGenerator<Buffer> {
  let left = turnSize
  for (const piece of rechunk(body)) {
    yield piece
    left -= piece.length
    if (left > 0) continue
    await yieldToEventLoop()
    left = turnSize
  }
}

/** Cuts large chunks and joins runs of small ones. No piece is empty. */
function* rechunk(body: RawJson): Generator<Buffer> {
  let run: Uint8Array[] = []
  let length = 0
  for (const chunk of body.chunks) {
    if (chunk.length < joinBelow) {
      run.push(chunk)
      length += chunk.length
      if (length < joinBelow) continue
    }
    if (length > 0) yield rawToBuffer({ chunks: run, length })
    run = []
    length = 0
    if (chunk.length < joinBelow) continue
    for (let start = 0; start < chunk.length; start += pieceSize) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + start, Math.min(pieceSize, chunk.length - start))
    }
  }
  if (length > 0) yield rawToBuffer({ chunks: run, length })
}
