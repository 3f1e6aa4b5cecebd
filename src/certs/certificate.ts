// Signs certificates and revocation lists. What the certificate of each use says is in profile.ts.

import 'reflect-metadata'
import { generateKeyPair, randomBytes, webcrypto } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { X509CertificateGenerator, X509CrlGenerator } from '@peculiar/x509'
import type { Extension, JsonName, Name } from '@peculiar/x509'

const makePair = promisify(generateKeyPair)

export const day = 24 * 60 * 60 * 1000

export type Digest = 'SHA-1' | 'SHA-256'

/** The kinds of keys that are made. All TLS libraries around Kea accept both. */
export type KeyKind = 'p256' | 'rsa'

export interface KeyPair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

/** Who signs. The name is encoded as it is in the signer's own certificate. */
export interface Signer {
  readonly name: JsonName | Name
  readonly privateKey: KeyObject
}

export interface CertificateRequest {
  readonly subject: JsonName | Name
  readonly publicKey: KeyObject
  /** Upper-case or lower-case hex. */
  readonly serial: string
  readonly notBefore: Date
  readonly notAfter: Date
  readonly extensions: Extension[]
}

/** EC P-256, or RSA with 3072 bits: both 128 bits of strength. */
export async function makeKeyPair(kind: KeyKind): Promise<KeyPair> {
  return kind === 'p256' ? makePair('ec', { namedCurve: 'P-256' }) : makePair('rsa', { modulusLength: 3072 })
}

/** 126 random bits, always 32 hex digits and positive (RFC 5280 section 4.1.2.2). */
export function makeSerial(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8((bytes.readUInt8(0) & 0x3f) | 0x40, 0)
  return bytes.toString('hex')
}

/** The signed certificate as PEM with a line end. */
export async function signCertificate(
  request: CertificateRequest,
  signer: Signer,
  digest: Digest = 'SHA-256',
): Promise<string> {
  const { serial, publicKey, ...rest } = request
  const certificate = await X509CertificateGenerator.create({
    ...rest,
    serialNumber: serial,
    issuer: signer.name,
    publicKey: spki(publicKey),
    ...(await signingKey(signer.privateKey, digest)),
  })
  return `${certificate.toString('pem')}\n`
}

export interface CrlRequest {
  readonly thisUpdate: Date
  readonly nextUpdate: Date
  /** Serial numbers in hex. */
  readonly revoked: readonly { readonly serial: string; readonly date: Date }[]
  readonly extensions: Extension[]
}

/** The signed revocation list as PEM with a line end. */
export async function signCrl(request: CrlRequest, signer: Signer, digest: Digest = 'SHA-256'): Promise<string> {
  const { revoked, ...rest } = request
  const crl = await X509CrlGenerator.create({
    ...rest,
    issuer: signer.name,
    entries: revoked.map(({ serial, date }) => ({ serialNumber: serial, revocationDate: date })),
    ...(await signingKey(signer.privateKey, digest)),
  })
  const lines = Buffer.from(crl.rawData).toString('base64').match(/.{1,64}/g) ?? []
  // The library's own PEM form says "CRL", which OpenSSL does not know (RFC 7468 section 6).
  return ['-----BEGIN X509 CRL-----', ...lines, '-----END X509 CRL-----', ''].join('\n')
}

/** The public key in the form that certificates hold. */
export function spki(key: KeyObject): ArrayBuffer {
  return new Uint8Array(key.export({ type: 'spki', format: 'der' })).buffer
}

interface SignatureAlgorithm extends webcrypto.Algorithm {
  readonly hash?: string
  readonly namedCurve?: string
}

/** A private key as the generators of @peculiar/x509 take it. */
async function signingKey(
  privateKey: KeyObject,
  digest: Digest,
): Promise<{ signingKey: webcrypto.CryptoKey; signingAlgorithm: webcrypto.Algorithm }> {
  const algorithm = signatureAlgorithm(privateKey, digest)
  const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'der' })
  return {
    signingKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign']),
    signingAlgorithm: algorithm,
  }
}

function signatureAlgorithm(key: KeyObject, hash: Digest): SignatureAlgorithm {
  if (key.asymmetricKeyType === 'rsa') return { name: 'RSASSA-PKCS1-v1_5', hash }
  if (key.asymmetricKeyType === 'ed25519') return { name: 'Ed25519' }
  const namedCurve = key.asymmetricKeyDetails?.namedCurve === 'secp384r1' ? 'P-384' : 'P-256'
  return { name: 'ECDSA', hash, namedCurve }
}
