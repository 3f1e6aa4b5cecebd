// The words for refused certificates and failed handshakes, and the facts read from a certificate.

import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { makeAuthority, makeClient } from '../../certs-test/authority.ts'
import { day, makeIdentity } from '../../certs-test/certificate.ts'
import { diagnosePeer } from '../../src/tls/diagnosis/peer.ts'
import { diagnoseClose, diagnoseHandshake } from '../../src/tls/diagnosis/handshake.ts'
import { shellWord } from '../../src/tls/files/diagnostics.ts'
import { certificateName, peerCertificate } from '../../src/x509/certificate-info.ts'
import { addressOf } from '../../src/net/remote-address.ts'

const ca = await makeAuthority('the CA')
const client = new X509Certificate((await makeClient(ca)).certificate)
const versions = { minVersion: '1.2', maxVersion: '1.3' } as const

t.test('every verification code has its reason and its remedy', (t) => {
  const rows: readonly (readonly [code: string, reason: string])[] = [
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'is self-signed and not issued by a trusted CA: O=keagate test, CN=the CA'],
    ['UNABLE_TO_GET_ISSUER_CERT', 'was not issued by a trusted CA: O=keagate test, CN=the CA'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'was not issued by a trusted CA: O=keagate test, CN=the CA'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'was not issued by a trusted CA: O=keagate test, CN=the CA'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'was not issued by a trusted CA: O=keagate test, CN=the CA'],
    ['CERT_SIGNATURE_FAILURE', 'does not fit the trusted CA: O=keagate test, CN=the CA'],
    ['CERT_REVOKED', 'was revoked by its CA'],
    ['CERT_HAS_EXPIRED', 'a CA certificate above the client certificate has expired'],
    ['CERT_NOT_YET_VALID', 'a CA certificate above the client certificate is not valid yet'],
    ['INVALID_PURPOSE', 'or a CA above it, does not allow TLS clients'],
    ['INVALID_CA', 'was issued by a certificate that may not issue it (INVALID_CA): O=keagate test, CN=the CA'],
    ['PATH_LENGTH_EXCEEDED', 'may not issue it (PATH_LENGTH_EXCEEDED)'],
    ['UNSPECIFIED', 'cannot be accepted (UNSPECIFIED)'],
    ['SOMETHING_NEW', 'cannot be accepted (SOMETHING_NEW)'],
  ]
  for (const [code, reason] of rows) {
    const diagnosis = diagnosePeer(code, client)
    t.ok(diagnosis.reason.includes(reason), `${code}: ${diagnosis.reason}`)
    t.match(diagnosis.reason, /client certificate/, code)
    t.not(diagnosis.remedy, '', code)
  }
  t.equal(diagnosePeer('CERT_HAS_EXPIRED', undefined).reason, 'no client certificate was sent')
  t.end()
})

t.test('the dates of the certificate come first, whatever code OpenSSL ended with', (t) => {
  const expired = diagnosePeer('UNABLE_TO_VERIFY_LEAF_SIGNATURE', client, Date.now() + 31 * day)
  t.match(expired.reason, /^the client certificate expired on 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
  const early = diagnosePeer('UNABLE_TO_VERIFY_LEAF_SIGNATURE', client, Date.now() - day)
  t.match(early.reason, /^the client certificate is not valid before 20/)
  t.end()
})

t.test('usages: made for servers, made for something else, or the fault of the CA', async (t) => {
  const reason = async (usages: readonly ('serverAuth' | 'codeSigning')[]): Promise<string> => {
    const { certificate } = await makeClient(ca, { usages })
    return diagnosePeer('INVALID_PURPOSE', new X509Certificate(certificate)).reason
  }
  const forServers = 'wrong key usage: the client certificate is made for servers (serverAuth), not for clients'
  t.equal(await reason(['serverAuth']), forServers)
  t.equal(await reason(['codeSigning']), 'wrong key usage: the client certificate is not made for TLS clients')
})

t.test('what a client sends back as an alert is told the same way by every OpenSSL', (t) => {
  const rows: readonly (readonly [code: string, reason: RegExp])[] = [
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /does not trust the CA of the agent's certificate/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', /says that the agent's certificate has expired/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /refuses the agent's certificate \(alert bad certificate\)/],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', /refuses the agent's certificate \(alert bad certificate\)/],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_UNKNOWN', /refuses the agent's certificate \(alert certificate unknown\)/],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /accepts nothing of the agent's offer/],
    ['ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE', /accepts nothing of the agent's offer/],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', /no common TLS version: the client does not accept TLS 1\.2 to 1\.3/],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', /the client ended the handshake \(alert internal error\)/],
    ['ERR_SSL_TLSV13_ALERT_MISSING_EXTENSION', /the client ended the handshake \(alert missing extension\)/],
    ['ERR_SSL_NO_SUITABLE_SIGNATURE_ALGORITHM', /cannot verify signatures of the agent's kind of key/],
    ['ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC', /no valid TLS handshake/],
    ['ERR_SSL_UNEXPECTED_EOF_WHILE_READING', /closed the connection during the handshake/],
    ['ECONNRESET', /closed the connection during the handshake/],
  ]
  for (const [code, reason] of rows) {
    const diagnosis = diagnoseHandshake(Object.assign(new Error('x'), { code }), versions)
    t.match(diagnosis.reason, reason, code)
    t.not(diagnosis.remedy, '', code)
  }
  t.end()
})

