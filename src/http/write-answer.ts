// Writes an answer, head and body, straight to the socket: a small one in one piece, a large one no faster than the
// client takes it. Node's own way through `ServerResponse` costs as much as everything else that a short command needs.

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RawJson } from '../json/raw.ts'
import { piecesOf, turnSize } from './write-pieces.ts'

/** Bytes of a body up to which Node writes text from the stack, without allocating anything. */
const smallBody = 12 * 1024
/** Bytes handed over at once, so that no answer is copied as a whole on its way through TLS, and progress is seen. */
const handful = 256 * 1024
/** The same for a client that takes at once whatever it gets. */
const largestHandful = 1024 * 1024

/** What clients get at once that have just taken half of it at once; others get a handful. */
const appetites = new WeakMap<Socket, number>()

/** The socket, if it is the turn of this response and nothing was written of it but a 100; else null. */
export function socketOf(response: ServerResponse): Socket | null {
  return response.headersSent || response.writableEnded ? null : response.socket
}

/**
 * @param head complete, as Latin-1 text
 * @param flushed called when the system has taken all of it; not where the client is gone
 */
export function writeAnswer(socket: Socket, head: string, body: RawJson, flushed: () => void): void {
  if (body.length > smallBody) {
    writeHandfuls(socket, head, body, flushed)
    return
  }
  // Bytes as the characters of the same number: none is lost, whatever their encoding.
  let text = head
  for (const chunk of body.chunks) text += latin1(chunk)
  socket.write(text, 'latin1', (error) => {
    if (error == null) flushed()
  })
}

function latin1(chunk: Uint8Array): string {
  // The brackets of the list and the commas in it: to call what knows longer texts would take ten times as long.
  if (chunk.length === 2) return String.fromCharCode(chunk[0] ?? 0, chunk[1] ?? 0)
  const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  return buffer.toString('latin1')
}

/**
 * Several pieces with one call of the system, and the next ones right after it if it has taken all of them: a client that
 * has to be woken for each costs more than the copying. Others get their turn as in `writePieces`.
 */
function writeHandfuls(socket: Socket, head: string, body: RawJson, flushed: () => void): void {
  const pieces = piecesOf(body)
  let left = turnSize
  let rest = head
  let piece = pieces.next()
  let calls = 0
  const next = (): void => {
    if (socket.destroyed) return
    while (tookAll(socket, handOver(appetites.get(socket) ?? handful))) {
      if (piece.done === true || left <= 0) return
    }
  }
  const handOver = (most: number): number => {
    let latest: Uint8Array | string = rest
    rest = ''
    let size = 0
    socket.cork()
    // Never more than that: a client is seen to take all of it or nothing.
    while (piece.done !== true && (size === 0 || size + piece.value.length <= most)) {
      if (latest !== '') socket.write(latest, 'latin1')
      latest = piece.value
      size += latest.length
      piece = pieces.next()
    }
    left -= size
    const call = ++calls
    socket.write(latest, 'latin1', (error) => {
      if (error == null && call === calls) goOn()
    })
    socket.uncork()
    return size
  }
  const goOn = (): void => {
    if (piece.done === true) flushed()
    else if (left > 0) next()
    else yieldTurn()
  }
  const yieldTurn = (): void => {
    left = turnSize
    setImmediate(next)
  }
  next()
}

/** Whether the client has taken all of what was just handed over, which tells how much it gets next time. */
function tookAll(socket: Socket, size: number): boolean {
  const all = socket.writableLength === 0 && !socket.destroyed
  const appetite = appetites.get(socket) ?? handful
  if (!all) appetites.delete(socket)
  else if (size * 2 > appetite) appetites.set(socket, Math.min(size * 2, largestHandful))
  return all
}
