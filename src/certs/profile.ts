// What the certificate of each use says: the extensions that strict verifiers ask for (RFC 5280 section 4.2), and for
// how long it is good.

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

/** Ten years. */
export const CA_DAYS = 3652

/** Server and client certificates: 13 months, so that a renewal once a year is in time. */
export const LEAF_DAYS = 397

/** As long as what it may revoke: a timely renewal of certificates renews it too. */
export const CRL_DAYS = LEAF_DAYS

/** Clients such as Apple's take no server certificate that is good for longer. */
export const MAX_LEAF_DAYS = 825

/** A clock that is a little behind still takes a certificate that was just made. */
export const BACKDATED = day / 24

export interface ExtensionsRequest {
  readonly ca: boolean
  /** How many authorities may stand below this one; any number when left out. */
  readonly pathLength?: number
  /** Left out: no extended key usage, so for everything. */
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

/** RSA keys may also wrap a key, as TLS 1.2 without forward secrecy does and some verifiers insist on. */
function keyUsage(ca: boolean, publicKey: KeyObject): KeyUsageFlags {
  /* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- declared as one flag, it is a set */
  if (ca) return KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign
  return publicKey.asymmetricKeyType === 'rsa'
    ? KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment
    : KeyUsageFlags.digitalSignature
  /* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */
}
