// Whether a client certificate, or a CA above it, has been revoked, by the newest lists. Checked at the handshake, when
// a session is resumed, and again for each request of an open connection.

import type { X509Certificate } from 'node:crypto'
import { looseKey } from '../../x509/name.ts'
import { certificateNames } from '../../x509/certificate-fields.ts'
import type { RevocationList } from '../files/crl-file.ts'
import { signerKey } from '../files/crl-file.ts'
import type { Diagnosis } from '../diagnosis/handshake.ts'
import { issuerName, subjectName } from '../../x509/certificate-info.ts'
import { formatTime } from '../../x509/validity.ts'

/** How many certificates of a chain are followed; no chain is longer. It also ends a chain that leads in a circle. */
const MAX_DEPTH = 10

/** A certificate and the list of the CA that issued it; without a list it cannot be told whether it was revoked. */
interface Link {
  readonly certificate: X509Certificate
  readonly list: RevocationList | undefined
}

export class Revocation {
  readonly #trusted: readonly X509Certificate[]
  readonly #lists: ReadonlyMap<string, RevocationList>
  readonly #paths = new WeakMap<X509Certificate, readonly Link[]>()

  constructor(trusted: readonly X509Certificate[], lists: readonly RevocationList[]) {
    this.#trusted = trusted
    this.#lists = new Map(lists.map((list) => [signerKey(looseKey(list.issuer), list.ca), list]))
  }

  /**
   * Why a certificate that is good in every other way is refused, or null. Like OpenSSL with all its checks on, this
   * demands a list in force for every CA of the chain.
   * @param now milliseconds since the epoch
   */
  check(certificate: X509Certificate, now: number): Diagnosis | null {
    const path = this.#paths.get(certificate) ?? this.#pathOf(certificate)
    this.#paths.set(certificate, path)
    for (const [depth, link] of path.entries()) {
      const found = judgeLink(link, depth === 0 ? 'the client certificate' : 'a CA above the client certificate', now)
      if (found !== null) return found
    }
    return null
  }

  /** Whether a certificate, with the intermediate ones that came with it, leads to a trusted CA. */
  chainsToTrustAnchor(certificate: X509Certificate): boolean {
    let current: X509Certificate | undefined = certificate
    for (let depth = 0; current !== undefined && depth < MAX_DEPTH; depth++) {
      if (this.#issuerOf(current) !== undefined) return true
      const child: X509Certificate = current
      const sent = child.issuerCertificate
      current = sent !== undefined && child.checkIssued(sent) && child.verify(sent.publicKey) ? sent : undefined
    }
    return false
  }

  #issuerOf(certificate: X509Certificate): X509Certificate | undefined {
    return this.#trusted.find((ca) => certificate.checkIssued(ca) && certificate.verify(ca.publicKey))
  }

  /** From the certificate up to, and without, the root. */
  #pathOf(certificate: X509Certificate): Link[] {
    const links: Link[] = []
    let current = certificate
    while (links.length < MAX_DEPTH) {
      const child = current
      const issuer = this.#issuerOf(child)
      if (issuer === undefined) return [...links, { certificate: child, list: undefined }]
      // A root: no CA above it could revoke it.
      if (issuer.fingerprint256 === child.fingerprint256) return links
      const names = certificateNames(issuer)
      const list = names === null ? undefined : this.#lists.get(signerKey(looseKey(names.subject), issuer))
      links.push({ certificate: child, list })
      current = issuer
    }
    return links
  }
}

function judgeLink({ certificate, list }: Link, what: string, now: number): Diagnosis | null {
  const issuer = issuerName(certificate)
  if (list === undefined) {
    return {
      id: 'crl-missing',
      reason: `there is no revocation list of ${issuer}, so it cannot be told whether ${what} is revoked`,
      remedy: 'add the list of that CA to crl-file, and its certificate to the trust-anchor if it is not there',
    }
  }
  if (list.nextUpdate !== null && list.nextUpdate < now) {
    return {
      id: 'crl-expired',
      reason: `the revocation list of ${issuer} is out of date since ${formatTime(list.nextUpdate)}`,
      remedy: 'put the new list of that CA into crl-file',
    }
  }
  if (list.thisUpdate > now) {
    return {
      id: 'crl-expired',
      reason: `the revocation list of ${issuer} is not valid before ${formatTime(list.thisUpdate)}`,
      remedy: "compare the clocks of this machine and of the CA's, or wait",
    }
  }
  const date = list.revoked.get(certificate.serialNumber)
  if (date === undefined) return null
  return {
    id: 'revoked',
    reason: `${what} (${subjectName(certificate)}) was revoked on ${formatTime(date)}`,
    remedy: 'give the client a new certificate; if it was revoked by mistake, the CA has to issue a new one',
  }
}
