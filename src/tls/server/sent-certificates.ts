// The certificates that the other side of a handshake sent behind its own.

import type { X509Certificate } from 'node:crypto'

/** How many certificates of a chain are looked at. */
const maxSent = 10

/** In the order in which they came. @param certificate as `getPeerX509Certificate` gives it */
export function sentBehind(certificate: X509Certificate): X509Certificate[] {
  const sent: X509Certificate[] = []
  let next = certificate.issuerCertificate
  for (; next !== undefined && sent.length < maxSent; next = next.issuerCertificate) sent.push(next)
  return sent
}
