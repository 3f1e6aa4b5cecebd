// Reads one certificate revocation list (RFC 5280 section 5) and checks its signature. Node passes lists to OpenSSL,
// but does not tell what they contain.

import { constants, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import {
  BIT_STRING,
  BOOLEAN,
  DerError,
  GENERALIZED_TIME,
  INTEGER,
  OBJECT_IDENTIFIER,
  SEQUENCE,
  UTC_TIME,
  childrenOf,
  elementAt,
  identifierText,
  integerHex,
  timeOf,
} from './der.ts'
import type { DerElement } from './der.ts'
import { distinguishedName } from './distinguished-name.ts'
import type { DistinguishedName } from './name.ts'

export interface Crl {
  readonly issuer: DistinguishedName
  /** Milliseconds since the epoch. */
  readonly thisUpdate: number
  /** When the next list is promised, in milliseconds since the epoch; null: never, so this list does not expire. */
  readonly nextUpdate: number | null
  /** Serial number in upper-case hex to the time of its revocation. */
  readonly revoked: ReadonlyMap<string, number>
  /** The object identifier of a critical extension that this program does not know, or null. */
  readonly unknownExtension: string | null
  /** @returns whether the key made the signature; `weak` or `unknown`: its algorithm is not relied on, or not known */
  signedBy(key: KeyObject): 'yes' | 'no' | 'weak' | 'unknown'
}

/** @throws DerError when the bytes are no revocation list */
export function parseCrl(der: Buffer): Crl {
  const whole = elementAt(der, 0, der.length, SEQUENCE)
  const tbs = elementAt(der, whole.start, whole.end, SEQUENCE)
  const algorithm = elementAt(der, tbs.end, whole.end, SEQUENCE)
  const bits = elementAt(der, algorithm.end, whole.end, BIT_STRING)
  const members = [...childrenOf(der, tbs)]
  // Only lists without extensions may lack the version.
  if (members[0]?.tag === INTEGER) members.shift()
  const [, issuer, thisUpdate] = members
  if (issuer?.tag !== SEQUENCE || thisUpdate === undefined) throw new DerError('it is no revocation list')
  const rest = members.slice(3)
  const dated = isTime(rest[0])
  const nextUpdate = dated && rest[0] !== undefined ? timeOf(der, rest[0]) : null
  const [first, second] = dated ? rest.slice(1) : rest
  const revoked = new Map<string, number>()
  let unknownExtension: string | null = null
  if (first?.tag === SEQUENCE) {
    for (const entry of childrenOf(der, first)) {
      const serial = elementAt(der, entry.start, entry.end, INTEGER)
      const date = elementAt(der, serial.end, entry.end)
      revoked.set(integerHex(der, serial), timeOf(der, date))
      if (date.end < entry.end) unknownExtension ??= criticalExtension(der, elementAt(der, date.end, entry.end))
    }
  }
  const extensions = first?.tag === SEQUENCE ? second : first
  if (extensions?.tag === 0xa0) {
    unknownExtension ??= criticalExtension(der, elementAt(der, extensions.start, extensions.end, SEQUENCE))
  }
  const signed = der.subarray(tbs.from, tbs.end)
  // The first byte of a BIT STRING counts unused bits; a signature has none.
  const signature = der.subarray(bits.start + 1, bits.end)
  const scheme = signatureScheme(der, algorithm)
  return {
    issuer: distinguishedName(der, issuer),
    thisUpdate: timeOf(der, thisUpdate),
    nextUpdate,
    revoked,
    unknownExtension,
    signedBy: (key) => (typeof scheme === 'string' ? scheme : scheme(key, signed, signature) ? 'yes' : 'no'),
  }
}

function isTime(element: DerElement | undefined): boolean {
  return element?.tag === UTC_TIME || element?.tag === GENERALIZED_TIME
}

/**
 * The first critical extension, or null. By a critical extension a list says that it only has changes, only covers a
 * part of the certificates, or is for other CAs.
 */
function criticalExtension(der: Buffer, list: DerElement): string | null {
  for (const extension of childrenOf(der, list)) {
    const identifier = elementAt(der, extension.start, extension.end, OBJECT_IDENTIFIER)
    const next = elementAt(der, identifier.end, extension.end)
    if (next.tag === BOOLEAN && der[next.start] !== 0) return identifierText(der, identifier)
  }
  return null
}

type Scheme = (key: KeyObject, data: Buffer, signature: Buffer) => boolean

const digests: ReadonlyMap<string, string> = new Map([
  ['1.2.840.113549.1.1.11', 'sha256'],
  ['1.2.840.113549.1.1.12', 'sha384'],
  ['1.2.840.113549.1.1.13', 'sha512'],
  ['1.2.840.10045.4.3.2', 'sha256'],
  ['1.2.840.10045.4.3.3', 'sha384'],
  ['1.2.840.10045.4.3.4', 'sha512'],
  ['2.16.840.1.101.3.4.2.1', 'sha256'],
  ['2.16.840.1.101.3.4.2.2', 'sha384'],
  ['2.16.840.1.101.3.4.2.3', 'sha512'],
])

/** MD5 and SHA-1, with RSA and ECDSA. */
const weak: ReadonlySet<string> = new Set(['1.2.840.113549.1.1.4', '1.2.840.113549.1.1.5', '1.2.840.10045.4.1'])
const RSA_PSS = '1.2.840.113549.1.1.10'
const EDWARDS: ReadonlySet<string> = new Set(['1.3.101.112', '1.3.101.113'])

function signatureScheme(der: Buffer, algorithm: DerElement): Scheme | 'weak' | 'unknown' {
  const identifier = elementAt(der, algorithm.start, algorithm.end, OBJECT_IDENTIFIER)
  const name = identifierText(der, identifier)
  if (weak.has(name)) return 'weak'
  if (EDWARDS.has(name)) return (key, data, signature) => verifies(null, key, data, signature)
  if (name === RSA_PSS) {
    const digest = pssDigest(der, elementAt(der, identifier.end, algorithm.end, SEQUENCE))
    if (digest === undefined) return 'weak'
    const padding = constants.RSA_PKCS1_PSS_PADDING
    return (key, data, signature) => verifies(digest, { key, padding }, data, signature)
  }
  const digest = digests.get(name)
  return digest === undefined ? 'unknown' : (key, data, signature) => verifies(digest, key, data, signature)
}

/** The digest of RSASSA-PSS-params (RFC 4055 section 3.1); undefined where it is left out, which means SHA-1. */
function pssDigest(der: Buffer, parameters: DerElement): string | undefined {
  for (const field of childrenOf(der, parameters)) {
    if (field.tag !== 0xa0) continue
    const algorithm = elementAt(der, field.start, field.end, SEQUENCE)
    return digests.get(identifierText(der, elementAt(der, algorithm.start, algorithm.end, OBJECT_IDENTIFIER)))
  }
  return undefined
}

/** False also where the key is of another kind than the signature, for which the library throws. */
function verifies(digest: string | null, key: Parameters<typeof verify>[2], data: Buffer, signature: Buffer): boolean {
  try {
    return verify(digest, data, key, signature)
  } catch {
    return false
  }
}
