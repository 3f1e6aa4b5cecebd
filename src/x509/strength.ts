// Whether the key and the signature of a certificate are strong enough to be relied on.

import type { KeyObject, X509Certificate } from 'node:crypto'
import { isSelfIssued, signatureAlgorithm } from './certificate-fields.ts'
import { SEQUENCE, elementAt } from './der.ts'

const MIN_RSA_BITS = 2048
const MIN_EC_BITS = 256

/** Signature algorithms with a broken digest: the DER bytes of their object identifiers, in hex. */
const brokenSignatures: ReadonlyMap<string, string> = new Map([
  ['2a864886f70d010102', 'MD2'],
  ['2a864886f70d010104', 'MD5'],
  ['2a864886f70d010105', 'SHA-1'],
  ['2b0e03021d', 'SHA-1'],
  ['2a8648ce380403', 'SHA-1'],
  ['2a8648ce3d0401', 'SHA-1'],
])

/** Why a certificate is too weak, as the end of a sentence that begins with its name; null: it is strong enough. */
export function certificateWeakness(certificate: X509Certificate): string | null {
  const key = publicKeyOf(certificate)
  if (key === null) return 'has a key of an unknown kind'
  const weakKey = keyWeakness(key)
  if (weakKey !== null) return `has ${weakKey}`
  // The signature of a self-issued certificate does not matter: the certificate is trusted by itself or not at all.
  if (isSelfIssued(certificate)) return null
  const digest = brokenSignatures.get(signatureAlgorithm(certificate))
  return digest === undefined ? null : `is signed with ${digest}, which can be forged`
}

/** The curves that have a signature scheme in TLS 1.3 (RFC 8446 section 4.2.3), by OpenSSL's names. */
const tlsCurves: ReadonlySet<string | undefined> = new Set(['prime256v1', 'secp384r1', 'secp521r1'])

/**
 * Finds a key that may be strong enough but is on a curve, or in a form, that hardly any program accepts in TLS.
 * OpenSSL itself reads such keys, so a server starts with them.
 * @returns words that follow "has"; null: the key is none of these
 */
export function unusualKey(certificate: X509Certificate): string | null {
  const key = publicKeyOf(certificate)
  const curve = key?.asymmetricKeyDetails?.namedCurve
  if (key === null || key.asymmetricKeyType !== 'ec' || curve === undefined) return null
  if (hasExplicitParameters(key)) return 'an EC key with explicit parameters instead of a named curve'
  return tlsCurves.has(curve) ? null : `a key on the curve ${curve}`
}

/** Whether a key has its parameters written out, where RFC 5480 section 2.1.1 requires the name of the curve. */
function hasExplicitParameters(key: KeyObject): boolean {
  const der = key.export({ type: 'spki', format: 'der' })
  const algorithm = elementAt(der, elementAt(der, 0, der.length, SEQUENCE).start, der.length, SEQUENCE)
  const identifier = elementAt(der, algorithm.start, algorithm.end)
  return elementAt(der, identifier.end, algorithm.end).tag === SEQUENCE
}

function publicKeyOf(certificate: X509Certificate): KeyObject | null {
  try {
    return certificate.publicKey
  } catch {
    return null
  }
}

/**
 * Why a key is too weak, or of no use in TLS; null: it is neither. Kinds that are not listed are left to the library.
 */
export function keyWeakness(key: KeyObject): string | null {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  const type = key.asymmetricKeyType
  if (modulusLength !== undefined && type !== 'dsa' && modulusLength < MIN_RSA_BITS) {
    return `an RSA key of ${modulusLength} bits where at least ${MIN_RSA_BITS} are needed`
  }
  if (type === 'ec') {
    if (namedCurve === undefined) return 'an EC key without a named curve'
    // The name of each curve includes its size in bits: prime256v1, secp384r1, brainpoolP512r1.
    const bits = Number(/\d{3}/.exec(namedCurve)?.[0] ?? 0)
    return bits >= MIN_EC_BITS ? null : `an EC key of ${bits} bits where at least ${MIN_EC_BITS} are needed`
  }
  return type === 'dsa' || type === 'dh' || type === 'x25519' || type === 'x448'
    ? `a key of type ${type}, which cannot prove an identity in TLS`
    : null
}
