// Writes a small answer, head and body, to the socket in one piece. Node's own way through `ServerResponse` costs as
// much as everything else that a short command needs.

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { RawJson } from '../json/raw.ts'

/** Bytes of a body up to which Node writes text from the stack, without allocating anything. */
const mostBytes = 12 * 1024

/**
 * Whether an answer can be written so: the response has its turn on the socket, and nothing was written of it but a 100.
 * @returns the socket, or null
 */
export function wholeSocket(response: ServerResponse, body: RawJson): Socket | null {
  return body.length > mostBytes || response.headersSent || response.writableEnded ? null : response.socket
}

/**
 * @param head complete, as Latin-1 text
 * @param flushed called when the system has taken all of it; not where the client is gone
 */
export function writeWhole(socket: Socket, head: string, body: RawJson, flushed: () => void): void {
  // Bytes as the characters of the same number: none is lost, whatever their encoding.
  let text = head
  for (const chunk of body.chunks) text += latin1(chunk)
  socket.write(text, 'latin1', (error) => {
    if (error == null) flushed()
  })
}

function latin1(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1')
}
