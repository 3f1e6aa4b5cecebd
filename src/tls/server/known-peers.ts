// The client certificates that were verified lately under one set of credentials, so that each is parsed once. The same
// few clients connect again and again, and to parse a certificate costs more than to verify it.

import type { X509Certificate } from 'node:crypto'
import type { VerifiedPeer } from './verified-peer.ts'

/** How many client certificates are kept; each takes some kilobytes. */
const MOST = 256

/** How many certificates of intermediate CAs are kept; there are few. */
const MOST_AUTHORITIES = 32

/** A certificate that is found here is not yet accepted: dates and revocation are checked with each connection. */
export class KnownPeers {
  readonly #byBytes = new Map<string, VerifiedPeer>()
  readonly #authorities = new Map<string, X509Certificate>()

  /** @param bytes the whole certificate, so that no peer is taken for another */
  find(bytes: string): VerifiedPeer | undefined {
    return this.#byBytes.get(bytes)
  }

  /**
   * The certificates that verified clients sent behind their own. A session that is resumed does not bring them again.
   */
  get authorities(): readonly X509Certificate[] {
    return [...this.#authorities.values()]
  }

  /** Only for certificates that were verified; strangers could make up as many as they like. */
  add(bytes: string, peer: VerifiedPeer): void {
    this.#byBytes.set(bytes, peer)
    for (const ca of peer.sent)
      if (this.#authorities.size < MOST_AUTHORITIES) this.#authorities.set(ca.fingerprint256, ca)
    if (this.#byBytes.size <= MOST) return
    for (const oldest of this.#byBytes.keys()) {
      this.#byBytes.delete(oldest)
      return
    }
  }
}
