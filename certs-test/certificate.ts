// Makes one key pair and one certificate at a time, good or bad as asked. For tests and the quick start only.

import 'reflect-metadata'
import { generateKeyPairSync, webcrypto } from 'node:crypto'
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
  X509CertificateGenerator,
} from '@peculiar/x509'
import type { Extension, JsonGeneralNames, JsonName } from '@peculiar/x509'

export const day = 24 * 60 * 60 * 1000

export type KeyKind = 'P-224' | 'P-256' | 'P-384' | 'RSA-1024' | 'RSA-2048' | 'Ed25519'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** A certificate with its key. One with `ca` may issue others. */
export interface Identity {
  /** PEM. */
  readonly certificate: string
  /** PEM, PKCS#8, not encrypted. */
  readonly key: string
  readonly keyPair: KeyPair
  readonly subject: JsonName
}

export interface IdentityRequest {
  readonly commonName: string
  /** A certificate authority instead of an end-entity certificate. */
  readonly ca?: boolean
  /** What the certificate may be used for; left out: no extended key usage, so for everything. */
  readonly usages?: readonly ('serverAuth' | 'clientAuth' | 'codeSigning')[]
  readonly names?: JsonGeneralNames
  /** A key pair of this kind is made when it is not a pair already; P-256 when left out. */
  readonly key?: KeyKind | KeyPair
  /** An hour ago when left out, so that a clock that is a little behind accepts it. */
  readonly notBefore?: Date
  /** In 30 days when left out. */
  readonly notAfter?: Date
  readonly digest?: 'SHA-1' | 'SHA-256'
}

/** Makes a key pair and its certificate, signed by the issuer, or by itself when there is none. */
export async function makeIdentity(request: IdentityRequest, issuer?: Identity): Promise<Identity> {
  const keyPair = typeof request.key === 'object' ? request.key : makeKeyPair(request.key ?? 'P-256')
  const subject: JsonName = [{ O: ['keagate test'] }, { CN: [request.commonName] }]
  const signer = issuer?.keyPair ?? keyPair
  const publicKey = spki(keyPair)
  const certificate = await X509CertificateGenerator.create({
    subject,
    issuer: issuer?.subject ?? subject,
    publicKey,
    ...(await signingKey(signer, request.digest ?? 'SHA-256')),
    notBefore: request.notBefore ?? new Date(Date.now() - day / 24),
    notAfter: request.notAfter ?? new Date(Date.now() + 30 * day),
    extensions: await extensions(request, publicKey, issuer === undefined ? null : spki(issuer.keyPair)),
  })
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: keyPair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    keyPair,
    subject,
  }
}

export function makeKeyPair(kind: KeyKind): KeyPair {
  switch (kind) {
    case 'P-224':
    case 'P-256':
    case 'P-384':
      return generateKeyPairSync('ec', { namedCurve: kind })
    case 'RSA-1024':
    case 'RSA-2048':
      return generateKeyPairSync('rsa', { modulusLength: Number(kind.slice(4)) })
    case 'Ed25519':
      return generateKeyPairSync('ed25519')
  }
}

/** The set that strict verifiers ask for (RFC 5280 section 4.2; Python 3.13 checks it by default). */
async function extensions(
  request: IdentityRequest,
  key: ArrayBuffer,
  issuerKey: ArrayBuffer | null,
): Promise<Extension[]> {
  const keyUsage = request.ca ? KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign : KeyUsageFlags.digitalSignature
  const list: Extension[] = [
    new BasicConstraintsExtension(request.ca ?? false, undefined, true),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- declared as one flag, it is a set
    new KeyUsagesExtension(keyUsage, true),
    await SubjectKeyIdentifierExtension.create(key),
  ]
  if (issuerKey !== null) list.push(await AuthorityKeyIdentifierExtension.create(issuerKey))
  if (request.usages !== undefined) {
    list.push(new ExtendedKeyUsageExtension(request.usages.map((usage) => ExtendedKeyUsage[usage])))
  }
  if (request.names !== undefined) list.push(new SubjectAlternativeNameExtension(request.names))
  return list
}

function spki(keyPair: KeyPair): ArrayBuffer {
  return new Uint8Array(keyPair.publicKey.export({ type: 'spki', format: 'der' })).buffer
}

interface SignatureAlgorithm extends webcrypto.Algorithm {
  readonly hash?: string
  readonly namedCurve?: string
}

export async function signingKey(
  { privateKey }: KeyPair,
  hash: string,
): Promise<{ signingKey: webcrypto.CryptoKey; signingAlgorithm: webcrypto.Algorithm }> {
  const algorithm = signatureAlgorithm(privateKey, hash)
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
  }
}

function signatureAlgorithm(key: KeyObject, hash: string): SignatureAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash }
  if (key.asymmetricKeyType === 'ed25519') return { name: 'Ed25519' }
  const namedCurve = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256'
  return { name: 'ECDSA', hash, namedCurve }
}
