// Reads what an https control socket names: the trust anchor for the daemon's certificate and, where the daemon asks
// for one, the certificate and key that the agent shows.

import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContext } from 'node:tls'
import type { UpstreamTlsConfig } from '../../config/types.ts'
import { atOnce } from '../../in-slices.ts'
import type { Sliced } from '../../in-slices.ts'
import { clientSignatures } from '../client-signatures.ts'
import { crashingAuthorities, isCrashingAuthority } from '../crashing-authorities.ts'
import { checkCertificateChain, readCertificateChain } from './certificate-chain.ts'
import type { CertificateChain } from './certificate-chain.ts'
import { checkPair } from './credentials.ts'
import { TlsError, TlsDiagnostics } from './diagnostics.ts'
import type { TlsProblem } from './diagnostics.ts'
import { expiring } from './expiry.ts'
import type { Expiring } from './expiry.ts'
import { readPrivateKey } from './private-key.ts'
import type { PrivateKey } from './private-key.ts'
import { defaultProtocol, protocolOptions } from './protocol.ts'
import { checkTrustAnchor, trustAnchorWork } from './trust-anchor.ts'
import { TrustAnchors } from '../server/trust-anchors.ts'

export interface ClientCredentials {
  /** Made once for all control sockets and connections that use it: with many trusted CAs that takes milliseconds. */
  readonly secureContext: SecureContext
  /** Whether there is a certificate to show. */
  readonly ownCertificate: boolean
  /** Of everything that was read: equal for sets that are the same, byte for byte. */
  readonly digest: string
  /** One sentence each: what works, but not for long or not safely. */
  readonly warnings: readonly string[]
  /** The CAs that the certificates of daemons have to lead to. */
  readonly trustAnchors: TrustAnchors
  /** Certificates of the trust anchor that are not trusted, because they would end the process on this Node.js. */
  readonly leftOut: readonly TlsProblem[]
  /** Every certificate that was read, with its dates. */
  readonly expiring: readonly Expiring[]
}

/**
 * @param now milliseconds since the epoch
 * @throws TlsError (TLS_UNUSABLE) with every problem, if there is one
 */
export function loadClientCredentials(config: UpstreamTlsConfig, now = Date.now()): ClientCredentials {
  return atOnce(clientCredentialWork(config, now))
}

/** The same in steps, so that clients are served meanwhile. */
export function* clientCredentialWork(config: UpstreamTlsConfig, now = Date.now()): Sliced<ClientCredentials> {
  const diagnostics = new TlsDiagnostics()
  const named = yield* trustAnchorWork(config.trustAnchor, diagnostics)
  const trusted = named?.filter((certificate) => !isCrashingAuthority(certificate)) ?? null
  const leftOut = crashingAuthorities(`trust-anchor ${config.trustAnchor}`, named ?? [])
  if (trusted !== null && trusted.length > 0) checkTrustAnchor(config.trustAnchor, trusted, now, diagnostics, 'daemons')
  const pair = config.pair === null ? null : readPair(config.pair, now, diagnostics)
  if (trusted === null || diagnostics.problems.length > 0) throw new TlsError(diagnostics.problems)
  const own = pair === null ? {} : { cert: pair.chain.map(toPem).join(''), key: pair.key.pem }
  const files = { ca: trusted.map(toPem), ...own }
  const options = { ...protocolOptions(defaultProtocol, diagnostics), ...files, sigalgs: clientSignatures }
  const digest = createHash('sha256').update(JSON.stringify(files)).digest('hex')
  yield
  try {
    const secureContext = createSecureContext(options)
    const { warnings } = diagnostics
    const ends = expiring({ trustAnchor: config.trustAnchor, certFile: config.pair?.certFile ?? '' }, {
      chain: pair?.chain ?? [], trusted,
    })
    return {
      secureContext, ownCertificate: pair !== null, digest, warnings, leftOut,
      trustAnchors: new TrustAnchors(trusted), expiring: ends.map((each) => ({ ...each, forDaemons: true })),
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const text = `the files of an https control socket cannot be used (trust-anchor ${config.trustAnchor}): ${reason}`
    diagnostics.problem('trust-anchor', text, 'look at the certificates with: openssl x509 -noout -text')
    throw new TlsError(diagnostics.problems)
  }
}

interface OwnPair {
  readonly chain: CertificateChain
  readonly key: PrivateKey
}

function readPair(
  files: { readonly certFile: string; readonly keyFile: string },
  now: number,
  diagnostics: TlsDiagnostics,
): OwnPair | null {
  const chain = readCertificateChain(files.certFile, diagnostics)
  const key = readPrivateKey(files.keyFile, diagnostics)
  if (chain !== null) checkCertificateChain(files.certFile, chain, now, diagnostics, 'client')
  if (chain === null || key === null) return null
  checkPair(files, chain, key, diagnostics)
  return { chain, key }
}

function toPem(certificate: X509Certificate): string {
  return certificate.toString()
}
