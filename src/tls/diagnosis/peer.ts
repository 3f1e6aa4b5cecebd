// Why a client certificate is refused and what to do about it, in plain words. The sentences go to the log and to the
// client, so they name no file of this machine.

import type { X509Certificate } from 'node:crypto'
import { isSelfIssued } from '../../x509/certificate-fields.ts'
import type { Diagnosis } from './handshake.ts'
import { CLIENT_AUTH, SERVER_AUTH, extendedKeyUsages } from '../../x509/key-usage.ts'
import { issuerName, subjectName } from '../../x509/certificate-info.ts'
import type { Revocation } from '../server/revocation.ts'
import { certificateWeakness } from '../../x509/strength.ts'
import { formatDate, validity } from '../../x509/validity.ts'
import { verificationFlaw, withoutIssuer } from './verification.ts'

/** For a certificate that OpenSSL took in, although parts of it are no valid DER. */
export const unreadableCertificate: Diagnosis = {
  id: 'bad-certificate',
  reason: 'parts of the client certificate cannot be read',
  remedy: 'look at it with: openssl x509 -noout -text; and give the client a new certificate',
}

/**
 * Why a client certificate is refused.
 * @param code as `verificationCode` gives it; ignored where there is no certificate
 * @param now milliseconds since the epoch
 * @param revocation null: no revocation lists are configured
 * @param top the last certificate of the chain that is trusted or was sent; the client's own where nothing is above it
 */
export function diagnosePeer(
  code: string,
  certificate: X509Certificate | undefined,
  now = Date.now(),
  revocation: Revocation | null = null,
  top = certificate,
): Diagnosis {
  if (certificate === undefined) {
    return {
      id: 'no-certificate',
      reason: 'no client certificate was sent',
      remedy:
        'give the client a certificate and its key, issued by a CA of the trust-anchor (curl: --cert and --key); ' +
        'some clients keep silent when theirs comes from another CA',
    }
  }
  const state = validity(certificate, now)
  if (state === 'expired') {
    return {
      id: 'expired',
      reason: `the client certificate expired on ${formatDate(certificate.validTo)}`,
      remedy: 'give the client a new certificate',
    }
  }
  if (state === 'not-yet-valid') {
    return {
      id: 'not-yet-valid',
      reason: `the client certificate is not valid before ${formatDate(certificate.validFrom)}`,
      remedy: "compare the clocks of this machine and of the CA's, or wait",
    }
  }
  const revoked = aboutRevocation.test(code) ? (revocation?.check(certificate, now) ?? null) : null
  // OpenSSL looks for a revocation list before it checks whether it trusts the CA, and reports only its last finding.
  if (revoked?.id === 'crl-missing' && revocation?.chainsToTrustAnchor(certificate) === false) {
    return diagnoseUntrusted(certificate)
  }
  if (revoked === null && withoutIssuer.has(code) && top !== undefined && top !== certificate && !isSelfIssued(top)) {
    return diagnoseMissingRoot(top)
  }
  return revoked ?? diagnoseVerification(code, certificate)
}

/** For a chain that does not end at a root. @param top the intermediate CA where it ends */
function diagnoseMissingRoot(top: X509Certificate): Diagnosis {
  const chain = `the chain of the client certificate ends at the intermediate CA ${subjectName(top)}`
  return {
    id: 'untrusted-ca',
    reason: `${chain}; its root is not trusted: ${issuerName(top)}`,
    remedy: 'add the certificate of that root to the trust-anchor, or use a certificate of a CA whose root is there',
  }
}

/** For a client certificate that leads to none of the trusted CAs. */
export function diagnoseUntrusted(certificate: X509Certificate): Diagnosis {
  const selfSigned = isSelfIssued(certificate) && certificate.verify(certificate.publicKey)
  return diagnoseVerification(selfSigned ? 'DEPTH_ZERO_SELF_SIGNED_CERT' : 'CERT_UNTRUSTED', certificate)
}

/** The codes for a revoked certificate, or for a revocation list that is missing or unusable. */
const aboutRevocation = /^(?:CERT_REVOKED|UNABLE_TO_GET_CRL|CRL_|ERROR_IN_CRL)/

