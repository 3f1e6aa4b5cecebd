// Why a handshake with a client failed, and what to do about it, in plain words. The sentences name no file of this
// machine. Codes are compared, never messages: messages differ between the OpenSSL 3.0 of Node 20 and later versions.

import type { TlsConfig } from '../../config/types.ts'

/** Why there is no TLS connection, or why it may not be used: a closed list, for counters. */
export type TlsFailureId =
  | 'no-certificate'
  | 'expired'
  | 'not-yet-valid'
  | 'self-signed'
  | 'untrusted-ca'
  | 'wrong-usage'
  | 'weak'
  | 'revoked'
  | 'crl-missing'
  | 'crl-expired'
  | 'ca-unusable'
  | 'bad-certificate'
  | 'timeout'
  | 'closed'
  | 'plain-http'
  | 'not-tls'
  | 'damaged'
  | 'no-common-version'
  | 'no-common-cipher'
  | 'no-common-group'
  | 'no-common-signature'
  | 'only-http2'
  | 'server-certificate'
  | 'client-alert'
  | 'other'

export interface Diagnosis {
  readonly id: TlsFailureId
  readonly reason: string
  readonly remedy: string
}

const notTls: Diagnosis = {
  id: 'not-tls',
  reason: 'what arrived is not TLS, but plain HTTP or another protocol',
  remedy:
    "use https:// in the client's URL, and check that it means this port; " +
    'for a balancer that sends the PROXY protocol, set proxy-protocol',
}

const damaged: Diagnosis = {
  id: 'damaged',
  reason: 'what arrived is no valid TLS handshake',
  remedy: 'if it happens again, look for a device between client and agent that changes the data',
}

const closed: Diagnosis = {
  id: 'closed',
  reason: 'the client closed the connection during the handshake',
  remedy:
    "look at the client's own error: many close without a word when they do not trust the agent's certificate or " +
    'have none of their own',
}

const checkServerCertificate =
  'give the client the CA certificate of the agent (curl: --cacert), check that the name it connects to is among the ' +
  'subject alternative names, and that cert-file holds the intermediate certificates'

const compareOffers = 'compare the ciphers and groups of both sides'

const tryClient = "try it from the client's machine with: openssl s_client -connect ADDRESS:PORT"

const noCommonCipher: Diagnosis = {
  id: 'no-common-cipher',
  reason: 'client and agent have no cipher in common',
  remedy:
    'update the client, or allow one of its ciphers with the keyword ciphers; ' +
    "it must also fit the kind of the agent's key (RSA or EC)",
}

const noCommonGroup: Diagnosis = {
  id: 'no-common-group',
  reason: 'client and agent have no key exchange group in common',
  remedy: 'update the client, or allow one of its groups with the keyword groups',
}

const noCommonSignature: Diagnosis = {
  id: 'no-common-signature',
  reason: "the client cannot verify signatures of the agent's kind of key",
  remedy: 'update the client, or give the agent a certificate with another kind of key (RSA or EC)',
}

const byCode: ReadonlyMap<string, Diagnosis> = new Map([
  [
    'ERR_TLS_HANDSHAKE_TIMEOUT',
    {
      id: 'timeout',
      reason: 'the client did not finish the TLS handshake in time',
      remedy: 'check whether it speaks TLS at all (a load balancer or monitoring may only open the port)',
    },
  ],
  ['ECONNRESET', closed],
  ['EPIPE', closed],
  ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', closed],
  [
    'ERR_SSL_HTTP_REQUEST',
    { id: 'plain-http', reason: 'plain HTTP on the TLS port', remedy: "use https:// in the client's URL" },
  ],
  [
    'ERR_SSL_HTTPS_PROXY_REQUEST',
    {
      id: 'plain-http',
      reason: 'the client takes the TLS port for an HTTP proxy',
      remedy: "use the agent's address in the client's URL, not as its proxy",
    },
  ],
  ['ERR_SSL_WRONG_VERSION_NUMBER', notTls],
  ['ERR_SSL_UNKNOWN_PROTOCOL', notTls],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', notTls],
  ['ERR_SSL_UNEXPECTED_MESSAGE', damaged],
  ['ERR_SSL_BAD_RECORD_TYPE', damaged],
  ['ERR_SSL_BAD_RECORD_MAC', damaged],
  ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', damaged],
  ['ERR_SSL_LENGTH_MISMATCH', damaged],
  [
    'ERR_SSL_EXCESSIVE_MESSAGE_SIZE',
    {
      id: 'bad-certificate',
      reason: 'the client sent a certificate, or a chain of them, that is too large to be read',
      remedy: 'give the client a certificate with fewer names, and only the intermediate certificates that are needed',
    },
  ],
  ['ERR_SSL_NO_SHARED_CIPHER', noCommonCipher],
  ['ERR_SSL_NO_SUITABLE_KEY_SHARE', noCommonGroup],
  ['ERR_SSL_NO_SHARED_GROUPS', noCommonGroup],
  ['ERR_SSL_NO_SUITABLE_GROUPS', noCommonGroup],
  ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', noCommonSignature],
  ['ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS', noCommonSignature],
  [
    'ERR_SSL_NO_APPLICATION_PROTOCOL',
    {
      id: 'only-http2',
      reason: 'the client speaks nothing but HTTP/2',
      remedy: 'let it speak HTTP/1.1 too (curl: --http1.1)',
    },
  ],
])

