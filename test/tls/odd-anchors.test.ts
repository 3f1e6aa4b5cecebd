// Trust anchors that are not what they are taken for: a root of X.509 version 1, an intermediate CA without its root.
// Each is named for what it is by the start, and its remedy, followed, lets clients in without a word.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import { simulateClient } from '../../src/doctor/simulate-client.ts'
import { createHttpUpstream } from '../../src/forward/http/upstream.ts'
import { loadClientCredentials } from '../../src/tls/files/client-credentials.ts'
import { skipWithout } from '../kea/installed.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

const recipe = `
leaf() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout $1.key -out $1.csr -subj "/CN=$1"
  printf "$3" >$1.ext; openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -days 2 -extfile $1.ext -out $1.crt; }
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout old.key -out old.csr -subj '/CN=old root'
openssl x509 -req -in old.csr -signkey old.key -days 2 -out old.crt
openssl req -x509 -key old.key -days 2 -subj '/CN=old root' -addext keyUsage=critical,keyCertSign \
  -set_serial 0x$(openssl x509 -in old.crt -noout -serial | cut -d= -f2) -out renewed.crt
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout root.key -subj '/CN=the root' -days 2 \
  -addext keyUsage=critical,keyCertSign -out root.crt
leaf below-old old 'basicConstraints=CA:FALSE'
leaf middle root 'basicConstraints=critical,CA:TRUE\\nkeyUsage=critical,keyCertSign'
leaf below-middle middle 'basicConstraints=CA:FALSE'
leaf server root 'subjectAltName=DNS:localhost,IP:127.0.0.1'
cat middle.crt root.crt >both.crt`

const skip = skipWithout('openssl')
const directory = temporaryDirectory(t)
const file = (name: string): string => path.join(directory, name)
if (skip === false) execFileSync('sh', ['-ec', recipe], { cwd: directory, stdio: 'ignore' })

/** What the log says of the files, and what a client is told. */
async function tried(client: string, trustAnchor: string, more: object = {}): Promise<{ log: string; said: string }> {
  const program = await startProgram(t, {
    'trust-anchor': file(trustAnchor), 'cert-file': file('server.crt'), 'key-file': file('server.key'),
    tls: { 'expiry-warning-days': 0 }, ...more,
  })
  const identity = { cert: readFileSync(file(`${client}.crt`)), key: readFileSync(file(`${client}.key`)) }
  const said = await answer({ ...identity, port: program.port, ca: readFileSync(file('root.crt')), servername: 'localhost' })
  await program.stop()
  return { log: program.output().split('\n').filter((line) => line.includes('TLS_FILE_WARNING')).join('\n'), said }
}

/** Status and text of an answer to a GET. */
function answer(options: https.RequestOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = https.get({ host: '127.0.0.1', agent: false, ...options }, (response) => {
      let text = String(response.statusCode)
      response.setEncoding('utf8').on('data', (chunk: string) => (text += ` ${chunk}`)).once('end', () => resolve(text))
    })
    request.once('error', reject)
  })
}

t.test('a self-signed root of version 1: its clients come in, and the log says so', { skip }, async (t) => {
  const { log, said } = await tried('below-old', 'old.crt')
  t.match(log, /CN=old root of trust-anchor .* is self-signed and of X\.509 version 1, so OpenSSL trusts every certificate below it/)
  t.notMatch(log, /holds no CA certificate/)
  t.match(said, /^405/)
  const mended = await tried('below-old', 'renewed.crt')
  t.equal(mended.log, '')
  t.match(mended.said, /^405/)
})

t.test('an intermediate CA alone: its root is named as the missing one', { skip }, async (t) => {
  const { log, said } = await tried('below-middle', 'middle.crt')
  t.match(log, /holds CN=middle, an intermediate CA, without the root above it, .*; add the certificate of CN=the root/)
  t.match(said, /^403 .*ends at the intermediate CA CN=middle; its root is not trusted: CN=the root; add the certificate of that root/s)
  const mended = await tried('below-middle', 'both.crt')
  t.equal(mended.log, '')
  t.match(mended.said, /^405/)
})

t.test('where no client is asked for a certificate, nothing is said of it', { skip }, async (t) => {
  for (const anchor of ['middle.crt', 'old.crt']) {
    t.equal((await tried('server', anchor, { 'cert-required': false })).log, '')
  }
})

t.test('for daemons with https sockets the start says the same', { skip }, async (t) => {
  const written = { trustAnchor: 'middle.crt', certFile: null, keyFile: null }
  const { warnings } = loadClientCredentials({ trustAnchor: file('middle.crt'), pair: null, serverName: null, written })
  t.match(warnings, [/holds CN=middle, an intermediate CA, without the root above it/])
})

t.test('a daemon below an intermediate CA alone: its root is named as the missing one', { skip }, async (t) => {
  const shown = readFileSync(file('below-middle.crt'), 'utf8')
  const key = readFileSync(file('below-middle.key'))
  for (const cert of [shown, shown + readFileSync(file('middle.crt'), 'utf8')]) {
    const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'), { cert, key })
    const said = await probed(t, daemon.port, 'middle.crt')
    t.match(said, /^the chain of the certificate of the daemon \(CN=below-middle\) ends at the intermediate CA CN=middle; /)
    t.match(said, /; its root is not trusted: CN=the root; add the certificate of that root to the trust-anchor of this/)
    t.match(await probed(t, daemon.port, 'both.crt'), /is not for 127\.0\.0\.1/, 'the remedy, followed')
    const url = new URL(`https://127.0.0.1:${daemon.port}/`)
    const visit = await simulateClient({ pair: null, ca: file('middle.crt'), url })
    t.match(visit.find(({ what }) => what === 'server certificate'), {
      level: 'error', text: /its chain ends at the intermediate CA CN=middle$/, remedy: /certificate of the root CN=the root with --ca$/,
    })
  }
})

/** What a control socket with this trust anchor says of a daemon. */
async function probed(t: Test, port: number, trustAnchor: string): Promise<string | null> {
  const written = { trustAnchor, certFile: null, keyFile: null }
  const credentials = loadClientCredentials({ trustAnchor: file(trustAnchor), pair: null, serverName: null, written })
  const upstream = createHttpUpstream({
    name: 'x', address: '127.0.0.1', port, authorization: null, service: null,
    limits: limitsOf(upstreamLimitRows, () => null), tls: { credentials, serverName: null },
  })
  t.teardown(() => upstream.close())
  return upstream.probe()
}
