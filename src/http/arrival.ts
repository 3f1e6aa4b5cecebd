// What is known of a connection when it comes to the HTTP side.

import type { Socket } from 'node:net'
import type { TlsPeer } from '../tls/peer.ts'

/** A connection that is ready to be read, with TLS past its handshake. */
export interface Arrival {
  readonly socket: Socket
  /** As it is told of. */
  readonly remoteAddress: string
  readonly peer: TlsPeer | null
  /** The listener that accepted it. */
  readonly origin: object | null
}
