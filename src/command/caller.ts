// The three facts known of the sender of a command. They are independent: none proves another.

import type { ClientAddress } from '../net/client-address.ts'
import type { PeerCertificate } from '../x509/certificate-info.ts'

export interface CallerContext extends ClientAddress {
  /** The verified client certificate, or null where none was asked for or sent. */
  readonly tls: PeerCertificate | null
  /** The user that HTTP basic authentication proved, or null where authentication is off. */
  readonly user: string | null
}

/** What a line of the log says of a caller: all three facts together, `(none)` for one that there is not. */
export function callerFields(caller: CallerContext): Readonly<Record<string, string>> {
  const { remoteAddress, proxy } = caller
  const [user, certificate] = [caller.user ?? '(none)', caller.tls?.subject ?? '(none)']
  return proxy === undefined
    ? { 'remote-address': remoteAddress, user, certificate }
    : { 'remote-address': remoteAddress, proxy, user, certificate }
}
