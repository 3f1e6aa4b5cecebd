// One set of trusted CA certificates, and whether a client certificate still leads to one of them. At its handshake it
// was verified with this set or an earlier one.

import type { X509Certificate } from 'node:crypto'
import { isSelfIssued } from '../../x509/certificate-fields.ts'
import { validity } from '../../x509/validity.ts'

/** How many of the certificates that were sent are looked at. */
const maxSent = 32

/** How many signatures are checked for one certificate. A chain takes one for each of its steps. */
const maxSignatures = 32

export class TrustAnchors {
  readonly #certificates: readonly X509Certificate[]
  readonly #fingerprints: ReadonlySet<string>
  /** For other sets: whether this set has all their certificates. */
  readonly #covered = new WeakMap<TrustAnchors, boolean>()

  constructor(certificates: readonly X509Certificate[]) {
    this.#certificates = certificates
    this.#fingerprints = new Set(certificates.map(({ fingerprint256 }) => fingerprint256))
  }

  /** Whether every certificate that leads to an anchor of the other set also leads to one of these. */
  covers(other: TrustAnchors): boolean {
    const known = this.#covered.get(other)
    if (known !== undefined) return known
    const covered = [...other.#fingerprints].every((fingerprint) => this.#fingerprints.has(fingerprint))
    this.#covered.set(other, covered)
    return covered
  }

  /**
   * Whether a chain leads from a certificate to a root among the anchors. OpenSSL decides at the handshake; this finds
   * out later whether there still is a chain. The same things make a chain: names, key identifiers, signatures and
   * dates of the CAs, and an end at a self-signed certificate.
   * @param sent the certificates that the client sent behind its own, in any order
   * @param now milliseconds since the epoch
   */
  chainsToTrustAnchor(certificate: X509Certificate, sent: readonly X509Certificate[], now: number): boolean {
    // Trusted certificates go before those that were sent, as with OpenSSL.
    const issuers = [...this.#certificates, ...sent.slice(0, maxSent)]
    const seen = new Set<string>()
    const waiting = [certificate]
    let signatures = 0
    for (let current = waiting.shift(); current !== undefined; current = waiting.shift()) {
      if (seen.has(current.fingerprint256)) continue
      seen.add(current.fingerprint256)
      if (this.#fingerprints.has(current.fingerprint256) && isSelfIssued(current)) return true
      for (const ca of issuers) {
        if (!this.#mayIssue(ca, current, now) || signatures >= maxSignatures) continue
        signatures++
        if (isSignedBy(current, ca)) waiting.push(ca)
      }
    }
    return false
  }

  /**
   * The certificate at which the chain ends, because its issuer is neither trusted nor sent. It is `certificate` itself
   * where there is no other above it.
   * @param sent the certificates that the client sent behind its own, in any order
   */
  topOf(certificate: X509Certificate, sent: readonly X509Certificate[]): X509Certificate {
    const issuers = [...this.#certificates, ...sent.slice(0, maxSent)]
    const seen = new Set<string>()
    let top = certificate
    while (!seen.has(top.fingerprint256)) {
      seen.add(top.fingerprint256)
      const child = top
      top = issuers.find((ca) => child.checkIssued(ca) && isSignedBy(child, ca)) ?? child
    }
    return top
  }

  /** By names, key identifiers, usages and dates. Old roots are of an X.509 version that cannot mark a CA as one. */
  #mayIssue(ca: X509Certificate, certificate: X509Certificate, now: number): boolean {
    if (!certificate.checkIssued(ca) || validity(ca, now) !== 'valid') return false
    return ca.ca || this.#fingerprints.has(ca.fingerprint256)
  }
}

/** false where the library throws, because it does not know the kind of key. */
function isSignedBy(certificate: X509Certificate, ca: X509Certificate): boolean {
  try {
    return certificate.verify(ca.publicKey)
  } catch {
    return false
  }
}
