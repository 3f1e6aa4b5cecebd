// What a client certificate says of its holder. Facts only: who may do what is decided elsewhere.

import type { X509Certificate } from 'node:crypto'

/** The identity facts of a verified client certificate. */
export interface TlsPeer {
  /** Distinguished name, one line, most specific attribute last, as `CN=…` pairs joined by `, `. */
  readonly subject: string
  readonly issuer: string
  /** Subject alternative names as OpenSSL prints them (`DNS:a.example`, `IP Address:192.0.2.1`). */
  readonly subjectAltNames: readonly string[]
  /** Serial number in upper-case hex. */
  readonly serial: string
  /** SHA-256 over the DER form, upper-case hex pairs joined by colons. */
  readonly fingerprint: string
  /** Validity limits in milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Reads the facts of a certificate. */
export function tlsPeer(certificate: X509Certificate): TlsPeer {
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    // A name that itself holds a comma comes as a quoted string in which the comma is escaped.
    subjectAltNames: certificate.subjectAltName === undefined ? [] : certificate.subjectAltName.split(', '),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
  }
}

/** Longest name that is shown to people; a certificate may hold kilobytes. */
const SHOWN = 200

/** A subject or issuer for a sentence: one line, cut to a sane length, never empty. */
export function certificateName(name: string): string {
  const line = oneLine(name)
  if (line === '') return '(empty name)'
  return line.length <= SHOWN ? line : `${line.slice(0, SHOWN)}…`
}

/** Node prints one attribute a line; commas and control characters inside a value come escaped. */
function oneLine(name: string): string {
  return name.replaceAll('\n', ', ')
}
