// One command to one daemon over its HTTPS listener: who is trusted before a byte is sent, and what is said otherwise.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { TlsOptions } from 'node:tls'
import t from 'tap'
import { makeAuthority, makeServer, makeTestCertificates } from '../../certs-test/authority.ts'
import { limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import { createHttpUpstream } from '../../src/forward/http/upstream.ts'
import type { Transport, UpstreamResult } from '../../src/forward/upstream.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import { loadClientCredentials } from '../../src/tls/files/client-credentials.ts'
import { TlsError } from '../../src/tls/files/diagnostics.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import { patient } from '../support/command-scope.ts'

const limits = limitsOf(upstreamLimitRows, () => null)
const asker = { client: '192.0.2.1', scope: patient }
const folder = t.testdir({})
await makeTestCertificates(folder, { everyKind: true })
const selfSigned = await makeServer(undefined)
writeFileSync(file('self-signed.crt'), selfSigned.certificate)
writeFileSync(file('self-signed.key'), selfSigned.key)

function file(name: string): string {
  return path.join(folder, name)
}

function server(name = 'server', options: TlsOptions = {}): TlsOptions {
  return { cert: readFileSync(file(`${name}.crt`)), key: readFileSync(file(`${name}.key`)), ...options }
}

interface Shown {
  readonly client?: string
  readonly serverName?: string
  readonly trustAnchor?: string
}

function upstreamTo(port: number, { client, serverName, trustAnchor = 'ca.crt' }: Shown = {}): Transport {
  const pair = client === undefined ? null : { certFile: file(`${client}.crt`), keyFile: file(`${client}.key`) }
  const written = { trustAnchor, certFile: null, keyFile: null }
  const credentials = loadClientCredentials({ trustAnchor: file(trustAnchor), pair, serverName: null, written })
  const upstream = createHttpUpstream({
    name: `https://127.0.0.1:${port}/`, address: '127.0.0.1', port, authorization: null, service: null, limits,
    tls: { credentials, serverName: serverName ?? null },
  })
  t.teardown(() => upstream.close())
  return upstream
}

async function ask(upstream: Transport): Promise<string> {
  return inWords(await upstream.send(rawJson('{ "command": "x" }'), asker))
}

function inWords(result: UpstreamResult): string {
  if (result.ok) return rawToString(result.answer)
  return `${result.offline ? 'offline' : 'not offline'}, ${result.sent ? 'sent' : 'not sent'}: ${result.reason}`
}

t.test('connections are kept, and client certificates shown', async (t) => {
  const mutual = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(file('ca.crt')) }
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = server('server', { ...mutual, maxVersion: version })
    const daemon = await FakeHttpDaemon.listen(t, replying((command) => `[ ${command} ]`), options)
    const upstream = upstreamTo(daemon.port, { client: 'client' })
    t.equal(await upstream.probe(), null)
    for (let i = 0; i < 5; i++) t.equal(await ask(upstream), '{ "command": "x" }')
    t.equal(daemon.requests.length, 5)
    t.equal(daemon.sockets.length, 2, 'one for the probe, one for all commands')
  }
})

t.test('a trusted daemon with a key on a Brainpool curve is an answer, and never the end of the process', async (t) => {
  const ca = await makeAuthority('own CA')
  writeFileSync(file('own-ca.crt'), ca.certificate)
  const { certificate: cert, key } = await makeServer(ca, { key: 'brainpoolP256r1' })
  const options = { cert, key }
  const daemon = await FakeHttpDaemon.listen(t, replying((command) => `[ ${command} ]`), options)
  const upstream = upstreamTo(daemon.port, { trustAnchor: 'own-ca.crt' })
  t.match(await ask(upstream), /not sent: /)
  t.match(await upstream.probe(), /./)
  t.equal(daemon.requests.length, 0)
})

t.test('a certificate with a common name alone is good for that name', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, replying((command) => `[ ${command} ]`), server('client-no-usage'))
  t.equal(await ask(upstreamTo(daemon.port, { serverName: 'client' })), '{ "command": "x" }')
})

