// What the start of an agent does not mind and its clients do, and what a client hears from a door that is none.

import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeServer } from '../../certs-test/authority.ts'
import { explainAnswer } from '../../src/doctor/answer.ts'
import { examineCertificates } from '../../src/doctor/certificates.ts'
import { simulateClient } from '../../src/doctor/simulate-client.ts'
import { examineConfiguration } from '../../src/doctor/configuration.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { explainServer } from '../../src/doctor/handshake.ts'
import { examineMachine } from '../../src/doctor/environment.ts'
import { FakeHttpDaemon, replying, sending } from '../support/fake-http-daemon.ts'
import type { HttpScript } from '../support/fake-http-daemon.ts'
import { prepare, write } from '../support/situation-server.ts'
import type { Setting } from '../tls/situations.ts'
import { scratchDirectory } from '../support/tls-server.ts'

const ca = await makeAuthority('one CA')
const again = await makeAuthority('one CA')
const other = await makeAuthority('other CA')
const server = await makeServer(ca)

/** Every line about the certificates of a setting, in a folder called DIR. */
function examined(t: Test, setting: Setting): string {
  const directory = scratchDirectory(t)
  write(directory, { 'ca.crt': ca.certificate, 'server.crt': server.certificate, 'server.key': server.key })
  const file = path.join(directory, 'keagate.conf')
  writeFileSync(file, prepare(directory, setting))
  const { loaded } = examineConfiguration(file, {})
  return (loaded === null ? [] : examineCertificates(loaded)).map(sentence).join('\n').replaceAll(directory, 'DIR')
}

const sentence = ({ level, what, text, remedy }: Finding): string => `${level} ${what}: ${text}; ${remedy ?? ''}`

t.test('a CA that was added to a trust directory without a hash link does not count', async (t) => {
  const files = { 'cas/one.pem': ca.certificate, 'cas/other.pem': other.certificate }
  const config = { 'trust-anchor': 'DIR/cas' }
  t.notMatch(examined(t, { files, config }), /hash link/, 'without any link, all of them count')
  const half = examined(t, { files: { ...files, 'cas/01234567.0': '->one.pem' }, config })
  t.match(half, /^warning TLS: DIR\/cas\/other\.pem \(.*CN=other CA\) does not count, .*; renew the links with: openssl rehash DIR\/cas$/m)
  t.notMatch(half, /one\.pem .*does not count/)
  const both = { ...files, 'cas/01234567.0': '->one.pem', 'cas/76543210.0': '->other.pem' }
  t.notMatch(examined(t, { files: both, config }), /^(warning|error)/m)
})

t.test('the chain of the server must end in the trust anchor by its signature, not by a name alone', async (t) => {
  t.notMatch(examined(t, {}), /^(warning|error)/m)
  const remade = await makeServer(again)
  t.match(
    examined(t, { files: { 'server.crt': remade.certificate, 'server.key': remade.key } }),
    /^warning cert-file: the chain in DIR\/server\.crt ends below (another )?.*CN=one CA/m,
  )
  const below = await makeServer(await makeAuthority('intermediate CA', ca))
  const together = { 'server.crt': `${below.key}${below.certificate}`, 'server.key': below.key }
  t.match(examined(t, { files: together }), /^warning cert-file: .*ends below .*CN=intermediate CA/m, 'the key in the same file')
})

t.test('a name that the certificate of the server does not have', async (t) => {
  const certificate = new X509Certificate(server.certificate)
  t.match(explainServer(certificate, 'kea.example', 'ERR_TLS_CERT_ALTNAME_INVALID', certificate), {
    level: 'error', text: /is not for kea\.example; its names: DNS:localhost/, remedy: /^use one of these in the URL/,
  })
  t.match(explainServer(certificate, 'localhost', null, certificate), { level: 'ok' })
})

t.test('the library beneath is named with what it can do', async (t) => {
  const library = examineMachine({}).find(({ what }) => what === 'TLS library')
  t.match(library?.text, /^OpenSSL \d.*; TLS 1\.2 and 1\.3, groups .*X25519.*; at least RSA 2048, EC 256, SHA-256; FIPS o/)
})

t.test('a clock that has lost its time', async (t) => {
  t.match(examineMachine({}, 0).find(({ what }) => what === 'clock'), { level: 'error', text: /^1970-/ })
})

t.test('as a client: what the answer means', async (t) => {
  for (const [status, body, expected] of [
    [200, '[ { "result": 0, "arguments": [ "a", "b" ] } ]', /^ok answer: 200; list-commands names 2 commands/],
    [200, '[ { "result": 1, "text": "no" } ]', /^warning answer: 200, but list-commands failed: no/],
    [200, '<html>Welcome</html>', /^error answer: 200, but what answers there is no Kea agent/],
    [200, '[ 7 ]', /no Kea agent/],
    [401, '', /^warning answer: 401: the agent asks for a user and a password; give/],
    [403, '{ "result": 403, "text": "revoked" }', /^error answer: 403: revoked/],
    [404, '', /^error answer: 404: no answer of a Kea agent; see whether the port/],
  ] as const) t.match(sentence(explainAnswer(status, body)), expected)
})

t.test('as a client: a host without an address, and a user in the URL', async (t) => {
  const task = { pair: null, ca: null }
  const nowhere = await simulateClient({ ...task, url: new URL('http://keagate.invalid/') })
  t.match(nowhere.map(sentence).join('\n'), /^error name: keagate\.invalid has no address that can be found: .*; see what this/)
  const daemon = await FakeHttpDaemon.listen(t, replying('[ { "result": 0, "arguments": [ "a" ] } ]'))
  const found = await simulateClient({ ...task, url: new URL(`http://admin:p%40ss@127.0.0.1:${daemon.port}/`) })
  t.match(found.at(-1), { level: 'ok', what: 'answer' })
  t.match(daemon.requests[0]?.head.join('\n'), new RegExp(`Basic ${Buffer.from('admin:p@ss').toString('base64')}`))
})

t.test('as a client: what answers with no JSON is no agent, and the doctor goes on to the end', async (t) => {
  const told = async (script: HttpScript): Promise<string> => {
    const { port } = await FakeHttpDaemon.listen(t, script)
    const findings = await simulateClient({ pair: null, ca: null, url: new URL(`http://127.0.0.1:${port}/`) })
    return findings.slice(-1).map(sentence).join('')
  }
  const page = /^error answer: 200, but what answers there is no Kea agent; see whether host and port in the URL are/
  for (const body of ['<html>Welcome</html>', '', '[ { "result": 0, "arguments": [ "a"', '{ "result": NaN }', '\ufeff[]']) {
    t.match(await told(replying(body)), page, body)
  }
  t.match(await told(sending('SSH-2.0-OpenSSH_9.2\r\n')), /^error answer: /, 'no HTTP either')
  t.match(await told(sending('')), /^error answer: /, 'nothing at all')
})
