// Makes one key pair and one certificate at a time, good or bad as asked. For tests only.

import 'reflect-metadata'
import { generateKeyPairSync } from 'node:crypto'
import { KeyUsageFlags, KeyUsagesExtension } from '@peculiar/x509'
import type { JsonGeneralNames, JsonName } from '@peculiar/x509'
import { day, makeSerial, signCertificate } from '../src/certs/certificate.ts'
import type { Digest, KeyPair } from '../src/certs/certificate.ts'
import { BACKDATED, extensionsOf } from '../src/certs/profile.ts'
import type { ExtensionsRequest } from '../src/certs/profile.ts'

// For the dates that tests ask for.
export { day }

export type KeyKind =
  | 'P-224' | 'P-256' | 'P-384' | 'secp256k1' | 'brainpoolP256r1' | 'P-256 explicit' | 'RSA-1024' | 'RSA-2048' | 'Ed25519'

/** A certificate with its key. One with `ca` may issue others. */
export interface Identity {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS#8, not encrypted. */
  readonly key: string
  readonly keyPair: KeyPair
  readonly subject: JsonName
}

export interface IdentityRequest extends Pick<ExtensionsRequest, 'usages'> {
  readonly commonName: string
  /** A certificate authority instead of an end-entity certificate. */
  readonly ca?: boolean
  readonly names?: JsonGeneralNames
  /** A key pair of this kind is made when it is not a pair already; P-256 when left out. */
  readonly key?: KeyKind | KeyPair
  /** An hour ago when left out, so that a clock that is a little behind accepts it. */
  readonly notBefore?: Date
  /** In 30 days when left out. */
  readonly notAfter?: Date
  readonly digest?: Digest
  /** The one key usage of old recipes, instead of what is right. */
  readonly keyEncipherment?: boolean
}

/** Makes a key pair and its certificate, signed by the issuer, or by itself when there is none. */
export async function makeIdentity(request: IdentityRequest, issuer?: Identity): Promise<Identity> {
  const { commonName, ca = false, key, notBefore, notAfter, digest, keyEncipherment = false, ...named } = request
  const keyPair = typeof key === 'object' ? key : makeKeyPair(key ?? 'P-256')
  const { publicKey, privateKey } = keyPair
  const subject: JsonName = [{ O: ['keagate test'] }, { CN: [commonName] }]
  const right = await extensionsOf({ ca, publicKey, issuerKey: issuer?.keyPair.publicKey ?? null, ...named })
  const old = new KeyUsagesExtension(KeyUsageFlags.keyEncipherment, true)
  const certificate = await signCertificate(
    {
      subject,
      publicKey,
      serial: makeSerial(),
      notBefore: notBefore ?? new Date(Date.now() - BACKDATED),
      notAfter: notAfter ?? new Date(Date.now() + 30 * day),
      extensions: keyEncipherment ? [...right.filter(({ type }) => type !== old.type), old] : right,
    },
    { name: issuer?.subject ?? subject, privateKey: issuer?.keyPair.privateKey ?? privateKey },
    digest,
  )
  return { certificate, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), keyPair, subject }
}

export function makeKeyPair(kind: KeyKind): KeyPair {
  switch (kind) {
    case 'P-224':
    case 'P-256':
    case 'P-384':
    case 'secp256k1':
    case 'brainpoolP256r1':
      return generateKeyPairSync('ec', { namedCurve: kind })
    case 'P-256 explicit':
      return generateKeyPairSync('ec', { namedCurve: 'P-256', paramEncoding: 'explicit' })
    case 'RSA-1024':
    case 'RSA-2048':
      return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) })
    case 'Ed25519':
      return generateKeyPairSync('ed25519')
  }
}