/** By the alert with which a client ends the handshake (RFC 8446 section 6). */
const byAlert: ReadonlyMap<string, Diagnosis> = new Map([
  [
    'UNKNOWN_CA',
    {
      id: 'server-certificate',
      reason: "the client does not trust the CA of the agent's certificate",
      remedy: checkServerCertificate,
    },
  ],
  [
    'CERTIFICATE_EXPIRED',
    {
      id: 'server-certificate',
      reason: "the client says that the agent's certificate has expired",
      remedy: "renew the agent's certificate; if it is still valid, check the client's clock",
    },
  ],
  ['BAD_CERTIFICATE', refusal('bad certificate')],
  ['UNSUPPORTED_CERTIFICATE', refusal('unsupported certificate')],
  ['CERTIFICATE_REVOKED', refusal('certificate revoked')],
  ['CERTIFICATE_UNKNOWN', refusal('certificate unknown')],
  ['ACCESS_DENIED', refusal('access denied')],
  [
    'HANDSHAKE_FAILURE',
    { id: 'client-alert', reason: "the client accepts nothing of the agent's offer", remedy: compareOffers },
  ],
  [
    'INSUFFICIENT_SECURITY',
    { id: 'client-alert', reason: "the agent's offer is too weak for the client", remedy: compareOffers },
  ],
])

export type TlsVersions = Pick<TlsConfig, 'minVersion' | 'maxVersion'>

/** @param error what Node reports of the connection */
export function diagnoseHandshake(error: unknown, { minVersion, maxVersion }: TlsVersions): Diagnosis {
  const { code, reason: said } = facts(error)
  const known = byCode.get(code)
  if (known !== undefined) return known
  // OpenSSL 3.0 writes SSLV3, TLSV1 or TLSV13 before ALERT by the age of the alert, 3.5 also SSL/TLS.
  const alert = /^ERR_SSL_[A-Z0-9/]+_ALERT_([A-Z_]+)$/.exec(code)?.[1]
  const offered = minVersion === maxVersion ? `TLS ${minVersion}` : `TLS ${minVersion} to ${maxVersion}`
  if (alert === 'PROTOCOL_VERSION') {
    return {
      id: 'no-common-version',
      reason: `no common TLS version: the client does not accept ${offered}`,
      remedy: 'allow other versions on one of the two sides',
    }
  }
  if (alert !== undefined) {
    const name = alert.toLowerCase().replaceAll('_', ' ')
    const reason = `the client ended the handshake (alert ${name})`
    return byAlert.get(alert) ?? { id: 'client-alert', reason, remedy: closed.remedy }
  }
  if (/^ERR_SSL_(UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|UNSUPPORTED_SSL_VERSION|NO_PROTOCOLS_AVAILABLE)$/.test(code)) {
    return {
      id: 'no-common-version',
      reason: `no common TLS version: the agent offers ${offered}, the client ${otherVersions(minVersion, maxVersion)}`,
      remedy: 'update the client, or let min-version and max-version of the agent allow 1.2 and 1.3',
    }
  }
  return { id: 'other', reason: `the TLS handshake failed: ${said}`, remedy: `${tryClient} (${code})` }
}

/** A connection that was closed before the handshake was done, without an error from TLS itself. */
export function diagnoseClose(bytesRead: number): Diagnosis {
  if (bytesRead > 0) return closed
  return {
    id: 'closed',
    reason: 'the connection was closed before a byte was sent',
    remedy: 'nothing needs to be done if something checks whether the port is open',
  }
}

/** The versions that a client may have offered, if the agent offers none of them. */
function otherVersions(minVersion: string, maxVersion: string): string {
  if (minVersion === '1.3') return 'TLS 1.2 or older'
  return maxVersion === '1.3' ? 'TLS 1.1 or older' : 'nothing but TLS 1.3, or 1.1 and older'
}

function refusal(alert: string): Diagnosis {
  const reason = `the client refuses the agent's certificate (alert ${alert})`
  return { id: 'server-certificate', reason, remedy: checkServerCertificate }
}

function facts(error: unknown): { code: string; reason: string } {
  if (!(error instanceof Error)) return { code: 'UNKNOWN', reason: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN'
  // An error of OpenSSL has a short reason of its own; its message is full of source lines.
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return { code, reason: reason.slice(0, 200) }
}
