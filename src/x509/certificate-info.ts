// The facts that a certificate states about its holder. What the holder may do is decided elsewhere.

import type { X509Certificate } from 'node:crypto'
import { printName, unreadableName } from './name-text.ts'
import { certificateNames } from './certificate-fields.ts'

/** The facts that tell one certificate from another. */
export interface CertificateInfo {
  /**
   * Distinguished name as `printName` writes it: `CN=…` pairs joined by `, `, those of one relative name by ` + `, the
   * most specific last. Different names have different texts. Rules compare them by `isNamed`.
   */
  readonly subject: string
  readonly issuer: string
  /** Serial number in upper-case hex. */
  readonly serial: string
  /** SHA-256 over the DER form, upper-case hex pairs joined by colons. */
  readonly fingerprint: string
}

/** The identity facts of a verified client certificate. */
export interface PeerCertificate extends CertificateInfo {
  /** Subject alternative names as OpenSSL prints them (`DNS:a.example`, `IP Address:192.0.2.1`). */
  readonly subjectAltNames: readonly string[]
  /** Validity limits in milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Hex digits. RFC 5280 section 4.1.2.2 allows 20 bytes in a serial number, but a certificate may have kilobytes. */
const LONGEST_SERIAL = 64

/**
 * Reads the facts of any certificate, also of an untrusted one. Does not touch the extensions: an extension that is no
 * valid DER leaves an error in OpenSSL's queue, which makes a later, unrelated call fail.
 */
export function certificateInfo(certificate: X509Certificate): CertificateInfo {
  const { serialNumber, fingerprint256 } = certificate
  return {
    ...namesOf(certificate),
    serial: shortened(serialNumber, LONGEST_SERIAL),
    fingerprint: fingerprint256,
  }
}

function namesOf(certificate: X509Certificate): { subject: string; issuer: string } {
  const names = certificateNames(certificate)
  if (names === null) return { subject: unreadableName, issuer: unreadableName }
  return { subject: printName(names.subject), issuer: printName(names.issuer) }
}

/** Reads the facts of a verified certificate. */
export function peerCertificate(certificate: X509Certificate): PeerCertificate {
  // Declared as a string or undefined, but null where the extension cannot be read.
  const names: unknown = certificate.subjectAltName
  return {
    ...certificateInfo(certificate),
    // A name with a comma in it comes as a quoted string in which the comma is escaped.
    subjectAltNames: typeof names === 'string' ? names.split(', ') : [],
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

/** Characters of the longest name that is shown to people; a certificate may hold kilobytes. */
const SHOWN = 200

/** The subject of a certificate for a sentence. */
export function subjectName(certificate: X509Certificate): string {
  return certificateName(namesOf(certificate).subject)
}

/**
 * The names that a server's certificate is for, for a sentence. If no host name is among its alternative names, the
 * common name counts as one (RFC 6125 section 6.4.4), for Node too, but not for all clients.
 */
export function hostNames(certificate: X509Certificate): string {
  // Declared as a string or undefined, but null where the extension cannot be read.
  const alternative: unknown = certificate.subjectAltName
  const listed = typeof alternative === 'string' ? alternative : ''
  const common = /(?:^|, )DNS:/.test(listed) ? [] : commonNames(certificate).map((name) => `${name} (its common name)`)
  return shortened([...(listed === '' ? [] : [listed]), ...common].join(', ') || 'none', SHOWN)
}

function commonNames(certificate: X509Certificate): string[] {
  const names = certificateNames(certificate)
  const pairs = names === null ? [] : printName(names.subject).split(/, | \+ /)
  return pairs.filter((pair) => pair.startsWith('CN=')).map((pair) => pair.slice('CN='.length))
}

/** The issuer of a certificate for a sentence. */
export function issuerName(certificate: X509Certificate): string {
  return certificateName(namesOf(certificate).issuer)
}

/** A subject or issuer for a sentence: cut to {@link SHOWN}, never empty. @param name as `printName` returns it */
export function certificateName(name: string): string {
  return name === '' ? '(empty name)' : shortened(name, SHOWN)
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`
}
