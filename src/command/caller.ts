// The three facts known about the sender of a command: address, certificate and user. None of them proves another.

import type { ClientAddress } from '../net/client-address.ts'
import type { PeerCertificate } from '../x509/certificate-info.ts'

export interface CallerContext extends ClientAddress {
  /** The verified client certificate; null where none was requested or sent. */
  readonly tls: PeerCertificate | null
  /** The user that HTTP basic authentication proved, or null where authentication is off. */
  readonly user: string | null
}

/** The fields of a log event about a caller: all three facts, `(none)` for one that is missing. */
export function callerFields(caller: CallerContext): Readonly<Record<string, string>> {
  const { remoteAddress, proxy } = caller
  const [user, certificate] = [caller.user ?? '(none)', caller.tls?.subject ?? '(none)']
  return proxy === undefined
    ? { 'remote-address': remoteAddress, user, certificate }
    : { 'remote-address': remoteAddress, proxy, user, certificate }
}
