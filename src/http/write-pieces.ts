// Writes a body to a response piece by piece, no faster than the client takes it and never for long at a time.

import type { ServerResponse } from 'node:http'
import type { RawJson } from '../json/raw.ts'
import { rawToBuffer } from '../json/raw.ts'

/** Bodies up to this size are sent as one piece. */
const joinBelow = 64 * 1024
/** Largest piece handed over at once, so that no answer is copied as a whole on its way through TLS. */
const pieceSize = 256 * 1024
/** Chunks up to this size are joined: each piece costs a call of the system. */
const gatherBelow = 32 * 1024
/** Bytes that a client may take in a row before others get their turn: a few milliseconds, also with TLS. */
export const turnSize = 2 * 1024 * 1024

/** Writes and ends the response, whose head is set already. A client that goes away ends it too. */
export function writePieces(response: ServerResponse, body: RawJson): void {
  if (body.length <= joinBelow) {
    response.end(rawToBuffer(body))
    return
  }
  // A write that finds the client gone is reported here, after the connection has dealt with it.
  response.on('error', ignore)
  const pieces = piecesOf(body)
  let left = turnSize
  const next = (): void => {
    // Not for-of: leaving that would end the generator.
    for (let piece = pieces.next(); piece.done !== true; piece = pieces.next()) {
      if (response.destroyed || response.socket?.destroyed === true) return
      const room = response.write(piece.value)
      left -= piece.value.length
      if (room && left > 0) continue
      if (room) yieldTurn()
      else response.once('drain', left > 0 ? next : yieldTurn)
      return
    }
    response.end()
  }
  // To a client that takes all at once, Node says "drain" before the event loop has come round.
  const yieldTurn = (): void => {
    left = turnSize
    setImmediate(next)
  }
  next()
}

/** Large chunks in pieces, runs of small ones joined. */
export function* piecesOf(body: RawJson): Generator<Uint8Array> {
  let run: Uint8Array[] = []
  let length = 0
  for (const chunk of body.chunks) {
    if (chunk.length < gatherBelow) {
      run.push(chunk)
      length += chunk.length
      if (length < gatherBelow) continue
    }
    if (length > 0) yield rawToBuffer({ chunks: run, length })
    run = []
    length = 0
    if (chunk.length < gatherBelow) continue
    for (let start = 0; start < chunk.length; start += pieceSize) yield chunk.subarray(start, start + pieceSize)
  }
  if (length > 0) yield rawToBuffer({ chunks: run, length })
}

function ignore(): void {
  // Nobody is left to tell.
}
