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

/** What a line of the log says of a caller: all three facts together, `(none)` for one that there is not. */
export function callerFields({ remoteAddress, user, tls }: CallerContext): Readonly<Record<string, string>> {
  return { 'remote-address': remoteAddress, user: user ?? '(none)', certificate: tls?.subject ?? '(none)' }
}
