// Who comes through the TLS door: every kind of client, both versions of TLS, all three ways to ask for a certificate.

import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import t from 'tap'
import { makeAuthority, makeClient, makeServer, makeTestCertificates } from '../../certs-test/authority.ts'
import { makeIdentity } from '../../certs-test/certificate.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import { clientIdentity, openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
await makeTestCertificates(directory, { everyKind: true })

const versions = ['1.2', '1.3'] as const

/** What a server that requires certificates makes of each client: null is welcome. */
const clients: readonly (readonly [name: string | null, refusal: RegExp | null])[] = [
  [null, /^no client certificate was sent$/],
  ['client', null],
  ['client-foreign', /^the client certificate was not issued by a trusted CA: O=keagate test, CN=foreign CA$/],
  ['client-expired', /^the client certificate expired on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/],
  ['client-not-yet-valid', /^the client certificate is not valid before \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/],
  ['client-self-signed', /^the client certificate is self-signed and not issued by a trusted CA: O=.*, CN=client$/],
  ['client-server-usage', /^wrong key usage: the client certificate is made for servers \(serverAuth\), not for/],
  ['client-no-usage', null],
  ['client-leaf-only', /^the client certificate was not issued by a trusted CA: .*CN=keagate test intermediate CA$/],
  ['client-chain', null],
  ['client-rsa-1024', /^the client certificate has an RSA key of 1024 bits where at least 2048 are needed$/],
  ['client-sha1', /^the client certificate is signed with SHA-1, which can be forged$/],
]

for (const version of versions) {
  t.test(`certificates required, TLS ${version}: each client is welcome or told why not`, async (t) => {
    const door = await openTlsDoor(t, tlsConfig(directory, { minVersion: version, maxVersion: version }))
    for (const [name, refusal] of clients) {
      const label = name ?? 'no certificate'
      const seen = await visit(door.port, name === null ? {} : clientIdentity(directory, name))
      const verdict = await door.next()
      t.equal(seen.protocol, `TLSv${version}`, `${label}: version`)
      t.equal(seen.error, null, `${label}: the client sees no error`)
      t.equal(seen.said, refusal === null ? 'connected' : 'refused', `${label}: the client is told`)
      if (verdict.kind === 'refused') {
        t.match(verdict.diagnosis.reason, refusal ?? /never/, `${label}: reason`)
        t.match(verdict.diagnosis.remedy, /\w{3}/, `${label}: remedy`)
        t.equal(verdict.certificate === undefined, name === null, `${label}: certificate`)
      } else if (verdict.kind === 'connected') {
        t.equal(refusal, null, label)
        t.match(verdict.peer?.subject, /^O=keagate test, CN=client$/, `${label}: subject`)
      } else t.fail(`${label}: ${verdict.diagnosis.reason}`)
    }
  })

  t.test(`certificates not required, TLS ${version}: none is asked for, so none can be bad`, async (t) => {
    const overrides = { certRequired: false, minVersion: version, maxVersion: version }
    const door = await openTlsDoor(t, tlsConfig(directory, overrides))
    for (const [name] of clients) {
      const seen = await visit(door.port, name === null ? {} : clientIdentity(directory, name))
      t.equal(seen.said, 'connected', name ?? 'no certificate')
      t.match(await door.next(), { kind: 'connected', peer: null })
    }
  })

  t.test(`verified if given, TLS ${version}: none is fine, a bad one is not`, async (t) => {
    const config: Partial<TlsConfig> = {
      certRequired: false,
      clientCertificate: 'verify-if-given',
      minVersion: version,
      maxVersion: version,
    }
    const door = await openTlsDoor(t, tlsConfig(directory, config))
    for (const [name, refusal] of clients) {
      const seen = await visit(door.port, name === null ? {} : clientIdentity(directory, name))
      const welcome = name === null || refusal === null
      t.equal(seen.said, welcome ? 'connected' : 'refused', name ?? 'no certificate')
      const verdict = await door.next()
      if (verdict.kind === 'connected') t.equal(verdict.peer === null, name === null)
    }
  })
}

