// The content of certificates by their use: the extensions that strict verifiers ask for (RFC 5280 section 4.2), and
// how long certificates are valid.

import 'reflect-metadata'
import type { KeyObject } from 'node:crypto'
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
} from '@peculiar/x509'
import type { Extension, JsonGeneralNames } from '@peculiar/x509'
import { day, spki } from './certificate.ts'

/** The lifetime of an authority: ten years. */
export const CA_DAYS = 3652

/** Server and client certificates: 13 months, so that a renewal once a year is in time. */
export const LEAF_DAYS = 397

/** The lifetime of the revocation list: that of certificates, because their renewal also renews the list. */
export const CRL_DAYS = LEAF_DAYS

/** Some clients, such as Apple's, accept no server certificate with a longer lifetime. */
export const MAX_LEAF_DAYS = 825

/** Milliseconds that a certificate is backdated, so that clocks that are a little behind accept a new one. */
export const BACKDATED = day / 24

export interface ExtensionsRequest {
  readonly ca: boolean
  /** How many levels of authorities may stand below this one; no limit when left out. */
  readonly pathLength?: number
  /** Left out: no extended key usage, so that the certificate is good for every use. */
  readonly usages?: readonly ('serverAuth' | 'clientAuth' | 'codeSigning')[]
  readonly names?: JsonGeneralNames
  readonly publicKey: KeyObject
  /** null: self-signed. */
  readonly issuerKey: KeyObject | null
}

/** Basic constraints, key usage and key identifiers always; extended key usage and names where there are any. */
export async function extensionsOf(request: ExtensionsRequest): Promise<Extension[]> {
  const { ca, pathLength, usages, names, publicKey, issuerKey } = request
  const list: Extension[] = [
    new BasicConstraintsExtension(ca, pathLength, true),
    new KeyUsagesExtension(keyUsage(ca, publicKey), true),
    await SubjectKeyIdentifierExtension.create(spki(publicKey)),
  ]
  if (issuerKey !== null) list.push(await AuthorityKeyIdentifierExtension.create(spki(issuerKey)))
  if (usages !== undefined) {
    list.push(new ExtendedKeyUsageExtension(usages.map((usage) => ExtendedKeyUsage[usage])))
  }
  if (names !== undefined) list.push(new SubjectAlternativeNameExtension(names))
  return list
}

/** RSA keys may also encipher a key: TLS 1.2 without forward secrecy does so, and some verifiers insist on it. */
function keyUsage(ca: boolean, publicKey: KeyObject): KeyUsageFlags {
  /* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- declared as one flag, it is a set */
  if (ca) return KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
  return publicKey.asymmetricKeyType === 'rsa'
    ? KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment
    : KeyUsageFlags.digitalSignature
  /* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */
}
