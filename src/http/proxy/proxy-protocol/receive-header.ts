// Reads the header of the PROXY protocol from a new connection, and leaves the connection as if it had begun behind it.

import type { Socket } from 'node:net'
import type { ProxyHeader } from './header.ts'
import { parseProxyHeader } from './parse-header.ts'

export type ProxyFailure = 'untrusted' | 'malformed' | 'late'

/** Exactly one of these is called for each connection. The socket is destroyed where there is no header. */
export interface ProxyHeaderEvents {
  /**
   * What came behind the header is in the buffer of the socket.
   * @param source the address of the client; null: that of the connection
   * @param size bytes of the header
   */
  header(source: string | null, size: number): void
  failed(failure: ProxyFailure, reason: string): void
  /** The connection ended or timed out without a byte, as after a check of the port, or it broke. */
  gone(reason: string): void
}

export interface ReceiveOptions {
  /** Whether the connection is of a trusted proxy. Any other connection is closed at its first byte. */
  readonly trusted: boolean
  /** Milliseconds for the whole header. */
  readonly timeout: number
  readonly events: ProxyHeaderEvents
}

/** @returns a function that closes the connection without an event; to be called only while the header is awaited */
export function receiveProxyHeader(socket: Socket, { trusted, timeout, events }: ReceiveOptions): () => void {
  let received: Buffer = Buffer.alloc(0)

  const stop = (): void => {
    clearTimeout(timer)
    socket.off('readable', read).off('end', ended).off('close', closed).off('error', broken)
  }
  const close = (): void => {
    stop()
    socket.on('error', ignore).destroy()
  }
  const fail = (failure: ProxyFailure, reason: string): void => {
    close()
    events.failed(failure, reason)
  }
  const leave = (reason: string): void => {
    close()
    events.gone(reason)
  }
  const read = (): void => {
    for (;;) {
      const chunk: unknown = socket.read()
      if (!(chunk instanceof Buffer)) return
      if (!trusted) {
        fail('untrusted', 'it is no trusted proxy, and this port takes connections of trusted proxies only')
        return
      }
      received = Buffer.concat([received, chunk])
      const header = parseProxyHeader(received)
      if (header.kind === 'incomplete') continue
      if (header.kind === 'malformed') fail('malformed', header.reason)
      else handOver(header)
      return
    }
  }
  const handOver = ({ source, size }: Extract<ProxyHeader, { kind: 'header' }>): void => {
    stop()
    const rest = received.subarray(size)
    if (rest.length > 0) socket.unshift(rest)
    events.header(source, size)
  }
  const ended = (): void => {
    if (received.length === 0) leave('it was closed before a byte came')
    else fail('malformed', 'the connection ended within the header of the PROXY protocol')
  }
  const closed = (): void => leave('it was closed')
  const broken = ({ message }: Error): void => leave(message)
  const timer = setTimeout(() => {
    if (received.length === 0) leave('no byte came in time')
    else fail('late', 'the header of the PROXY protocol did not arrive in time')
  }, timeout)

  socket.on('readable', read).on('end', ended).on('close', closed).on('error', broken)
  return close
}

function ignore(): void {
  // The connection is gone; its end is reported already.
}