t.test('a client is refused too when its CA certificate has expired', async (t) => {
  const own = scratchDirectory(t)
  const dates = { notBefore: new Date(Date.now() - 5000), notAfter: new Date(Date.now() - 1000) }
  const expired = await makeIdentity({ commonName: 'old CA', ca: true, ...dates })
  const server = await makeServer(await makeAuthority('another'))
  const client = await makeClient(expired)
  writeFileSync(path.join(own, 'ca.crt'), expired.certificate)
  writeFileSync(path.join(own, 'server.crt'), server.certificate)
  writeFileSync(path.join(own, 'server.key'), server.key, { mode: 0o600 })
  const door = await openTlsDoor(t, tlsConfig(own))
  await visit(door.port, { cert: client.certificate, key: client.key })
  t.match(await door.next(), { kind: 'refused', diagnosis: { reason: /a CA certificate above .* has expired/ } })
})

t.test('the highest common version is used, and either version can be forced', async (t) => {
  const client = clientIdentity(directory, 'client')
  const both = await openTlsDoor(t, tlsConfig(directory))
  t.equal((await visit(both.port, client)).protocol, 'TLSv1.3')
  t.equal((await visit(both.port, { ...client, maxVersion: 'TLSv1.2' })).protocol, 'TLSv1.2')
  const only12 = await openTlsDoor(t, tlsConfig(directory, { maxVersion: '1.2' }))
  t.equal((await visit(only12.port, client)).protocol, 'TLSv1.2')
  const only13 = await openTlsDoor(t, tlsConfig(directory, { minVersion: '1.3' }))
  t.equal((await visit(only13.port, client)).protocol, 'TLSv1.3')
})

t.test('defaults: forward secrecy and AEAD, the server chooses, the best group the library has', async (t) => {
  const door = await openTlsDoor(t, tlsConfig(directory, { certRequired: false }), { silent: true })
  const cipherOf = async (options: tls.ConnectionOptions): Promise<string> => {
    const socket = tls.connect({ port: door.port, host: '127.0.0.1', rejectUnauthorized: false, ...options })
    await new Promise((resolve) => socket.once('secureConnect', resolve))
    const { name } = socket.getCipher()
    socket.destroy()
    return name
  }
  const backwards = 'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384'
  t.equal(await cipherOf({ maxVersion: 'TLSv1.2', ciphers: backwards }), 'ECDHE-ECDSA-AES256-GCM-SHA384')
  const suites = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384'
  t.equal(await cipherOf({ minVersion: 'TLSv1.3', ciphers: suites }), 'TLS_AES_256_GCM_SHA384')
  for (const weak of ['ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256']) {
    const seen = await visit(door.port, { maxVersion: 'TLSv1.2', ciphers: `${weak}:@SECLEVEL=0` })
    t.equal(seen.protocol, null, weak)
  }
  const said = await openTlsDoor(t, tlsConfig(directory, { certRequired: false }))
  for (const [ecdhCurve, group] of [['X25519', 'X25519'], ['P-256', 'prime256v1'], ['P-384', 'secp384r1']] as const) {
    t.equal((await visit(said.port, { ecdhCurve })).group, group)
  }
})

const hybrid = 'X25519MLKEM768'

/** Why a group cannot be tried, or false. */
function lacks(ecdhCurve: string): string | false {
  try {
    tls.createSecureContext({ ecdhCurve })
    return false
  } catch {
    return `OpenSSL ${process.versions.openssl} does not have ${ecdhCurve}`
  }
}

t.test('the hybrid post-quantum group is on offer where the library has it', { skip: lacks(hybrid) }, async (t) => {
  const door = await openTlsDoor(t, tlsConfig(directory, { certRequired: false }))
  t.match(await visit(door.port, { ecdhCurve: hybrid }), { protocol: 'TLSv1.3', said: 'connected' })
})