t.test('a certificate that does not fit is named, and not a byte is sent', async (t) => {
  const bad: readonly (readonly [name: string, said: RegExp])[] = [
    ['server-expired', /the certificate of the daemon \(.*localhost.*\) expired on .*; renew it at the daemon$/],
    ['server-not-yet-valid', /is not valid before .*; compare the clock/],
    ['server-client-usage', /is not made for servers; have one issued with extendedKeyUsage serverAuth$/],
    ['self-signed', /is self-signed and not itself in the trust-anchor; /],
    ['client-foreign', /was not issued by a trusted CA: .*foreign CA.*; if that CA is right, name it in the trust-anchor/],
    ['client-no-usage', /is not for 127\.0\.0\.1; its names: client \(its common name\); have one issued with that address/],
  ]
  for (const [name, said] of bad) {
    const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'), server(name))
    const upstream = upstreamTo(daemon.port)
    const probed = await upstream.probe()
    t.match(probed, said, name)
    t.equal(await ask(upstream), `not offline, not sent: ${probed ?? ''}`, name)
    t.equal(daemon.bytes, 0, name)
  }
})

t.test('the certificate must be for the address or for the server-name', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'), server())
  t.equal(await ask(upstreamTo(daemon.port)), '{}', 'it names the address')
  t.equal(await ask(upstreamTo(daemon.port, { serverName: 'localhost' })), '{}')
  const other = await ask(upstreamTo(daemon.port, { serverName: 'kea.example.org' }))
  t.match(other, /^not offline, not sent: .* is not for kea\.example\.org; its names: DNS:localhost.*"server-name"/)
  t.match(await ask(upstreamTo(daemon.port, { trustAnchor: 'foreign-ca.crt' })), /^not offline, not sent: .*not issued by/)
  t.equal(daemon.requests.length, 2)
})

t.test('a daemon that does not accept our certificate says so', async (t) => {
  const mutual = { requestCert: true, rejectUnauthorized: true, ca: readFileSync(file('ca.crt')) }
  for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
    const options = server('server', { ...mutual, maxVersion: version })
    const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'), options)
    t.match(await ask(upstreamTo(daemon.port)), /^not offline, .*the daemon demands a client certificate; give this/, `${version}: none`)
    t.match(await ask(upstreamTo(daemon.port, { client: 'client-foreign' })), /the daemon refuses our certificate|End of file/, `${version}: foreign`)
    t.equal(daemon.requests.length, 0)
  }
})

t.test('plain HTTP where TLS was expected is told, and the other way round', async (t) => {
  const plain = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  plain.greet('HTTP/1.1 400 Bad Request\r\n\r\n')
  t.match(await ask(upstreamTo(plain.port)), /^not offline, not sent: what answers there does not speak TLS; write socket-type "http"/)
  const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'), server())
  const upstream = createHttpUpstream({
    name: 'x', address: '127.0.0.1', port: daemon.port, authorization: null, service: null, limits, tls: null,
  })
  t.match(await ask(upstream), /^(not offline, sent: what answers there does not speak HTTP|offline, sent: End of file)/)
  t.equal(daemon.requests.length, 0)
})

t.test('a handshake that does not end is over with the time for connecting', async (t) => {
  const silent = await FakeHttpDaemon.listen(t, () => undefined)
  const credentials = loadClientCredentials({
    trustAnchor: file('ca.crt'), pair: null, serverName: null, written: { trustAnchor: '', certFile: null, keyFile: null },
  })
  const upstream = createHttpUpstream({
    name: 'x', address: '127.0.0.1', port: silent.port, authorization: null, service: null,
    limits: { ...limits, connectTimeout: 100 }, tls: { credentials, serverName: null },
  })
  t.match(await ask(upstream), /^offline, not sent: Operation canceled: the limit of 0\.1 s for connecting/)
})

t.test('files of no use are refused with what to do', (t) => {
  const load = (trustAnchor: string, certFile: string, keyFile: string): string => {
    const pair = { certFile: file(certFile), keyFile: file(keyFile) }
    const written = { trustAnchor, certFile, keyFile }
    try {
      return loadClientCredentials({ trustAnchor: file(trustAnchor), pair, serverName: null, written }).warnings.join('\n')
    } catch (error) {
      if (error instanceof TlsError) return error.message
      throw error
    }
  }
  t.equal(load('ca.crt', 'client.crt', 'client.key'), '')
  t.match(load('ca.crt', 'client.crt', 'server.key'), /key-file .* does not belong to the certificate of cert-file/)
  t.match(load('absent', 'client.crt', 'server-encrypted.key'), /trust-anchor .*\n.*is encrypted/)
  t.match(load('ca.crt', 'server.crt', 'server.key'), /is not made for clients, so the daemon will refuse it/)
  t.match(load('client.crt', 'client.crt', 'client.key'), /trust-anchor .*holds .*, without the root above it/)
  t.end()
})
