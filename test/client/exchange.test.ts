// One command over plain HTTP, TLS, mutual TLS and a daemon's UNIX socket, and everything that keeps it from an answer.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import path from 'node:path'
import t from 'tap'
import type { Door, Exchange, ExchangeOptions } from '../../src/client/exchange.ts'
import { ClientError, exchange } from '../../src/client/exchange.ts'
import { refusal } from '../../src/client/refusal.ts'
import { makeCertificates } from '../kea/certificates.ts'
import type { Certificates } from '../kea/certificates.ts'
import { openDoor, password, user } from '../kea/door.ts'
import type { Way } from '../kea/door.ts'
import type { Owner } from '../support/child.ts'
import type { Script } from '../support/fake-daemon.ts'
import { answering, FakeDaemon, splitting } from '../support/fake-daemon.ts'
import { freePort, temporaryDirectory } from '../support/program.ts'

const command = Buffer.from('{ "command": "list-commands" }')

const certificates = await makeCertificates(t, true)
const ca = readFileSync(certificates.ca)
const pair = ({ client }: Certificates): { cert: Buffer; key: Buffer } => {
  return { cert: readFileSync(client.cert), key: readFileSync(client.key) }
}

/** A free loopback port. */
function listening(server: net.Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as net.AddressInfo).port))
  })
}

async function daemon(owner: Owner, script: Script): Promise<string> {
  const listening = await FakeDaemon.listen(script)
  owner.teardown(() => listening.close())
  return listening.path
}

/** A door that would be taken. */
async function doorOf(owner: Owner, way: Way): Promise<Door> {
  const { url } = await openDoor(owner, way, certificates)
  return {
    target: { url: new URL(url) },
    timeoutMs: 20_000,
    ...(way.tls === 'off' ? {} : { tls: { ca, ...(way.tls === 'mutual' ? pair(certificates) : {}) } }),
    ...(way.basic ? { authorization: { user, password } } : {}),
  }
}

/** What kept the command from an answer. */
async function failure(door: Door, options: ExchangeOptions = {}): Promise<ClientError> {
  let got: Exchange
  try {
    got = await exchange(door, command, options)
  } catch (error) {
    if (error instanceof ClientError) return error
    throw error
  }
  const refused = refusal(got)
  if (refused === null) throw new Error(`answered: ${got.body.toString()}`)
  return refused
}

t.test('plain HTTP, and with a password', async (t) => {
  const door = await doorOf(t, { tls: 'off', basic: true })
  const { status, body } = await exchange(door, command)
  t.equal(status, 200)
  t.match(JSON.parse(body.toString()), [{ result: 0 }])
  const refused = await failure({ target: door.target, timeoutMs: 20_000 })
  t.match(refused, { kind: 'http', message: /401: the agent asks for a user and a password/ })
  const wrong = await failure({ ...door, authorization: { user, password: 'not-it' } })
  t.notMatch(`${wrong.message} ${wrong.remedy}`, /not-it/)
  const asTls = await failure({ ...door, target: { url: new URL(String('url' in door.target ? door.target.url : '').replace('http:', 'https:')) } })
  t.match(asTls, { kind: 'tls' })
})

t.test('mutual TLS, and what the doctor says of a client that is not let in', async (t) => {
  const door = await doorOf(t, { tls: 'mutual', basic: false })
  t.equal((await exchange(door, command)).status, 200)
  t.match(await failure({ ...door, tls: { ca } }), { kind: 'http', message: /403: .*no client certificate was sent/ })
  const expired = (name: string): Buffer => readFileSync(path.join(certificates.directory, name))
  const other = { ca, cert: expired('client-expired.crt'), key: expired('client-expired.key') }
  t.match(await failure({ ...door, tls: other }), { kind: 'http', message: /403: .*expired on/ })
  t.match(await failure({ ...door, tls: pair(certificates) }), { kind: 'tls', remedy: /--ca/ }, 'an authority that is not known')
  const servername = 'elsewhere.example'
  t.match(await failure({ ...door, tls: { ca, ...pair(certificates), servername } }), { kind: 'tls', message: /is not for elsewhere/ })
  const broken = await failure({ ...door, tls: { ca, cert: 'no PEM', key: 'a secret key' } })
  t.match(broken, { kind: 'tls' })
  t.notMatch(broken.message, /secret/)
})