t.test("what nobody has a word for falls back to OpenSSL's own reason", (t) => {
  const error = Object.assign(new Error('error:0A0000:SSL routines:f:odd thing:../ssl.c:1:'), {
    code: 'ERR_SSL_ODD_THING',
    reason: 'odd thing',
  })
  t.same(diagnoseHandshake(error, versions), {
    id: 'other',
    reason: 'the TLS handshake failed: odd thing',
    remedy: "try it from the client's machine with: openssl s_client -connect ADDRESS:PORT (ERR_SSL_ODD_THING)",
  })
  t.match(diagnoseHandshake('thrown text', versions).reason, /^the TLS handshake failed: thrown text$/)
  t.ok(diagnoseHandshake(new Error('x'.repeat(5000)), versions).reason.length < 300)
  t.match(diagnoseClose(0).reason, /before a byte/)
  t.match(diagnoseClose(1).reason, /during the handshake/)
  t.end()
})

t.test('the facts of a certificate are unambiguous, whatever its names hold', async (t) => {
  const odd = await makeIdentity({
    commonName: 'a, O=admin\nCN=root',
    names: [
      { type: 'dns', value: 'a.example' },
      { type: 'dns', value: 'b.example, DNS:c.example' },
      { type: 'url', value: 'urn:x:"quoted"' },
      { type: 'ip', value: '192.0.2.1' },
      { type: 'email', value: 'ops@example.net' },
    ],
  }, ca)
  const certificate = new X509Certificate(odd.certificate)
  const peer = peerCertificate(certificate)
  t.equal(peer.issuer, 'O=keagate test, CN=the CA')
  t.equal(peer.subject, 'O=keagate test, CN=a\\, O=admin\\0ACN=root')
  t.same(peer.subjectAltNames, [
    'DNS:a.example',
    'DNS:"b.example\\u002c DNS:c.example"',
    'URI:"urn:x:\\"quoted\\""',
    'IP Address:192.0.2.1',
    'email:ops@example.net',
  ])
  t.match(peer.serial, /^[0-9A-F]+$/)
  t.match(peer.fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/)
  t.ok(peer.notBefore < Date.now() && Date.now() < peer.notAfter)
  t.same(peerCertificate(client).subjectAltNames, [])
})

t.test('names in sentences are cut to a sane length and never empty', async (t) => {
  const { certificate } = await makeClient(await makeAuthority('long '.repeat(400)))
  const { reason } = diagnosePeer('UNABLE_TO_VERIFY_LEAF_SIGNATURE', new X509Certificate(certificate))
  t.ok(reason.length < 300, String(reason.length))
  t.match(reason, /…$/)
  t.equal(certificateName(''), '(empty name)')
})

t.test('remote addresses: IPv4-mapped ones are written as IPv4', (t) => {
  const rows = [
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['::1', '::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    [undefined, 'unknown'],
  ] as const
  for (const [address, written] of rows) t.equal(addressOf({ remoteAddress: address }), written)
  t.end()
})

t.test('file names in commands can be pasted', (t) => {
  t.equal(shellWord('/etc/kea/server.crt'), '/etc/kea/server.crt')
  t.equal(shellWord('/etc/kea/my $(rm) `x`.crt'), "'/etc/kea/my $(rm) `x`.crt'")
  t.equal(shellWord("it's"), "'it'\\''s'")
  t.equal(shellWord(''), "''")
  t.end()
})