function diagnoseVerification(code: string, certificate: X509Certificate): Diagnosis {
  const issuer = issuerName(certificate)
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return {
        id: 'self-signed',
        reason: `the client certificate is self-signed and not issued by a trusted CA: ${issuer}`,
        remedy: 'give the client a certificate issued by a CA of the trust-anchor, or add this one to the trust-anchor',
      }
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'CERT_UNTRUSTED':
      return {
        id: 'untrusted-ca',
        reason: `the client certificate was not issued by a trusted CA: ${issuer}`,
        remedy:
          'if that CA is foreign, use a certificate of a CA of the trust-anchor; if it is an intermediate CA, append ' +
          "its certificate to the client's certificate file; if it should be trusted, add its root to the trust-anchor",
      }
    case 'CERT_SIGNATURE_FAILURE':
      return {
        id: 'untrusted-ca',
        reason: `the signature of the client certificate does not fit the trusted CA: ${issuer}`,
        remedy: 'there are two CAs of this name: use a certificate of the one in the trust-anchor, or add the other',
      }
    case 'INVALID_PURPOSE':
      return wrongUsage(certificate)
    case 'CERT_REVOKED':
      return {
        id: 'revoked',
        reason: 'the client certificate was revoked by its CA',
        remedy: 'give the client a new certificate',
      }
    case 'CERT_HAS_EXPIRED':
      return {
        id: 'ca-unusable',
        reason: `a CA certificate above the client certificate has expired (issuer: ${issuer})`,
        remedy: 'renew the CA certificate in the trust-anchor, or the intermediate one that the client sends',
      }
    case 'CERT_NOT_YET_VALID':
      return {
        id: 'ca-unusable',
        reason: `a CA certificate above the client certificate is not valid yet (issuer: ${issuer})`,
        remedy: "compare the clocks of this machine and of the CA's, or wait",
      }
    case 'INVALID_CA':
    case 'PATH_LENGTH_EXCEEDED':
    case 'CERT_CHAIN_TOO_LONG':
      return {
        id: 'ca-unusable',
        reason: `the client certificate was issued by a certificate that may not issue it (${code}): ${issuer}`,
        remedy: 'look at the basic constraints and key usage of the CA certificates with: openssl x509 -noout -text',
      }
    default:
      return otherwiseRefused(code, certificate)
  }
}

function wrongUsage(certificate: X509Certificate): Diagnosis {
  const usages = extendedKeyUsages(certificate)
  const remedy = 'give the client one with clientAuth among its extended key usages, or with none'
  if (usages === null || usages.includes(CLIENT_AUTH)) {
    return {
      id: 'wrong-usage',
      reason: 'wrong key usage: the client certificate, or a CA above it, does not allow TLS clients',
      remedy: 'look at key usage and extended key usage of both with: openssl x509 -noout -text',
    }
  }
  if (usages.includes(SERVER_AUTH)) {
    const reason = 'wrong key usage: the client certificate is made for servers (serverAuth), not for clients'
    return { id: 'wrong-usage', reason, remedy }
  }
  return { id: 'wrong-usage', reason: 'wrong key usage: the client certificate is not made for TLS clients', remedy }
}

/** A weak key or signature is described from the certificate itself, which tells more than OpenSSL's code. */
function otherwiseRefused(code: string, certificate: X509Certificate): Diagnosis {
  const weakness = certificateWeakness(certificate)
  if (weakness !== null) {
    const remedy = 'give the client a new certificate with a new key'
    return { id: 'weak', reason: `the client certificate ${weakness}`, remedy }
  }
  const known = verificationFlaw(code)
  if (known !== null) {
    const reason = `the client certificate, or a CA above it, ${known.flaw} (issuer: ${issuerName(certificate)})`
    return { id: 'bad-certificate', reason, remedy: known.remedy }
  }
  return {
    id: 'bad-certificate',
    reason: `the client certificate, or a CA above it, cannot be accepted (${code})`,
    remedy: 'check it against the trust-anchor with: openssl verify -purpose sslclient -auth_level 2',
  }
}
