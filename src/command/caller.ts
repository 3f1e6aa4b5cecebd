// The three facts known of the sender of a command. They are independent: none proves another.

import type { PeerCertificate } from '../x509/certificate-info.ts'

export interface CallerContext {
  /** The peer's IP address as the socket saw it, IPv4-mapped addresses written as IPv4. */
  readonly remoteAddress: string
  /** The verified client certificate, or null where none was asked for or sent. */
  readonly tls: PeerCertificate | null
  /** The user that HTTP basic authentication proved, or null where authentication is off. */
  readonly user: string | null
}
