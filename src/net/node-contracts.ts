// Everything that the program relies on and Node does not document, each with what breaks without it. Seen in Node
// 20.19, 20.20, 22, 24 and 26; test/net/node-contracts.test.ts says whether a Node still keeps to them.

import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/**
 * `server.httpAllowHalfOpen`: a client that closes its side still gets its answers. Without it Node ends the connection
 * at once, and clients that shut down their side after sending (`nc -N`, socat, some scripts) get nothing.
 */
export function allowHalfOpenRequests(server: Server): void {
  Object.assign(server, { httpAllowHalfOpen: true })
}

/**
 * `socket.destroySoon`: what Node calls after a response that is the last one of its connection. Its own closes both
 * directions as soon as all is written; the system then resets the connection when input is left unread, and a client
 * that is still sending loses the response (RFC 9112 section 9.6).
 */
export function closeConnectionWith(socket: Socket, close: () => void): void {
  socket.destroySoon = close
}

/**
 * `socket.resume`: Node calls it after each response and for each body. Without a gate in front of it, a client that
 * pipelines has thousands of requests read into memory for each one that is answered.
 */
export class ReadGate {
  readonly #socket: Socket
  #closed = false

  constructor(socket: Socket) {
    this.#socket = socket
    const resume = socket.resume.bind(socket)
    socket.resume = () => (this.#closed ? socket : resume())
  }

  close(): void {
    this.#closed = true
    this.#socket.pause()
  }

  open(): void {
    if (!this.#closed) return
    this.#closed = false
    this.#socket.resume()
  }

  /** Takes the gate away: reads whether or not it was closed. */
  remove(): void {
    this.#closed = false
    this.#socket.resume()
  }
}

/**
 * @param onDiscarded gets the number of bytes of each read that is thrown away
 *
 * The parser reads from the handle of the socket until there is a listener for 'data', and as such a listener from then
 * on. Takes the input away from it and throws it away. Without that the parser keeps every request that it finds behind
 * one that was refused, and hands each of them over. The caller resumes the socket.
 */
export function detachParser(socket: Socket, onDiscarded: (bytes: number) => void): void {
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => onDiscarded(chunk.length))
  // The stream takes itself for reading as long as the parser reads instead. Where a body has paused the handle, only
  // the end of that read makes the stream start the handle again.
  socket.push('')
}

/**
 * Lets a listener see all bytes received before the parser gets them. The parser reads from the handle of the socket
 * until there is a listener for 'data', and is one itself from then on, behind those that were put before it. Without
 * that, requests of other protocols cannot be told from those of HTTP (http/connection/request-protocol.ts).
 * @param socket already given to Node's HTTP server
 */
export function watchInput(socket: Socket, onBytes: (chunk: Buffer) => void): void {
  socket.prependListener('data', onBytes)
  const ignore = (): void => undefined
  socket.on('data', ignore).off('data', ignore)
}

/**
 * `socket._parent`: the TCP socket under a TLS socket of a server, which the server's events do not tell. Without it
 * the place of a connection would have to be looked up by its addresses, which takes four system calls.
 */
export function wrappedSocket(socket: object & { readonly _parent?: unknown }): unknown {
  return socket._parent
}

/**
 * `socket._handle.verifyError()`: OpenSSL's own text for a certificate that it did not verify. Without it the numbers
 * for which Node has no code, such as a violated name constraint, cannot be told apart: all are `UNSPECIFIED`.
 * @returns null where there is none
 */
export function verificationText(socket: object & { readonly _handle?: unknown }): string | null {
  const { _handle: handle } = socket
  if (typeof handle !== 'object' || handle === null || !('verifyError' in handle)) return null
  const { verifyError } = handle
  if (typeof verifyError !== 'function') return null
  const error: unknown = verifyError.call(handle)
  return error instanceof Error && error.message !== '' ? error.message : null
}
