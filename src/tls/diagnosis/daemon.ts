// Why a TLS connection to a daemon's own listener failed, and what to do about it, in plain words. `handshake.ts` and
// `peer.ts` do the same for connections of clients.

import type { X509Certificate } from 'node:crypto'
import { SERVER_AUTH, extendedKeyUsages } from '../../x509/key-usage.ts'
import { isSelfIssued } from '../../x509/certificate-fields.ts'
import { hostNames, issuerName, subjectName } from '../../x509/certificate-info.ts'
import { certificateWeakness } from '../../x509/strength.ts'
import { formatDate, validity } from '../../x509/validity.ts'
import { verificationFlaw, withoutIssuer } from './verification.ts'

export interface DaemonDiagnosis {
  readonly reason: string
  readonly remedy: string
}

/** What was asked of the daemon. */
export interface Demand {
  /** The name or address that its certificate must carry. */
  readonly name: string
  /** Whether the agent had a certificate to show. */
  readonly ownCertificate: boolean
}

const renewTrust = 'if that CA is right, name it in the trust-anchor of this control socket'

const untrusted: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'SELF_SIGNED_CERT_IN_CHAIN', 'CERT_UNTRUSTED',
])

/**
 * Why the certificate of a daemon is refused.
 * @param code as `verificationCode` gives it, or the error of the name check
 * @param top the last certificate of the chain that is trusted or was sent; the daemon's own where nothing is above it
 * @param now milliseconds since the epoch
 */
export function diagnoseDaemonCertificate(
  code: string,
  certificate: X509Certificate | undefined,
  { name }: Demand,
  top = certificate,
  now = Date.now(),
): DaemonDiagnosis {
  if (certificate === undefined) {
    return { reason: 'the daemon showed no certificate', remedy: 'give the daemon a certificate and its key' }
  }
  const whose = `the certificate of the daemon (${subjectName(certificate)})`
  const issuer = issuerName(certificate)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      reason: `${whose} is not for ${name}; its names: ${hostNames(certificate)}`,
      remedy:
        'have one issued with that address among its subject alternative names, or give the name it has as ' +
        '"server-name" of this control socket',
    }
  }
  const state = validity(certificate, now)
  if (state === 'expired') {
    return { reason: `${whose} expired on ${formatDate(certificate.validTo)}`, remedy: 'renew it at the daemon' }
  }
  if (state === 'not-yet-valid') {
    const reason = `${whose} is not valid before ${formatDate(certificate.validFrom)}`
    return { reason, remedy: 'compare the clock of this machine with that of the CA, or wait' }
  }
  if (code === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return { reason: `${whose} is self-signed and not itself in the trust-anchor`, remedy: renewTrust }
  }
  if (withoutIssuer.has(code) && top !== undefined && top !== certificate && !isSelfIssued(top)) {
    const chain = `the chain of ${whose} ends at the intermediate CA ${subjectName(top)}`
    return {
      reason: `${chain}; its root is not trusted: ${issuerName(top)}`,
      remedy: 'add the certificate of that root to the trust-anchor of this control socket',
    }
  }
  if (untrusted.has(code)) {
    return {
      reason: `${whose} was not issued by a trusted CA: ${issuer}`,
      remedy: `${renewTrust}; if it is an intermediate CA, append its certificate to the cert-file of the daemon`,
    }
  }
  if (code === 'CERT_SIGNATURE_FAILURE') {
    return {
      reason: `the signature of ${whose} does not fit the trusted CA: ${issuer}`,
      remedy: 'there are two CAs of this name: name the one that issued it in the trust-anchor',
    }
  }
  const usages = extendedKeyUsages(certificate)
  if (code === 'INVALID_PURPOSE' && usages !== null && !usages.includes(SERVER_AUTH)) {
    const remedy = 'have one issued with extendedKeyUsage serverAuth'
    return { reason: `${whose} is not made for servers`, remedy }
  }
  const weakness = certificateWeakness(certificate)
  if (weakness !== null) return { reason: `${whose} ${weakness}`, remedy: 'have a new one issued with a new key' }
  const known = verificationFlaw(code)
  if (known !== null) return { reason: `${whose}, or a CA above it (${issuer}), ${known.flaw}`, remedy: known.remedy }
  return {
    reason: `${whose}, or a CA above it (${issuer}), cannot be accepted (${code})`,
    remedy: 'check it against the trust-anchor with: openssl verify -purpose sslserver -auth_level 2',
  }
}

const notTls: DaemonDiagnosis = {
  reason: 'what answers there does not speak TLS',
  remedy: 'write socket-type "http" if the daemon has no certificates, and check that the port is the right one',
}

const certificateDemanded: DaemonDiagnosis = {
  reason: 'the daemon demands a client certificate',
  remedy: 'give this control socket a cert-file and key-file issued by a CA that the daemon trusts',
}

const plainErrors: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_UNKNOWN_PROTOCOL', 'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST', 'ERR_SSL_RECORD_LAYER_FAILURE',
])

/** @returns null for errors that do not come from TLS */
export function diagnoseDaemonHandshake(error: NodeJS.ErrnoException, demand: Demand): DaemonDiagnosis | null {
  const code = error.code ?? ''
  if (plainErrors.has(code)) return notTls
  // OpenSSL 3.0 writes SSLV3, TLSV1 or TLSV13 before ALERT by the age of the alert, 3.5 also SSL/TLS.
  const alert = /^ERR_SSL_[A-Z0-9/]+_ALERT_([A-Z_]+)$/.exec(code)?.[1]
  if (alert !== undefined) return diagnoseAlert(alert, demand)
  if (/^ERR_SSL_(UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|NO_PROTOCOLS_AVAILABLE)$/.test(code)) {
    return { reason: 'the daemon speaks neither TLS 1.2 nor 1.3', remedy: 'update the library of the daemon' }
  }
  if (!code.startsWith('ERR_SSL_')) return null
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return {
    reason: `the TLS handshake with the daemon failed: ${reason.slice(0, 200)}`,
    remedy: `try it from this machine with: openssl s_client -connect ADDRESS:PORT (${code})`,
  }
}

function diagnoseAlert(alert: string, { ownCertificate }: Demand): DaemonDiagnosis {
  const words = alert.toLowerCase().replaceAll('_', ' ')
  switch (alert) {
    case 'CERTIFICATE_REQUIRED':
      return certificateDemanded
    // With TLS 1.2, a daemon sends this alert for a missing certificate, but also for everything else.
    case 'HANDSHAKE_FAILURE':
      if (!ownCertificate) return certificateDemanded
      break
    case 'UNKNOWN_CA':
    case 'BAD_CERTIFICATE':
    case 'CERTIFICATE_EXPIRED':
    case 'CERTIFICATE_REVOKED':
    case 'CERTIFICATE_UNKNOWN':
    case 'UNSUPPORTED_CERTIFICATE':
    case 'DECRYPT_ERROR':
      return {
        reason: `the daemon refuses our certificate (alert ${words})`,
        remedy: 'check that the cert-file of this control socket is valid and comes from the trust-anchor of the daemon',
      }
    case 'PROTOCOL_VERSION':
      return { reason: 'the daemon speaks neither TLS 1.2 nor 1.3', remedy: 'update the library of the daemon' }
  }
  return {
    reason: `the daemon ended the TLS handshake (alert ${words})`,
    remedy: 'compare versions, ciphers and certificates of both sides; the log of the daemon may say more',
  }
}
