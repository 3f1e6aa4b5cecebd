// Users bound to a certificate: the password counts only together with the certificate.

import type { ClientConfig } from '../config/types.ts'
import { isNamed } from '../x509/name-text.ts'
import type { PeerCertificate } from '../x509/certificate-info.ts'
import { certificateName } from '../x509/certificate-info.ts'

/** The certificate that a client must show, by its name, its fingerprint, or both where both are given. */
export type CertificateBinding = Pick<ClientConfig, 'certSubject' | 'certFingerprint'>

/** @param peer the verified certificate of the caller, or null */
export function isBoundTo({ certSubject, certFingerprint }: CertificateBinding, peer: PeerCertificate | null): boolean {
  if (certSubject === null && certFingerprint === null) return true
  if (peer === null) return false
  if (certFingerprint !== null && certFingerprint !== peer.fingerprint) return false
  return certSubject === null || isNamed(peer.subject, certSubject)
}

/** Why a user with a right password is not let in, for the log. */
export function bindingMismatch(peer: PeerCertificate | null): string {
  const shown = peer === null ? 'and came without one' : `not to that of ${certificateName(peer.subject)}`
  return `the user is bound to a certificate, ${shown}`
}
