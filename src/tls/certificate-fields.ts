// What Node does not tell of a certificate: its names in a form that can be compared, and what it was signed with.

import type { X509Certificate } from 'node:crypto'
import { SEQUENCE, elementAt } from './der.ts'
import type { DerElement } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'
import type { DistinguishedName } from './distinguished-name.ts'

export interface CertificateNames {
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
}

/** The names of a certificate that Node could read. @throws DerError for what Node would not have read */
export function certificateNames({ raw }: X509Certificate): CertificateNames {
  const serial = skipVersion(raw, toBeSigned(raw))
  const algorithm = elementAt(raw, serial.end, raw.length)
  const issuer = elementAt(raw, algorithm.end, raw.length, SEQUENCE)
  const validity = elementAt(raw, issuer.end, raw.length)
  const subject = elementAt(raw, validity.end, raw.length, SEQUENCE)
  return { subject: distinguishedName(raw, subject), issuer: distinguishedName(raw, issuer) }
}

/** The object identifier of the outer signatureAlgorithm (RFC 5280 section 4.1.1.2) in hex. @throws DerError */
export function signatureAlgorithm({ raw }: X509Certificate): string {
  const algorithm = elementAt(raw, toBeSigned(raw).end, raw.length, SEQUENCE)
  const identifier = elementAt(raw, algorithm.start, algorithm.end)
  return raw.toString('hex', identifier.start, identifier.end)
}

function toBeSigned(raw: Buffer): DerElement {
  return elementAt(raw, elementAt(raw, 0, raw.length, SEQUENCE).start, raw.length, SEQUENCE)
}

/** The serial number: the first member but for the version, which certificates of version 1 leave out. */
function skipVersion(raw: Buffer, tbs: DerElement): DerElement {
  const first = elementAt(raw, tbs.start, tbs.end)
  return first.tag === 0xa0 ? elementAt(raw, first.end, tbs.end) : first
}
