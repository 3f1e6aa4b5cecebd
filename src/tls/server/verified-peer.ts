// A client certificate that was verified at a handshake, and whether it still leads to a trusted CA. All connections of
// a client under one set of credentials share one object, so that each reload costs one check for each client.

import type { X509Certificate } from 'node:crypto'
import type { PeerCertificate } from '../../x509/certificate-info.ts'
import type { TrustAnchors } from './trust-anchors.ts'

export interface VerifiedPeerParts {
  readonly certificate: X509Certificate
  readonly facts: PeerCertificate
  /** The anchors with which OpenSSL has verified it. */
  readonly anchors: TrustAnchors
  /** The certificates that came with it, in any order. */
  readonly sent: readonly X509Certificate[]
}

export class VerifiedPeer {
  readonly certificate: X509Certificate
  readonly facts: PeerCertificate
  /** The certificates that came with it. */
  readonly sent: readonly X509Certificate[]
  /** The anchors of the last question, and the answer. */
  #anchors: TrustAnchors
  #trusted = true

  constructor({ certificate, facts, anchors, sent }: VerifiedPeerParts) {
    this.certificate = certificate
    this.facts = facts
    this.#anchors = anchors
    this.sent = sent
  }

  /** Whether it leads to one of the anchors in force. @param now milliseconds since the epoch */
  isTrustedBy(anchors: TrustAnchors, now: number): boolean {
    if (anchors !== this.#anchors) {
      const covered = this.#trusted && anchors.covers(this.#anchors)
      this.#trusted = covered || anchors.chainsToTrustAnchor(this.certificate, this.sent, now)
      this.#anchors = anchors
    }
    return this.#trusted
  }
}
