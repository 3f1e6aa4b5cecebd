// Tells by its outermost members what a binary (DER) file holds: enough to name the command that converts it.

import { BIT_STRING, GENERALIZED_TIME, INTEGER, OCTET_STRING, SEQUENCE, UTC_TIME } from './der.ts'
import { childrenOf, elementAt } from './der.ts'
import type { DerElement } from './der.ts'

export type DerKind =
  | 'certificate'
  | 'private key'
  | 'encrypted private key'
  | 'revocation list'
  | 'PKCS#7'
  | 'PKCS#12'
  | 'DER'

/** The object identifier id-signedData (RFC 2315 section 14), in hex. */
const SIGNED_DATA = '06092a864886f70d010702'

/** The kind of a binary file; `DER`: of another kind, or damaged; null: it does not begin like a DER file. */
export function derKind(content: Buffer): DerKind | null {
  const length = content[1] ?? 0
  const lengthBytes = length <= 0x80 ? 0 : length - 0x80
  if (content[0] !== SEQUENCE || lengthBytes > 4) return null
  const inner = content.subarray(2 + lengthBytes, 13 + lengthBytes).toString('hex')
  // PFX begins with version 3 (RFC 7292 section 4); no form of certificates or keys does. PFX and PKCS#7 may also be in
  // BER, where a length may be indefinite (0x80).
  if (inner.startsWith('020103')) return 'PKCS#12'
  if (inner === SIGNED_DATA) return 'PKCS#7'
  try {
    const members = [...childrenOf(content, elementAt(content, 0, content.length, SEQUENCE))]
    return kindOfMembers(content, members) ?? (lengthBytes === 0 ? null : 'DER')
  } catch {
    return lengthBytes === 0 ? null : 'DER'
  }
}

function kindOfMembers(content: Buffer, [first, second, third]: readonly DerElement[]): DerKind | null {
  if (first === undefined || second === undefined) return null
  // PKCS#8 (algorithm), PKCS#1 (modulus) and SEC1 (the key itself) all begin with a version.
  if (first.tag === INTEGER) return [SEQUENCE, INTEGER, OCTET_STRING].includes(second.tag) ? 'private key' : null
  if (first.tag !== SEQUENCE) return null
  // EncryptedPrivateKeyInfo (RFC 5208 section 6) is an algorithm and the encrypted bytes.
  if (second.tag === OCTET_STRING) return 'encrypted private key'
  return third?.tag === BIT_STRING ? kindOfSigned(content, [...childrenOf(content, first)]) : null
}

/** @param members of the signed part of a certificate, a revocation list or a request */
function kindOfSigned(content: Buffer, members: readonly DerElement[]): DerKind | null {
  const [first, ...rest] = members
  // The version of a certificate has a tag of its own; certificates of version 1 leave it out.
  if (first?.tag === 0xa0 || (first?.tag === INTEGER && isDates(content, rest[2]))) return 'certificate'
  // A list has algorithm, issuer and date, in this order; only lists of version 2 have a version before them.
  return isTime((first?.tag === INTEGER ? rest : members)[2]?.tag) ? 'revocation list' : null
}

function isDates(content: Buffer, element: DerElement | undefined): boolean {
  return element?.tag === SEQUENCE && isTime(content[element.start])
}

function isTime(tag: number | undefined): boolean {
  return tag === UTC_TIME || tag === GENERALIZED_TIME
}
