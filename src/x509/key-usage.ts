// The extended key usages of a certificate (RFC 5280 section 4.2.1.12).

import type { X509Certificate } from 'node:crypto'

export const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
export const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'
export const ANY_USAGE = '2.5.29.37.0'

/** The object identifiers of the extended key usages; null where the certificate has none, which allows every usage. */
export function extendedKeyUsages(certificate: X509Certificate): readonly string[] | null {
  // Node's name for the extended key usages. Undefined where there are none, although the declared type denies that.
  const usages: unknown = certificate.keyUsage
  return Array.isArray(usages) ? usages.map(String) : null
}
