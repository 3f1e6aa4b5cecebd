// Reads certificate, key and trust anchor, checks that they fit together and can be used, and gives one immutable set.

import { createHash } from 'node:crypto'
import type { X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import type { SecureContextOptions } from 'node:tls'
import type { TlsConfig } from '../../config/types.ts'
import { atOnce } from '../../in-slices.ts'
import type { Sliced } from '../../in-slices.ts'
import type { CertificateChain } from './certificate-chain.ts'
import { checkCertificateChain, readCertificateChain } from './certificate-chain.ts'
import { checkChainEnd } from './chain-end.ts'
import { revocationWork } from './crl-file.ts'
import { expiring, expiryWarnings } from './expiry.ts'
import type { Expiring } from './expiry.ts'
import { TlsError, TlsDiagnostics, shellWord } from './diagnostics.ts'
import { checkCipherKind } from './cipher-compatibility.ts'
import { subjectName } from '../../x509/certificate-info.ts'
import { readPrivateKey } from './private-key.ts'
import type { PrivateKey } from './private-key.ts'
import { protocolOptions } from './protocol.ts'
import { Revocation } from '../server/revocation.ts'
import { checkTrustAnchor, trustAnchorWork } from './trust-anchor.ts'
import { TrustAnchors } from '../server/trust-anchors.ts'

export interface CredentialSet {
  /** For `tls.createServer`. Holds the private key: never to be logged. */
  readonly options: Readonly<SecureContextOptions>
  /** The agent's own certificate. */
  readonly certificate: X509Certificate
  /** The CAs that client certificates have to lead to. */
  readonly trustAnchors: TrustAnchors
  /** null: revocation is not checked. */
  readonly revocation: Revocation | null
  /** Every certificate and revocation list that was read, with its dates. */
  readonly expiring: readonly Expiring[]
  /** Of everything that was read: equal for sets that are the same, byte for byte. */
  readonly digest: string
  /** One sentence each: what works, but not for long, not for all clients or not safely. */
  readonly warnings: readonly string[]
  /** Those of the warnings that say that a certificate has expired or is not valid yet: clients refuse it. */
  readonly outsideValidity: readonly string[]
}

/**
 * File names are taken as they are: absolute, or relative to the working directory.
 * @param now milliseconds since the epoch
 * @throws TlsError (TLS_UNUSABLE) with every problem, if there is one
 */
export function loadCredentials(config: TlsConfig, now = Date.now()): CredentialSet {
  return atOnce(credentialWork(config, now))
}

/** The same in steps, so that clients are served meanwhile. */
export function* credentialWork(config: TlsConfig, now = Date.now()): Sliced<CredentialSet> {
  const diagnostics = new TlsDiagnostics()
  const trusted = yield* trustAnchorWork(config.trustAnchor, diagnostics)
  yield
  const chain = readCertificateChain(config.certFile, diagnostics)
  const key = readPrivateKey(config.keyFile, diagnostics)
  const protocol = protocolOptions(config, diagnostics)
  const lists =
    trusted === null || config.crlFile === null ? [] : yield* revocationWork(config.crlFile, trusted, now, diagnostics)
  // Where clients are not asked for a certificate, it makes no difference which CAs are trusted.
  const asked = config.certRequired || config.clientCertificate === 'verify-if-given'
  if (trusted !== null && asked) checkTrustAnchor(config.trustAnchor, trusted, now, diagnostics)
  if (chain !== null) checkCertificateChain(config.certFile, chain, now, diagnostics)
  if (chain !== null && trusted !== null) checkChainEnd(config.certFile, chain, trusted, diagnostics)
  if (chain !== null && key !== null) checkPair(config, chain, key, diagnostics)
  if (key !== null) checkCipherKind(config, key.object, diagnostics)
  if (trusted === null || chain === null || key === null || lists === null || diagnostics.problems.length > 0) {
    throw new TlsError(diagnostics.problems)
  }
  const files = {
    ca: trusted.map(toPem),
    cert: chain.map(toPem).join(''),
    key: key.pem,
    ...(lists.length === 0 ? {} : { crl: lists.map(({ pem }) => pem) }),
  }
  const options = { ...protocol, ...files }
  yield
  checkUsable(config, options, diagnostics)
  yield
  const ending = expiring(config, { chain, trusted, lists })
  // What has expired was reported above, with the consequences.
  const soon = ending.filter(({ notAfter }) => notAfter >= now)
  return {
    options,
    expiring: ending,
    certificate: chain[0],
    trustAnchors: new TrustAnchors(trusted),
    revocation: config.crlFile === null ? null : new Revocation(trusted, lists),
    digest: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
    warnings: [...diagnostics.warnings, ...expiryWarnings(soon, config.expiryWarningDays, now)],
    outsideValidity: diagnostics.outsideValidity,
  }
}

/** Notes a problem where the key is not that of the first certificate. */
export function checkPair(
  config: Pick<TlsConfig, 'certFile' | 'keyFile'>,
  chain: CertificateChain,
  key: PrivateKey,
  diagnostics: TlsDiagnostics,
): void {
  const fitting = chain.findIndex((certificate) => certificate.checkPrivateKey(key.object))
  if (fitting === 0) return
  const { certFile, keyFile } = config
  if (fitting > 0) {
    const first = `the first certificate of cert-file ${certFile} is ${subjectName(chain[0])}`
    const text = `${first}, but number ${fitting + 1} is the one that fits key-file ${keyFile}`
    diagnostics.problem('cert-file', text, "put the certificate of the key first and the chain after it")
  } else {
    const text = `key-file ${keyFile} does not belong to the certificate of cert-file ${certFile}`
    const ofKey = `openssl pkey -in ${shellWord(keyFile)} -pubout`
    const ofCertificate = `openssl x509 -in ${shellWord(certFile)} -noout -pubkey`
    const mend = 'name the key that the certificate was issued for, or have one issued for this key'
    diagnostics.problem('key-file', text, `${mend}; compare their public keys with: ${ofKey}; ${ofCertificate}`)
  }
}

/** Has OpenSSL check the set at last. What it refuses although every check here passed is reported in its own words. */
function checkUsable(config: TlsConfig, options: SecureContextOptions, diagnostics: TlsDiagnostics): void {
  try {
    createSecureContext(options)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const text = `cert-file ${config.certFile} and key-file ${config.keyFile} cannot be used: ${reason}`
    const show = `openssl x509 -in ${shellWord(config.certFile)} -noout -text`
    diagnostics.problem('cert-file', text, `look at the certificate with: ${show}`)
    throw new TlsError(diagnostics.problems)
  }
}

function toPem(certificate: X509Certificate): string {
  return certificate.toString()
}
