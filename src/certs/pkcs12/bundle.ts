// A key and its certificates as one PKCS#12 file (RFC 7292) with today's cryptography: PBES2 with AES-256 and an HMAC
// with SHA-256. OpenSSL 3, Java, Go, NSS and Windows read it.

import { createCipheriv, createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { bmpString, context, contextOctets, integer, nothing, octets, oid, sequence, setOf } from '../../x509/der-writer.ts'

/** Rounds of the key derivation: enough to make guessing slow, and not too many for any reader. */
const ITERATIONS = 100_000

const DATA = oid('1.2.840.113549.1.7.1')
const ENCRYPTED_DATA = oid('1.2.840.113549.1.7.6')
const CERT_BAG = oid('1.2.840.113549.1.12.10.1.3')
const SHROUDED_KEY_BAG = oid('1.2.840.113549.1.12.10.1.2')
const X509_CERTIFICATE = oid('1.2.840.113549.1.9.22.1')
const FRIENDLY_NAME = oid('1.2.840.113549.1.9.20')
const LOCAL_KEY_ID = oid('1.2.840.113549.1.9.21')
const PBES2 = oid('1.2.840.113549.1.5.13')
const PBKDF2 = oid('1.2.840.113549.1.5.12')
const HMAC_SHA256 = oid('1.2.840.113549.2.9')
const AES_256_CBC = oid('2.16.840.1.101.3.4.1.42')
const SHA256 = oid('2.16.840.1.101.3.4.2.1')

export interface Pkcs12Content {
  /** The name of the entry; Java calls it alias. */
  readonly name: string
  /** PKCS#8, DER. */
  readonly key: Buffer
  readonly certificate: X509Certificate
  readonly authority: X509Certificate
}

/** @param password not empty */
export function pkcs12(content: Pkcs12Content, password: string): Buffer {
  const { certificate, authority, key, name } = content
  // A reader finds the certificate of a key by this identifier, which both have.
  const id = setOf(octets(createHash('sha256').update(certificate.raw).digest()))
  const attributes = setOf(sequence(FRIENDLY_NAME, setOf(bmpString(name))), sequence(LOCAL_KEY_ID, id))
  const certificates = sequence(certBag(certificate, attributes), certBag(authority))
  const wrapped = encrypt(key, password)
  const keyBag = sequence(wrapped.algorithm, octets(wrapped.bytes))
  const keys = sequence(sequence(SHROUDED_KEY_BAG, context(0, keyBag), attributes))
  const hidden = encrypt(certificates, password)
  const encryptedData = sequence(integer(0), sequence(DATA, hidden.algorithm, contextOctets(0, hidden.bytes)))
  const safe = sequence(
    sequence(ENCRYPTED_DATA, context(0, encryptedData)),
    sequence(DATA, context(0, octets(keys))),
  )
  return sequence(integer(3), sequence(DATA, context(0, octets(safe))), macData(safe, password))
}

function certBag(certificate: X509Certificate, ...attributes: readonly Buffer[]): Buffer {
  const value = sequence(X509_CERTIFICATE, context(0, octets(certificate.raw)))
  return sequence(CERT_BAG, context(0, value), ...attributes)
}

/** PBES2 (RFC 8018 section 6.2): the algorithm with its parameters, and the encrypted bytes. */
function encrypt(plain: Buffer, password: string): { readonly algorithm: Buffer; readonly bytes: Buffer } {
  const salt = randomBytes(16)
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-cbc', pbkdf2Sync(password, salt, ITERATIONS, 32, 'sha256'), iv)
  const derivation = sequence(PBKDF2, sequence(octets(salt), integer(ITERATIONS), sequence(HMAC_SHA256, nothing)))
  return {
    algorithm: sequence(PBES2, sequence(derivation, sequence(AES_256_CBC, octets(iv)))),
    bytes: Buffer.concat([cipher.update(plain), cipher.final()]),
  }
}

function macData(safe: Buffer, password: string): Buffer {
  const salt = randomBytes(16)
  const mac = createHmac('sha256', macKey(password, salt)).update(safe).digest()
  return sequence(sequence(sequence(SHA256, nothing), octets(mac)), octets(salt), integer(ITERATIONS))
}

/** The derivation of RFC 7292 appendix B.2 for a key as long as the digest: one block, purpose 3. */
function macKey(password: string, salt: Buffer): Buffer {
  const block = 64
  const filled = (bytes: Buffer): Buffer => Buffer.alloc(Math.ceil(bytes.length / block) * block, bytes)
  const characters = Buffer.from(`${password}\0`, 'utf16le').swap16()
  let key = Buffer.concat([Buffer.alloc(block, 3), filled(salt), filled(characters)])
  for (let turn = 0; turn < ITERATIONS; turn++) key = createHash('sha256').update(key).digest()
  return key
}
