// Whether the chain in `cert-file` reaches a root, as far as the trust anchor shows it.

import type { X509Certificate } from 'node:crypto'
import { issuerName } from '../../x509/certificate-info.ts'
import type { TlsDiagnostics } from './diagnostics.ts'

/**
 * - `complete`: it ends with a root, or right below one of the trust anchor.
 * - `lacks-intermediate`: the trust anchor holds the certificate that should be next, and that is no root.
 * - `issuer-replaced`: the trust anchor holds a root of the same name with another key.
 * - `unknown`: the trust anchor does not show it, as where clients have another CA than the server.
 */
export type ChainEnd = 'complete' | 'lacks-intermediate' | 'issuer-replaced' | 'unknown'

/** @param trusted the certificates of the trust anchor */
export function chainEnd(chain: readonly X509Certificate[], trusted: readonly X509Certificate[]): ChainEnd {
  const last = chain.at(-1)
  if (last === undefined || isRoot(last)) return 'complete'
  const issuers = [...chain, ...trusted].filter((each) => each.subject === last.issuer && last.checkIssued(each))
  const signers = issuers.filter((each) => last.verify(each.publicKey))
  // A chain in the wrong order is reported elsewhere. A CA may have a root certificate and one from another root.
  if (signers.some((each) => isRoot(each) || chain.includes(each))) return 'complete'
  if (signers.length > 0) return 'lacks-intermediate'
  return issuers.some(isRoot) ? 'issuer-replaced' : 'unknown'
}

/** Warns where it is certain that the certificate of an intermediate CA is missing. */
export function checkChainEnd(
  file: string,
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  diagnostics: TlsDiagnostics,
): void {
  const last = chain.at(-1)
  if (last === undefined || chainEnd(chain, trusted) !== 'lacks-intermediate') return
  const issuer = issuerName(last)
  const consequence = 'which is no root, so clients that know only the root refuse it'
  const text = `the chain in cert-file ${file} ends below ${issuer}, ${consequence}`
  diagnostics.warning(text, `append the intermediate certificate to the file: that of ${issuer} from the trust-anchor`)
}

function isRoot(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer && certificate.checkIssued(certificate)
}
