// Writes a body to a response piece by piece, no faster than the client takes it.

import type { ServerResponse } from 'node:http'
import type { RawJson } from '../json/raw.ts'
import { rawToBuffer } from '../json/raw.ts'

/** Bodies up to this size are sent as one piece. */
const joinBelow = 64 * 1024
/** Largest piece handed over at once, so that no answer is copied as a whole on its way through TLS. */
const pieceSize = 256 * 1024

/** Writes and ends the response, whose head is set already. A client that goes away ends it too. */
export function writePieces(response: ServerResponse, body: RawJson): void {
  if (body.length <= joinBelow) {
    response.end(rawToBuffer(body))
    return
  }
  // A write that finds the client gone is reported here, after the connection has dealt with it.
  response.on('error', ignore)
  const pieces = cut(body)
  const next = (): void => {
    // Not for-of: leaving that would end the generator.
    for (let piece = pieces.next(); piece.done !== true; piece = pieces.next()) {
      if (response.destroyed || response.socket?.destroyed === true) return
      if (!response.write(piece.value)) {
        response.once('drain', next)
        return
      }
    }
    response.end()
  }
  next()
}

function* cut(body: RawJson): Generator<Uint8Array> {
  for (const chunk of body.chunks) {
    for (let start = 0; start < chunk.length; start += pieceSize) yield chunk.subarray(start, start + pieceSize)
  }
}

function ignore(): void {
  // Nobody is left to tell.
}
