// What a client certificate says of its holder. Facts only: who may do what is decided elsewhere.

import type { X509Certificate } from 'node:crypto'
import { printName, unreadableName } from './name-text.ts'
import { certificateNames } from './certificate-fields.ts'

/** What tells one certificate from another. */
export interface CertificateInfo {
  /**
   * Distinguished name as `printName` writes it: `CN=…` pairs joined by `, `, those of one relative name by ` + `, the
   * most specific last. Different names never look the same. Rules compare it with `isNamed`.
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

/** Longest serial number, in hex digits. Twenty bytes are allowed (RFC 5280 section 4.1.2.2), and kilobytes come. */
const LONGEST_SERIAL = 64

/**
 * Reads the facts of any certificate, also of those that strangers make up. Does not touch the extensions: one that is
 * no sound DER leaves an error behind in OpenSSL's queue, which makes a later call fail that has nothing to do with it.
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
  // Declared as a string or undefined; null where the extension cannot be read.
  const names: unknown = certificate.subjectAltName
  return {
    ...certificateInfo(certificate),
    // A name that itself holds a comma comes as a quoted string in which the comma is escaped.
    subjectAltNames: typeof names === 'string' ? names.split(', ') : [],
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

/** Longest name that is shown to people; a certificate may hold kilobytes. */
const SHOWN = 200

/** The subject of a certificate for a sentence. */
export function subjectName(certificate: X509Certificate): string {
  return certificateName(namesOf(certificate).subject)
}

/**
 * The names that a server's certificate is for, for a sentence. Without names of hosts among its alternative names, the
 * common name counts as one (RFC 6125 section 6.4.4), for Node too, but not for all clients.
 */
export function hostNames(certificate: X509Certificate): string {
  // Declared as a string or undefined; null where the extension cannot be read.
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

/** A subject or issuer for a sentence: cut to a sane length, never empty. @param name as `printName` gives it */
export function certificateName(name: string): string {
  return name === '' ? '(empty name)' : shortened(name, SHOWN)
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}…`
}
