// Explains the certificate of a server as a client sees it.

import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { isSelfIssued } from '../x509/certificate-fields.ts'
import { hostNames, issuerName, subjectName } from '../x509/certificate-info.ts'
import { verificationFlaw, withoutIssuer } from '../tls/diagnosis/verification.ts'
import { formatDate, validity } from '../x509/validity.ts'
import type { Finding } from './finding.ts'
import { ok, problem } from './finding.ts'

/**
 * Whether a client would accept the certificate of the server.
 * @param host the host in the URL
 * @param code OpenSSL's verification code; null: it is trusted
 * @param top the last certificate that is known of the chain, from the CA file or as sent by the server: the server's
 *   own where neither has its issuer; null: no CA was named
 */
export function explainServer(
  certificate: X509Certificate | undefined,
  host: string,
  code: string | null,
  top: X509Certificate | null,
): Finding {
  const what = 'server certificate'
  if (certificate === undefined) return problem('error', what, 'the server showed none', 'look at the log of the agent')
  const who = `${subjectName(certificate)}, issued by ${issuerName(certificate)}`
  const state = validity(certificate, Date.now())
  if (state === 'expired') {
    return problem('error', what, `${who}, expired on ${formatDate(certificate.validTo)}`, 'renew it at the server')
  }
  if (state === 'not-yet-valid') {
    const text = `${who}, is not valid before ${formatDate(certificate.validFrom)}`
    return problem('error', what, text, 'compare the clocks of both machines with: date -u')
  }
  if (code === 'INVALID_PURPOSE') {
    return problem('error', what, `${who}, is not made for servers`, 'have one issued with extendedKeyUsage serverAuth')
  }
  // A certificate for another host name is explained below, with the names that it has.
  const known = code === null ? null : verificationFlaw(code)
  if (known !== null) return problem('error', what, `${who}, or a CA above it, ${known.flaw}`, known.remedy)
  if (code !== null && code !== 'ERR_TLS_CERT_ALTNAME_INVALID') {
    if (top !== null && top !== certificate && withoutIssuer.has(code) && !isSelfIssued(top)) {
      const text = `${who}, is not trusted by this client: its chain ends at the intermediate CA ${subjectName(top)}`
      return problem('error', what, text, `name a file with the certificate of the root ${issuerName(top)} with --ca`)
    }
    const remedy = top !== null
      ? "name the authority that issued it with --ca; if it is an intermediate one, append its certificate to the server's cert-file"
      : 'name the authority that issued it with --ca'
    return problem('error', what, `${who}, is not trusted by this client (${code})`, remedy)
  }
  const carries = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)
  if (carries === undefined) {
    const text = `${who}, is not for ${host}; its names: ${hostNames(certificate)}`
    return problem('error', what, text, `use one of these in the URL, or have one issued that has ${host} too`)
  }
  return ok(what, `${who}, is trusted and for ${host}`)
}