t.test('configured ciphers and groups are the ones used', async (t) => {
  const ciphers = 'ECDHE-ECDSA-CHACHA20-POLY1305'
  const door = await openTlsDoor(t, tlsConfig(directory, { certRequired: false, ciphers, groups: 'P-384' }))
  const seen = await visit(door.port, { maxVersion: 'TLSv1.2' })
  t.match(seen, { protocol: 'TLSv1.2', group: 'secp384r1', said: 'connected' })
  t.equal((await visit(door.port, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' })).protocol, null)
  t.equal((await visit(door.port)).protocol, 'TLSv1.3', 'a list without suites for TLS 1.3 leaves them as they are')
})

t.test('ALPN: HTTP/1.1 for all who know it, and no client is lost for a name nobody knows', async (t) => {
  const door = await openTlsDoor(t, tlsConfig(directory, { certRequired: false }))
  const rows = [
    [['http/1.1'], 'http/1.1'],
    [['h2', 'http/1.1'], 'http/1.1'],
    [['http/1.0', 'http/1.1'], 'http/1.1'],
    [['http/1.0'], 'http/1.0'],
    [['kea'], 'kea'],
    [['h2', 'kea'], 'kea'],
  ] as const
  for (const [offer, choice] of rows) {
    t.match(await visit(door.port, { ALPNProtocols: [...offer] }), { alpn: choice, said: 'connected' }, offer.join())
    await door.next()
  }
  t.match(await visit(door.port), { alpn: false, said: 'connected' })
  await door.next()
  t.equal((await visit(door.port, { ALPNProtocols: ['h2'] })).protocol, null)
  t.match(await door.next(), { kind: 'failed', diagnosis: { reason: /nothing but HTTP\/2/ } })
})

t.test('a client that ends its half after the handshake can still be answered', async (t) => {
  const door = await openTlsDoor(t, tlsConfig(directory, { certRequired: false }), { silent: true })
  const tcp = net.connect({ port: door.port, host: '127.0.0.1', allowHalfOpen: true })
  const client = tls.connect({ socket: tcp, rejectUnauthorized: false })
  let said = ''
  client.setEncoding('utf8').on('data', (text: string) => (said += text))
  client.end('request')
  const verdict = await door.next()
  if (verdict.kind !== 'connected') return t.fail(verdict.kind)
  let heard = ''
  verdict.socket.setEncoding('utf8').on('data', (text: string) => (heard += text))
  await new Promise((resolve) => verdict.socket.once('end', resolve))
  verdict.socket.end('answer')
  await new Promise((resolve) => client.once('close', resolve))
  t.equal(heard, 'request')
  t.equal(said, 'answer')
})

t.test('a client cannot renegotiate', async (t) => {
  const door = await openTlsDoor(t, tlsConfig(directory, { maxVersion: '1.2' }), { silent: true })
  const client = tls.connect({
    port: door.port,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    ...clientIdentity(directory, 'client'),
  })
  await new Promise((resolve) => client.once('secureConnect', resolve))
  const outcome = await new Promise((resolve) => {
    client.once('error', (error: NodeJS.ErrnoException) => resolve(error.code))
    client.renegotiate({}, (error) => resolve(error === null ? 'renegotiated' : error))
  })
  t.match(outcome, /NO_RENEGOTIATION|HANDSHAKE_FAILURE/)
  client.destroy()
})

t.test('chains, RSA and Ed25519 keys, and keys in every PEM form serve', async (t) => {
  const ca = readFileSync(path.join(directory, 'ca.crt'))
  const pairs = [
    ['server-chain.crt', 'server-chain.key'],
    ['server-rsa.crt', 'server-rsa.key'],
    ['server-rsa.crt', 'server-rsa-pkcs1.key'],
    ['server-ed25519.crt', 'server-ed25519.key'],
    ['server.crt', 'server-sec1.key'],
  ]
  for (const [certFile = '', keyFile = ''] of pairs) {
    const files = { certFile: path.join(directory, certFile), keyFile: path.join(directory, keyFile) }
    const door = await openTlsDoor(t, tlsConfig(directory, { ...files, certRequired: false }))
    const seen = await visit(door.port, { ca, rejectUnauthorized: true })
    t.match(seen, { said: 'connected', error: null }, `${certFile} with ${keyFile}`)
  }
})
