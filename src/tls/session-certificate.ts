// The certificate of a client, as bytes, from the session of its connection. Node's own ways build objects of it and of
// the chain above it, which takes ten times as long, and longer than anything else that a handshake needs of us.

import type { TLSSocket } from 'node:tls'
import { DerError, SEQUENCE, childrenOf, elementAt } from '../x509/der.ts'

/** Where OpenSSL's form of a session (SSL_SESSION in ssl/ssl_asn1.c, the same since SSLeay) holds it: `[3] EXPLICIT`. */
const PEER = 0xa3

/**
 * The DER form of the certificate, one character a byte, or null where there is none, or the session is written in a way
 * that is not known here: then Node has to be asked. The session holds keys; nothing of it is kept.
 */
export function sessionCertificate(socket: Pick<TLSSocket, 'getSession'>): string | null {
  const session = socket.getSession()
  if (session === undefined) return null
  try {
    return certificateOf(session)
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  } finally {
    session.fill(0)
  }
}

/** @throws DerError */
function certificateOf(session: Buffer): string | null {
  for (const part of childrenOf(session, elementAt(session, 0, session.length, SEQUENCE))) {
    if (part.tag !== PEER) continue
    const { from, end } = elementAt(session, part.start, part.end, SEQUENCE)
    return session.toString('latin1', from, end)
  }
  return null
}