t.test('a server that ends the connection with an alert, as kea-ctrl-agent does', async (t) => {
  const { server: own } = certificates
  const files = { ca, cert: readFileSync(own.cert), key: readFileSync(own.key) }
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const server = https.createServer({ ...files, maxVersion, requestCert: true, rejectUnauthorized: true })
    t.teardown(() => server.close())
    const target = { url: new URL(`https://127.0.0.1:${await listening(server)}/`) }
    t.match(await failure({ target, tls: { ca }, timeoutMs: 5000 }), { kind: 'tls', remedy: /trust anchor|log of the agent/ }, maxVersion)
  }
})

t.test('a password is not sent to a server that is not trusted', async (t) => {
  let heard = ''
  const listener = net.createServer((socket) => socket.on('data', (bytes) => (heard += bytes.toString('latin1'))).on('error', () => undefined))
  const port = await listening(listener)
  t.teardown(() => listener.close())
  const target = { url: new URL(`https://127.0.0.1:${port}/`) }
  const given = { user: 'operator', password: 'hunter2' }
  t.match(await failure({ target, timeoutMs: 300, authorization: given }), { kind: 'timeout' })
  t.notMatch(heard, Buffer.from('operator:hunter2').toString('base64'))
})

t.test('a UNIX socket: the answer in pieces, none, half of one', async (t) => {
  const text = '{ "result": 0, "text": "caf\u00e9" }'
  const whole = await daemon(t, splitting(text, [5]))
  t.same(await exchange({ target: { socketPath: whole }, timeoutMs: 5000 }, command), {
    status: null, headers: {}, body: Buffer.from(text),
  })
  const silent = await daemon(t, (connection) => connection.end())
  t.match(await failure({ target: { socketPath: silent }, timeoutMs: 5000 }), { kind: 'closed', message: /without an answer/ })
  const half = await daemon(t, async (connection) => {
    await connection.write('{ "result": ')
    connection.end()
  })
  t.match(await failure({ target: { socketPath: half }, timeoutMs: 5000 }), { kind: 'closed', message: /in the middle/ })
  const odd = await daemon(t, answering('{ "result": 0, "arguments": 1e+06.0 }'))
  const got = await exchange({ target: { socketPath: odd }, timeoutMs: 5000 }, command)
  t.equal(got.body.toString(), '{ "result": 0, "arguments": 1e+06.0 }', 'not read, only handed on')
  const nowhere = path.join(temporaryDirectory(t), 'socket')
  t.match(await failure({ target: { socketPath: nowhere }, timeoutMs: 5000 }), { kind: 'connect', message: /ENOENT/, remedy: /socket-name/ })
})

t.test('nobody there, no such name, no answer, no HTTP, a signal', async (t) => {
  const url = new URL(`http://127.0.0.1:${await freePort()}/`)
  t.match(await failure({ target: { url }, timeoutMs: 5000 }), { kind: 'connect', message: /ECONNREFUSED/ })
  t.match(await failure({ target: { url: new URL('http://absent.invalid:8000/') }, timeoutMs: 20_000 }), { kind: 'resolve' })
  const hung = await daemon(t, (connection) => connection.read())
  const door = { target: { socketPath: hung }, timeoutMs: 100 }
  t.match(await failure(door), { kind: 'timeout', message: /within 0.1 s/ })
  const controller = new AbortController()
  setImmediate(() => controller.abort())
  t.match(await failure({ ...door, timeoutMs: 20_000 }, { signal: controller.signal }), { kind: 'aborted' })
  const odd = net.createServer((socket) => socket.end('220 mail.example ESMTP\r\n'))
  t.teardown(() => odd.close())
  const port = await listening(odd)
  t.match(await failure({ target: { url: new URL(`http://127.0.0.1:${port}/`) }, timeoutMs: 5000 }), { kind: 'http' })
})

t.test('an answer piece by piece, of a refusal the whole', async (t) => {
  let status = 200
  const server = http.createServer((_request, response) => {
    response.writeHead(status)
    response.write('[ 1,')
    response.end('2 ]')
  })
  t.teardown(() => server.close())
  const port = await listening(server)
  const door = { target: { url: new URL(`http://127.0.0.1:${port}/`) }, timeoutMs: 5000 }
  let text = ''
  const onChunk = (chunk: Buffer): void => void (text += chunk.toString())
  t.equal((await exchange(door, command, { onChunk })).body.length, 0)
  t.equal(text, '[ 1,2 ]')
  status = 503
  t.equal((await exchange(door, command, { onChunk })).body.toString(), '[ 1,2 ]')
  t.equal(text, '[ 1,2 ]')
})
