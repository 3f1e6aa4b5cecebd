// What is known of a connection when it is handed to the HTTP server.

import type { Socket } from 'node:net'
import type { ClientAddress } from '../../net/client-address.ts'
import type { ConnectionSlot } from '../../shares/connection-slots.ts'
import type { PeerCertificate } from '../../x509/certificate-info.ts'
import type { VerifiedPeer } from '../../tls/server/verified-peer.ts'

/** A connection that is ready to be read, with TLS past its handshake. */
export interface AcceptedConnection {
  readonly socket: Socket
  readonly client: ClientAddress
  /** Bytes that were read from the socket before and belong to no request: a header of the PROXY protocol. */
  readonly consumed: number
  /** null: plain HTTP, or no certificate was sent and none is required. */
  readonly peer: PeerCertificate | null
  /** The certificate of the peer and what it was verified with; null where there is none. */
  readonly verified: VerifiedPeer | null
  /** Its place among all connections; null: there is none for it. */
  readonly slot: ConnectionSlot | null
  /** The listener that accepted it. */
  readonly origin: object | null
}
