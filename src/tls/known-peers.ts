// The client certificates that came in lately under one set of credentials, read once. The same few clients connect again
// and again, and to take a certificate apart costs more than to verify it.

import type { X509Certificate } from 'node:crypto'
import type { TlsPeer } from './peer.ts'

export interface KnownPeer {
  readonly certificate: X509Certificate
  readonly facts: TlsPeer
}

/** Kilobytes each. */
const MOST = 256

/** What is found here is known, not welcome: dates and revocation are looked at with each connection. */
export class KnownPeers {
  readonly #byBytes = new Map<string, KnownPeer>()

  /** @param bytes the whole certificate, so that nobody is taken for somebody else */
  find(bytes: string): KnownPeer | undefined {
    return this.#byBytes.get(bytes)
  }

  /** Only for certificates that were verified; strangers could make up as many as they like. */
  add(bytes: string, peer: KnownPeer): void {
    this.#byBytes.set(bytes, peer)
    if (this.#byBytes.size <= MOST) return
    for (const oldest of this.#byBytes.keys()) {
      this.#byBytes.delete(oldest)
      return
    }
  }
}
