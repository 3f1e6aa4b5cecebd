// Reads what Node does not tell about a certificate: its names in a form that can be compared, its signature algorithm,
// and whether its key may sign handshakes or revocation lists.

import type { X509Certificate } from 'node:crypto'
import { BIT_STRING, DerError, OBJECT_IDENTIFIER, SEQUENCE, childrenOf, elementAt, identifierText } from './der.ts'
import type { DerElement } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'
import type { DistinguishedName } from './name.ts'
import { looseKey } from './name.ts'

export interface CertificateNames {
  readonly subject: DistinguishedName
  readonly issuer: DistinguishedName
}

/**
 * The names of a certificate, read from its bytes: in Node's texts, one relative name and two look the same.
 * @returns null for names that are not as in RFC 5280; OpenSSL accepts some of these
 */
export function certificateNames({ raw }: X509Certificate): CertificateNames | null {
  try {
    const serial = skipVersion(raw, toBeSigned(raw))
    const algorithm = elementAt(raw, serial.end, raw.length)
    const issuer = elementAt(raw, algorithm.end, raw.length, SEQUENCE)
    const validity = elementAt(raw, issuer.end, raw.length)
    const subject = elementAt(raw, validity.end, raw.length, SEQUENCE)
    return { subject: distinguishedName(raw, subject), issuer: distinguishedName(raw, issuer) }
  } catch (error) {
    if (error instanceof DerError) return null
    throw error
  }
}

/** Whether a certificate names itself as its issuer, as roots do. The signature is not looked at. */
export function isSelfIssued(certificate: X509Certificate): boolean {
  const names = certificateNames(certificate)
  return names !== null && looseKey(names.subject) === looseKey(names.issuer)
}

/**
 * Whether a certificate is of X.509 version 1, which cannot say whether it is a CA. False where it cannot be read.
 */
export function isVersion1({ raw }: X509Certificate): boolean {
  try {
    const tbs = toBeSigned(raw)
    return elementAt(raw, tbs.start, tbs.end).tag !== 0xa0
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

/** The object identifier of the outer signatureAlgorithm (RFC 5280 section 4.1.1.2) in hex. @throws DerError */
export function signatureAlgorithm({ raw }: X509Certificate): string {
  const algorithm = elementAt(raw, toBeSigned(raw).end, raw.length, SEQUENCE)
  const identifier = elementAt(raw, algorithm.start, algorithm.end)
  return raw.toString('hex', identifier.start, identifier.end)
}

const KEY_USAGE = '2.5.29.15'

/** Bits 0 and 6 (RFC 5280 section 4.2.1.3), counted from the highest one of the first byte. */
const DIGITAL_SIGNATURE = 0x80
const CRL_SIGN = 0x02

/** Whether the key usages include cRLSign, or there are none. @throws DerError for a certificate invalid to OpenSSL */
export function maySignLists(certificate: X509Certificate): boolean {
  return allows(certificate, CRL_SIGN)
}

/**
 * Whether the key usages include digitalSignature, or there are none.
 * @throws DerError for a certificate invalid to OpenSSL
 */
export function maySignHandshakes(certificate: X509Certificate): boolean {
  return allows(certificate, DIGITAL_SIGNATURE)
}

function allows({ raw }: X509Certificate, usage: number): boolean {
  const extensions = [...childrenOf(raw, toBeSigned(raw))].find(({ tag }) => tag === 0xa3)
  if (extensions === undefined) return true
  for (const extension of childrenOf(raw, elementAt(raw, extensions.start, extensions.end, SEQUENCE))) {
    const identifier = elementAt(raw, extension.start, extension.end, OBJECT_IDENTIFIER)
    if (identifierText(raw, identifier) !== KEY_USAGE) continue
    // The value is the last element: `critical` may come before it.
    const value = [...childrenOf(raw, extension)].at(-1) ?? identifier
    const bits = elementAt(raw, value.start, value.end, BIT_STRING)
    return bits.end - bits.start > 1 && ((raw[bits.start + 1] ?? 0) & usage) !== 0
  }
  return true
}

function toBeSigned(raw: Buffer): DerElement {
  return elementAt(raw, elementAt(raw, 0, raw.length, SEQUENCE).start, raw.length, SEQUENCE)
}

/** The serial number: the first member after the version, which certificates of version 1 leave out. */
function skipVersion(raw: Buffer, tbs: DerElement): DerElement {
  const first = elementAt(raw, tbs.start, tbs.end)
  return first.tag === 0xa0 ? elementAt(raw, first.end, tbs.end) : first
}
