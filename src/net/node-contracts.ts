// Undocumented behavior of Node that the program relies on, each with what breaks without it. Seen in Node 20.19,
// 20.20, 22, 24 and 26; test/net/node-contracts.test.ts checks whether a version of Node still has it.

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
 * `socket.destroySoon`: Node calls it after the last response of a connection. Node's own version closes both
 * directions as soon as all is written. If input is left unread then, the system resets the connection, and a client
 * that is still sending loses the response (RFC 9112 section 9.6).
 */
export function closeConnectionWith(socket: Socket, close: () => void): void {
  socket.destroySoon = close
}

/**
 * `socket.resume`: Node calls it after each response and for each body. Without a gate in front of it, Node would read
 * thousands of requests of a client that pipelines into memory for each one that is answered.
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

  /** Opens the gate and resumes the socket even if the gate was open. */
  remove(): void {
    this.#closed = false
    this.#socket.resume()
  }
}

/**
 * Takes the input away from the HTTP parser and discards it. The caller resumes the socket. The parser reads from the
 * handle of the socket until the socket has a listener for 'data', and is one itself from then on. If it were not
 * detached, it would keep every request that follows a refused one, and emit each of them.
 * @param onDiscarded gets the number of bytes of each read that is discarded
 */
export function detachParser(socket: Socket, onDiscarded: (bytes: number) => void): void {
  socket.removeAllListeners('data').on('data', (chunk: Buffer) => onDiscarded(chunk.length))
  // The stream considers itself reading while the parser reads from the handle. If a body has paused the handle, the
  // stream starts it again only when that read has ended; the empty push ends it.
  socket.push('')
}

/**
 * Lets a listener see all received bytes before the parser gets them. The parser reads from the handle of the socket
 * until the socket has a listener for 'data'; from then on it is such a listener itself and comes after a prepended
 * one. Without that, requests of other protocols cannot be told from those of HTTP
 * (http/connection/request-protocol.ts).
 * @param socket already passed to Node's HTTP server
 */
export function watchInput(socket: Socket, onBytes: (chunk: Buffer) => void): void {
  socket.prependListener('data', onBytes)
  const ignore = (): void => undefined
  socket.on('data', ignore).off('data', ignore)
}

/**
 * `socket._parent`: the TCP socket under a TLS socket of a server; the server's events do not pass it on. Without it
 * the place of a connection would have to be looked up by its addresses, which takes four system calls.
 */
export function wrappedSocket(socket: object & { readonly _parent?: unknown }): unknown {
  return socket._parent
}

/**
 * `socket._handle.verifyError()`: OpenSSL's own text about a certificate that failed verification. Without it, errors
 * that Node has no code for, such as a violated name constraint, cannot be told apart: all are `UNSPECIFIED`.
 * @returns null where there is no text
 */
export function verificationText(socket: object & { readonly _handle?: unknown }): string | null {
  const { _handle: handle } = socket
  if (typeof handle !== 'object' || handle === null || !('verifyError' in handle)) return null
  const { verifyError } = handle
  if (typeof verifyError !== 'function') return null
  const error: unknown = verifyError.call(handle)
  return error instanceof Error && error.message !== '' ? error.message : null
}
