// Examines the TLS files of the agent and of its control sockets: for mistakes that a start would report, and for those
// that only clients would notice.

import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { LoadedConfig } from '../config/load.ts'
import type { TlsConfig } from '../config/types.ts'
import { atOnce } from '../in-slices.ts'
import { openUpstreams } from '../forward/open-upstreams.ts'
import { withPositions } from '../reload/resource-errors.ts'
import type { Log } from '../log/message.ts'
import { chainEnd } from '../tls/files/chain-end.ts'
import { loadCredentials } from '../tls/files/credentials.ts'
import type { CredentialSet } from '../tls/files/credentials.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import { daysLeft } from '../tls/files/expiry.ts'
import { describeCiphers } from '../tls/files/cipher-compatibility.ts'
import { issuerName } from '../x509/certificate-info.ts'
import { certificatesIn } from '../x509/pem.ts'
import { mistakesOf } from './configuration.ts'
import type { Finding } from './finding.ts'
import { counted, ok, problem, warning } from './finding.ts'

/** @param now milliseconds since the epoch */
export function examineCertificates(loaded: LoadedConfig, now = Date.now()): readonly Finding[] {
  const { tls, httpHost } = loaded.config
  if (tls === null) return [plainHttp(httpHost)]
  try {
    const credentials = loadCredentials(tls, now)
    const trusted = certificatesOf(credentials.options.ca)
    return [
      ...credentials.warnings.map((sentence) => {
        // The agent starts with such a certificate or list, but no client accepts it now.
        const told = warning('TLS', sentence)
        return credentials.outsideValidity.includes(sentence) ? { ...told, level: 'error' as const } : told
      }),
      ...lifetimes(credentials, now),
      ...names(tls, credentials.certificate, httpHost),
      ok('tls', describeCiphers(tls, credentials.certificate.publicKey)),
      ...completeness(tls, certificatesOf(credentials.options.cert), trusted),
      ...revocation(tls),
    ]
  } catch (error) {
    return mistakesOf(withPositions(error, loaded), 'TLS')
  }
}

/** Examines the TLS files of https control sockets. */
export async function examineUpstreamCertificates(loaded: LoadedConfig, log: Log): Promise<readonly Finding[]> {
  try {
    const upstreams = await openUpstreams(loaded.config.controlSockets, log, null)
    const { leftOut, warnings } = upstreams.tlsFiles
    if (leftOut.length > 0) throw new TlsError(leftOut.map(({ problem }) => problem))
    return warnings.map((sentence) => warning('control-sockets', sentence))
  } catch (error) {
    return mistakesOf(withPositions(error, loaded), 'control-sockets')
  }
}

function plainHttp(host: string): Finding {
  if (host === '::1' || host.startsWith('127.')) return ok('TLS', 'off; the agent speaks plain HTTP on the loopback address')
  const text = `off, and the agent listens on ${host}: commands and passwords can be read on their way`
  return problem('warning', 'TLS', text, 'make certificates with "keagate certs init", or set http-host to 127.0.0.1')
}

/** How long certificates and lists are still valid; warnings name those that have expired or expire soon. */
function lifetimes({ expiring }: CredentialSet, now: number): Finding[] {
  return expiring.filter(({ notAfter }) => notAfter >= now).map((each) => {
    const which = each.kind === 'certificate' ? each.subject : `revocation list of ${each.subject}`
    return ok(each.keyword, `${each.file}: ${which}, ${counted(daysLeft(each, now), 'day')} left`)
  })
}

/** Whether the certificate has the address that the agent listens on. */
function names({ certFile }: TlsConfig, certificate: X509Certificate, host: string): Finding[] {
  const carried = certificate.subjectAltName ?? ''
  if (carried === '') {
    const text = `the certificate of ${certFile} has no subject alternative names, so clients refuse it`
    return [problem('warning', 'cert-file', text, 'have one issued with the names and addresses that clients use')]
  }
  const everywhere = host === '0.0.0.0' || host === '::'
  if (everywhere || isIP(host) === 0 || certificate.checkIP(host) !== undefined) {
    return [ok('cert-file', `${certFile} is for ${carried}`)]
  }
  const text = `the certificate of ${certFile} is not for http-host ${host}; its names: ${carried}`
  return [problem('warning', 'cert-file', text, `have one issued that has ${host} too, unless clients use a name it has`)]
}

/** Whether clients know the issuer at the end of the chain. That an intermediate is missing is among the warnings. */
function completeness(
  { certFile }: TlsConfig,
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
): Finding[] {
  const last = chain.at(-1)
  const end = chainEnd(chain, trusted)
  if (last === undefined || end === 'complete' || end === 'lacks-intermediate') return []
  const issuer = issuerName(last)
  if (end === 'issuer-replaced') {
    const text = `the chain in ${certFile} ends below another ${issuer} than the one in the trust-anchor`
    return [problem('warning', 'cert-file', text, 'have it issued by the CA as it is now, if the CA was replaced')]
  }
  const text = `the chain in ${certFile} ends below ${issuer}, which clients may not know`
  return [problem('warning', 'cert-file', text, `append the certificate of ${issuer}, if it is not a root that all clients have`)]
}

function certificatesOf(pem: CredentialSet['options']['ca']): readonly X509Certificate[] {
  return [pem ?? []].flat().flatMap((each) => atOnce(certificatesIn(Buffer.from(each))))
}

function revocation({ crlFile, certRequired }: TlsConfig): Finding[] {
  if (crlFile !== null || !certRequired) return []
  return [ok('crl-file', 'none: a stolen client certificate is good until it expires')]
}
