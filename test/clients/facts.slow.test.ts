// What deployed clients rely on, one promise each: framing, headers, the shape of lists, connections that stay usable.

import { setTimeout as pause } from 'node:timers/promises'
import t from 'tap'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { makeCertificates } from '../kea/certificates.ts'
import { openDoor, password, user } from '../kea/door.ts'
import { post } from '../kea/post.ts'
import { answerToClient, command, daemonAnswer } from './doors.ts'
import { connectRaw, rawRequest } from './raw.ts'

const certificates = await makeCertificates(t)
const daemon = await FakeDaemon.listen(answering((text) => (text.includes('nonsense') ? 'oops' : daemonAnswer)))
const d2 = await FakeDaemon.listen(answering('{ "result": 0, "text": "d2" }'))
t.teardown(() => Promise.all([daemon.close(), d2.close()]))
const sockets = { dhcp4: daemon.path, d2: d2.path, dhcp6: '/nonexistent/socket' }
const plain = await openDoor(t, { tls: 'off', basic: false }, certificates, { sockets })
const mutual = await openDoor(t, { tls: 'mutual', basic: true }, certificates, { sockets })
const authorization = `Authorization: Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
const json = 'Content-Type: application/json'

// Idle from now on; what becomes of it is asked at the end of this file.
const idleSince = Date.now()
const idle = await connectRaw(t, plain)
idle.send(rawRequest(['POST / HTTP/1.1', 'Host: a', json], command))
await idle.reply()

t.test('the HA hook: persistent, Host without port, credentials, strict about every reply', async (t) => {
  const client = await connectRaw(t, mutual)
  const request = rawRequest(['POST / HTTP/1.1', 'Host: 127.0.0.1', authorization, json], command)
  for (let turn = 0; turn < 3; turn++) {
    client.send(request)
    const reply = await client.reply()
    t.equal(reply.status, 200)
    t.equal(reply.body, answerToClient)
  }
})

t.test('kea-netconf: HTTP/1.1 without a Host header', async (t) => {
  for (const service of ['["dhcp4"]', '["dhcp6"]', '[]']) {
    const client = await connectRaw(t, plain)
    client.send(rawRequest(['POST / HTTP/1.1', json], `{ "command": "config-get", "service": ${service} }`))
    t.equal((await client.reply()).status, 200, service)
  }
})

t.test("Stork's agent: Go's client, TLS 1.3 only, several services at once, then one by one", async (t) => {
  const client = await connectRaw(t, mutual, { minVersion: 'TLSv1.3' })
  const head = ['POST / HTTP/1.1', `Host: 127.0.0.1:${mutual.port}`, 'User-Agent: Go-http-client/1.1']
  const ask = async (body: string): Promise<{ result: number; text?: string }[]> => {
    client.send(rawRequest([...head, authorization, json, 'Accept-Encoding: gzip'], body))
    const reply = await client.reply()
    t.equal(reply.status, 200)
    t.equal(reply.headers.get('content-encoding'), undefined)
    return JSON.parse(reply.body) as { result: number }[]
  }
  const answers = await ask('{"command":"statistic-get-all","service":["dhcp4","dhcp6","d2"],"arguments":{}}')
  t.same(answers.map((each) => each.result), [0, 1, 0], 'in service order')
  t.match(answers[1]?.text, /server is likely to be offline/, 'the marker it reads for a daemon that is down')
  t.match(await ask('{"command":"version-get"}'), [{ result: 0 }])
  t.match(await ask('{"command":"reservation-get-page","service":["d2"]}'), [{ text: 'd2' }])
})

t.test('every answer has a Content-Length and the plain content type, whatever its status', async (t) => {
  const requests: Readonly<Record<number, string>> = {
    200: rawRequest(['POST / HTTP/1.1', 'Host: a', json], command),
    400: rawRequest(['POST / HTTP/1.1', 'Host: a', json], '{'),
    405: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    415: rawRequest(['POST / HTTP/1.1', 'Host: a', 'Content-Type: text/plain'], command),
  }
  for (const [status, request] of Object.entries(requests)) {
    const client = await connectRaw(t, plain)
    client.send(request)
    const reply = await client.reply()
    t.equal(reply.status, Number(status))
    t.equal(reply.headers.get('content-type'), 'application/json')
    t.match(JSON.parse(reply.body), status === '200' ? [{ result: 0 }] : { result: Number(status), text: String })
  }
})

t.test('HTTP/1.0 is answered and closed, or kept open when asked', async (t) => {
  const closing = await connectRaw(t, plain)
  closing.send(rawRequest(['POST / HTTP/1.0', json], command))
  t.equal((await closing.reply()).body, answerToClient)
  await closing.closed
  const kept = await connectRaw(t, plain)
  for (let turn = 0; turn < 2; turn++) {
    kept.send(rawRequest(['POST / HTTP/1.0', 'Connection: keep-alive', json], command))
    t.equal((await kept.reply()).body, answerToClient)
  }
})

t.test('lower-case header names, offers of h2c and ALPN with h2 first are served in HTTP/1.1', async (t) => {
  const lower = await connectRaw(t, plain)
  lower.send(rawRequest(['POST / HTTP/1.1', 'host: a', json.toLowerCase()], command))
  t.equal((await lower.reply()).body, answerToClient)

  const h2c = await connectRaw(t, plain)
  const offer = ['Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAA']
  for (let turn = 0; turn < 2; turn++) {
    h2c.send(rawRequest(['POST / HTTP/1.1', 'Host: a', ...offer, json], command))
    t.equal((await h2c.reply()).body, answerToClient)
  }

  const alpn = await connectRaw(t, mutual, { ALPNProtocols: ['h2', 'http/1.1'] })
  t.not(alpn.protocol, 'h2')
  alpn.send(rawRequest(['POST / HTTP/1.1', 'Host: a', authorization, json], command))
  t.equal((await alpn.reply()).body, answerToClient)
})

t.test('one list entry for each service in the order asked; a daemon failing is an entry, not a status', async (t) => {
  const reply = await post(plain, '{"command":"nonsense","service":["d2","dhcp6","nosuch","dhcp4","d2"]}')
  t.equal(reply.status, 200)
  const list = JSON.parse(reply.body.toString()) as { result: number; text: string }[]
  t.same(list.map((each) => each.result), [0, 1, 1, 1, 0])
  t.match(list[1]?.text, /dhcp6.*No such file or directory.*server is likely to be offline$/)
  t.match(list[2]?.text, /nosuch/)
  t.notMatch(list[3]?.text, /offline/, 'a daemon that speaks nonsense is not offline')
})

t.test('exporters: the agent answers by itself without a service, with what they index by', async (t) => {
  for (const service of ['', ',"service":[]']) {
    const reply = await post(plain, `{"command":"config-get"${service}}`)
    const [answer] = JSON.parse(reply.body.toString()) as [{ arguments: { 'Control-agent': Record<string, object> } }]
    const agent = answer.arguments['Control-agent']
    t.same(Object.keys(agent['control-sockets'] ?? {}), Object.keys(sockets), 'the sockets in the order configured')
    t.same(agent['hooks-libraries'], [], 'hooks-libraries even when there are none')
  }
})

t.test('clients made for a daemon of its own send no service: the path names it', async (t) => {
  const own = '{"command":"config-get","arguments":{}}'
  for (const path of ['/dhcp4', '/dhcp4/', '/dhcp4?x=1']) {
    t.equal((await post(plain, own, path)).body.toString(), answerToClient, path)
    t.equal((await post(mutual, own, path)).body.toString(), answerToClient, `${path} in mutual TLS`)
  }
  const empty = '{"command":"config-get","service":[]}'
  t.equal((await post(plain, empty, '/dhcp4')).body.toString(), answerToClient, 'an empty service is none')
  t.match((await post(plain, own)).body.toString(), /"Control-agent"/, 'without a path the agent answers')
  t.match((await post(plain, own, '/nosuch')).body.toString(), /"Control-agent"/, 'another path is ignored')
})

t.test('old clients with a service work on any path', async (t) => {
  for (const path of ['/', '/kea/', '/d2', '/a/b/c?d=e']) {
    t.equal((await post(plain, command, path)).body.toString(), answerToClient, path)
  }
})

t.test('401 carries the challenge and leaves the connection usable', async (t) => {
  const client = await connectRaw(t, mutual)
  const wrong = 'Authorization: Basic d3Jvbmc6d3Jvbmc='
  for (const credentials of [[], [wrong], ['Authorization: Bearer x']]) {
    client.send(rawRequest(['POST / HTTP/1.1', 'Host: a', ...credentials, json], command))
    const reply = await client.reply()
    t.equal(reply.status, 401)
    t.equal(reply.headers.get('www-authenticate'), 'Basic realm="kea"')
    t.match(JSON.parse(reply.body), { result: 401 })
  }
  client.send(rawRequest(['POST / HTTP/1.1', 'Host: a', authorization, json], command))
  t.equal((await client.reply()).body, answerToClient)
})

t.test('a charset and a chunked body, which real Kea refuses, are served', async (t) => {
  const client = await connectRaw(t, plain)
  client.send(rawRequest(['POST / HTTP/1.1', 'Host: a', `${json}; charset=utf-8`], command))
  t.equal((await client.reply()).body, answerToClient)
  const half = command.length >> 1
  const chunks = [command.slice(0, half), command.slice(half), '']
  const chunked = chunks.map((each) => `${each.length.toString(16)}\r\n${each}\r\n`).join('')
  client.send(`POST / HTTP/1.1\r\nHost: a\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`)
  t.equal((await client.reply()).body, answerToClient)
})

t.test('bodies above 1 MiB are taken', async (t) => {
  const big = JSON.stringify({ command: 'config-set', service: ['dhcp4'], arguments: { filler: 'x'.repeat(5 << 20) } })
  t.equal((await post(mutual, big)).body.toString(), answerToClient)
  t.ok(daemon.connections.at(-1)?.received().includes('x'.repeat(5 << 20)))
})

t.test('a connection that was idle for longer than Node keeps one by default still serves', async (t) => {
  await pause(Math.max(0, idleSince + 7000 - Date.now()))
  idle.send(rawRequest(['POST / HTTP/1.1', 'Host: a', json], command))
  t.equal((await idle.reply()).body, answerToClient)
})
