// One command to one daemon over its own HTTP listener: the bytes, every failure by name, kept connections, at most
// once.

import { once } from 'node:events'
import fc from 'fast-check'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import t from 'tap'
import { limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import type { UpstreamLimits } from '../../src/config/types.ts'
import { createHttpUpstream } from '../../src/forward/http/upstream.ts'
import { ListReader } from '../../src/forward/http/list-reader.ts'
import type { Transport, UpstreamResult } from '../../src/forward/upstream.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { HttpScript } from '../support/fake-http-daemon.ts'
import { FakeHttpDaemon, reply, replying, sending } from '../support/fake-http-daemon.ts'
import { FakeKea32Listener } from '../support/fake-kea32-listener.ts'
import { freePort } from '../support/program.ts'
import { patient, unlimited } from '../support/command-scope.ts'

const limits = limitsOf(upstreamLimitRows, () => null)
const asker = { client: '192.0.2.1', scope: patient }

function upstreamTo(
  port: number,
  changed: Partial<UpstreamLimits> = {},
  authorization: string | null = null,
): Transport {
  const name = `http://127.0.0.1:${port}/`
  const upstream = createHttpUpstream({
    name,
    address: '127.0.0.1',
    port,
    tls: null,
    authorization,
    service: null,
    limits: { ...limits, ...changed },
  })
  t.teardown(() => upstream.close())
  return upstream
}

/** Resolves when the daemon's end of the connection is closed. */
async function closed(socket: Socket | undefined): Promise<void> {
  if (socket?.destroyed === false) await new Promise((resolve) => socket.once('close', resolve))
}

async function ask(upstream: Transport, command = '{ "command": "x" }'): Promise<string> {
  return inWords(await upstream.send(rawJson(command), asker))
}

function inWords(result: UpstreamResult): string {
  if (result.ok) return rawToString(result.answer)
  return `${result.offline ? 'offline' : 'not offline'}, ${result.sent ? 'sent' : 'not sent'}: ${result.reason}`
}

async function answerOf(script: HttpScript, changed: Partial<UpstreamLimits> = {}): Promise<string> {
  const daemon = await FakeHttpDaemon.listen(t, script)
  const text = await ask(upstreamTo(daemon.port, changed))
  t.equal(daemon.requests.length, 1, 'sent once')
  return text
}

t.test('a request is what the listener of Kea takes', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, replying('[ { "result": 0 } ]'))
  const command = '{ "command": "x", "remote-address": "192.0.2.1" }'
  t.equal(await ask(upstreamTo(daemon.port, {}, 'Basic eA=='), command), '{ "result": 0 }')
  const [request] = daemon.requests
  t.equal(request?.body, command, 'the envelope, byte for byte')
  t.equal(request?.head[0], 'POST / HTTP/1.1')
  for (const line of ['Content-Type: application/json', `Content-Length: ${command.length}`, 'Authorization: Basic eA==']) {
    t.ok(request?.head.includes(line), line)
  }
  t.notMatch(request?.head.join('\n'), /transfer-encoding|expect/i)
})

t.test('answers pass byte for byte, without the list around them', async (t) => {
  const delicate = [
    '{ "n": 1234567890123456789012345678901234567890, "f": 1.2345678901234567, "e": 1e400 }',
    '{ "raw": "\u00e9 \u6f22\u5b57 \u{1f600}", "escaped": "\\u00e9\\u00c3\\u00a9", "slash": "\\/", "]": "[,]" }',
    '{ "": 1, "a\\": 1 }, \\"command\\": \\"version-get\\" }": [ {}, [  ] ], "b":0,"a":-0.0 }',
    `{ "deep": ${'['.repeat(99)}${']'.repeat(99)} }`,
    '{}',
  ]
  const daemon = await FakeHttpDaemon.listen(t, replying((command) => `[ ${command} ]`))
  const upstream = upstreamTo(daemon.port)
  for (const text of delicate) t.equal(await ask(upstream, text), text)
  t.equal(await answerOf(replying('{ "result": 0 }')), '{ "result": 0 }', 'a map without a list is taken, too')
  t.equal(await answerOf(replying('\n[\r\n\t{ "a": 1 }\n]\n')), '{ "a": 1 }')
})

t.test('the list around an answer is taken away wherever the bytes are cut', (t) => {
  const seed = Date.now() & 0xffff
  t.comment(`seed ${seed}`)
  const cuts = (text: string, sizes: readonly number[]): string => {
    const reader = new ListReader(limits.maxAnswerSize, unlimited)
    const bytes = Buffer.from(text)
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = sizes[i % sizes.length] ?? 1
      reader.push(bytes.subarray(at, at + size))
      at += size
    }
    const answer = reader.finish()
    return answer === null ? `bad: ${reader.problem()}` : rawToString(answer)
  }
  const blank = fc.stringMatching(/^[ \t\r\n]*$/)
  const value = fc.jsonValue().map((inner) => JSON.stringify({ inner }))
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 })
  fc.assert(
    fc.property(value, blank, blank, sizes, (text, before, after, sizes) => {
      return cuts(`${before}[${after}${text}${before}]${after}`, sizes) === text
    }),
    { seed },
  )
  for (const sizes of [[1], [3], [1000]]) {
    t.match(cuts('[ {}, {} ]', sizes), /^bad: .*several elements.*"service" of one daemon$/)
    t.equal(cuts('[  ]', sizes), 'bad: the daemon answered with an empty list')
    for (const cut of ['', '[', '[ {', '[ {}', ' {', '[ [ ]']) t.equal(cuts(cut, sizes), 'bad: the answer is cut short')
    for (const wrong of ['[ {} } ]', '[ {} ] ]', '[ {} ] {}']) t.match(cuts(wrong, sizes), /^bad: the list around/)
    for (const wrong of ['[ 1 ]', '"x"', '[ , ]', '[ "x" ]']) t.match(cuts(wrong, sizes), /^bad: .*not valid JSON/)
  }
  t.end()
})

t.test('a body may be chunked, of a known length, or end with the connection', async (t) => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n'
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n3\r\n[ {\r\n1;x=y\r\n}\r\n2\r\n ]\r\n0\r\n\r\n`
  t.equal(await answerOf(sending(chunked)), '{}')
  t.equal(await answerOf(sending(`${head}\r\n[ {} ]`)), '{}')
  t.equal(await answerOf(sending('HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\n[ {} ]')), '{}')
  t.equal(await answerOf(sending(`HTTP/1.1 100 Continue\r\n\r\n${head}Content-Length: 6\r\n\r\n[ {} ]`)), '{}')
})

t.test('error maps of the daemon become reasons with its words', async (t) => {
  const map = (status: number, text: string): string => `{ "result": ${status}, "text": "${text}" }`
  const refused = (status: string, body: string, type?: string): Promise<string> =>
    answerOf((socket) => void socket.write(reply(body, status, type)))
  const unauthorized = await refused('401 Unauthorized', map(401, 'Unauthorized'))
  t.match(unauthorized, /^not offline, sent: it answered with HTTP status 401: Unauthorized; give .* user and password/)
  t.match(await refused('403 Forbidden', map(403, 'no certificate')), /status 403: no certificate; /)
  t.equal(await refused('400 Bad Request', map(400, 'Bad Request')), 'not offline, sent: it answered with HTTP status 400: Bad Request')
  t.match(await refused('408 Request Timeout', map(408, 'x'.repeat(900))), /status 408: x{300}\.\.\.$/)
  const notKea = /is this the address of a Kea daemon\?$/
  t.match(await refused('404 Not Found', '<h1>no</h1>', 'text/html'), /status 404 and Content-Type text\/html: is this/)
  t.match(await refused('500 Oops', ''), notKea)
  t.match(await refused('502 Bad Gateway', 'y'.repeat(100_000)), notKea)
  t.match(await refused('302 Found', '[ {} ]'), notKea)
  t.match(await refused('200 OK', '<h1>hello</h1>', 'text/html'), /not valid JSON.*text\/html: is this the address/)
})

t.test('what is no answer is named', async (t) => {
  t.match(await answerOf(sending('SSH-2.0-x\r\n')), /^not offline, sent: what answers there does not speak HTTP/)
  t.match(await answerOf(replying('[ {] ]')), /^not offline, sent: the answer is not valid JSON/)
  t.match(await answerOf(replying(`[ "${'x'.repeat(2000)}" ]`), { maxAnswerSize: 1024 }), /^not offline, sent: /)
  t.match(await answerOf(replying(`[ { "a": "${'x'.repeat(2000)}" } ]`), { maxAnswerSize: 1024 }), /longer than 1024 bytes/)
})

t.test('refused, closed and silent listeners are offline, in the words of Kea', async (t) => {
  t.equal(await ask(upstreamTo(await freePort())), 'offline, not sent: Connection refused')
  // So does one that expects TLS.
  const silent = 'offline, sent: End of file before any answer; if this daemon has certificates, write socket-type "https"'
  t.equal(await answerOf((socket) => socket.end()), silent)
  t.equal(await answerOf((socket) => socket.resetAndDestroy()), silent)
  t.equal(await answerOf((socket) => socket.end(reply('[ {} ]').subarray(0, -1))), 'offline, sent: End of file')
  t.equal(await answerOf((socket) => socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n[ ')), 'offline, sent: End of file')
  t.match(await answerOf(() => undefined, { stallTimeout: 50 }), /^offline, sent: Operation canceled: .* 0\.05 s without a byte/)
  const drip: HttpScript = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n')
    const timer = setInterval(() => socket.write(' '), 5)
    socket.on('close', () => clearInterval(timer))
  }
  t.match(await answerOf(drip, { totalTimeout: 100 }), /^offline, sent: Operation canceled: .* 0\.1 s in all/)
})

t.test('commands share kept connections, each after the answer to the one before', async (t) => {
  let open = 0
  const daemon = await FakeHttpDaemon.listen(t, async (socket, { body }) => {
    t.equal(socket.listenerCount('busy'), 0, 'nothing is pipelined')
    const busy = (): void => undefined
    socket.on('busy', busy)
    open++
    await new Promise((resolve) => setImmediate(resolve))
    open--
    socket.off('busy', busy)
    socket.write(reply(`[ ${body} ]`))
  })
  const upstream = upstreamTo(daemon.port, { maxInFlight: 3 })
  const texts = Array.from({ length: 60 }, (_, i) => `{ "i": ${i} }`)
  t.same(await Promise.all(texts.map((text) => ask(upstream, text))), texts)
  t.equal(open, 0)
  t.equal(daemon.requests.length, texts.length)
  t.ok(daemon.sockets.length <= 3, `${daemon.sockets.length} connections`)
  t.same(upstream.load(), { inFlight: 0, waiting: 0 })
})

t.test('a refusal keeps the connection, a broken answer gives it up', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, (socket, { index }) => {
    socket.write(index === 0 ? reply('{}', '401 Unauthorized') : reply(index === 1 ? '[ {}, {} ]' : '[ {} ]'))
  })
  const upstream = upstreamTo(daemon.port, { maxInFlight: 1 })
  t.match(await ask(upstream), /status 401/)
  t.match(await ask(upstream), /several elements/)
  t.equal(daemon.sockets.length, 1)
  t.equal(await ask(upstream), '{}')
})

t.test('a connection is given up after a refusal that Kea closes it for', async (t) => {
  // What Kea sends before it closes: no word of that, and the end of the connection only a moment later.
  const daemon = await FakeHttpDaemon.listen(t, (socket, { body, index }) => {
    const refusal = reply('{ "result": 400, "text": "Bad Request" }', '400 Bad Request')
    socket.write(index % 2 === 0 ? refusal : reply(`[ ${body} ]`))
  })
  const upstream = upstreamTo(daemon.port, { maxInFlight: 1 })
  const results = await Promise.all([0, 1, 2, 3].map((i) => ask(upstream, `{ "i": ${i} }`)))
  t.match(results, [/status 400/, '{ "i": 1 }', /status 400/, '{ "i": 3 }'])
  t.equal(daemon.sockets.length, 3, 'a new one after each refusal, the same after an answer')
})

t.test('a kept connection that the daemon has closed costs nobody a command', async (t) => {
  // The daemon closes each connection as soon as it has answered on it, without a word about it.
  const daemon = await FakeHttpDaemon.listen(t, (socket, { body }) => void socket.end(reply(`[ ${body} ]`)))
  const upstream = upstreamTo(daemon.port, { maxInFlight: 1 })
  for (let i = 0; i < 50; i++) t.equal(await ask(upstream, `{ "i": ${i} }`), `{ "i": ${i} }`)
  t.equal(daemon.requests.length, 50, 'each once')
  // All at once after rests of one event, so that closes and commands meet in any order.
  const many = upstreamTo(daemon.port, { maxInFlight: 8 })
  const results = await Promise.all(Array.from({ length: 200 }, (_, i) => ask(many, `{ "j": ${i} }`)))
  const bodies = daemon.requests.slice(50).map(({ body }) => body)
  t.equal(new Set(bodies).size, bodies.length, 'none twice')
  for (const [i, result] of results.entries()) t.ok([`{ "j": ${i} }`, 'offline, sent: End of file'].includes(result), result)
})

t.test('a listener that closes connections which rest, as that of Kea does, costs nobody a command', async (t) => {
  const listener = await FakeKea32Listener.listen(t, { idleTimeout: 20 })
  const upstream = upstreamTo(listener.port)
  for (let i = 1; i <= 5; i++) {
    t.match(await ask(upstream, '{ "command": "version-get", "remote-address": "192.0.2.1" }'), /^\{"result":0,/)
    await closed(listener.sockets.at(-1))
    t.equal(listener.requests.length, i, 'each once')
  }
  t.same(listener.errorStatuses, [])
})

t.test('a command that was sent on a kept connection is never sent again', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, (socket, { index }) => {
    if (index === 0) socket.write(reply('[ {} ]'))
    else socket.resetAndDestroy()
  })
  const upstream = upstreamTo(daemon.port)
  t.equal(await ask(upstream), '{}')
  t.equal(await ask(upstream), 'offline, sent: End of file', 'it may have been run')
  t.equal(daemon.requests.length, 2)
  t.equal(daemon.sockets.length, 1)
})

t.test('what nobody asked for is not taken for the answer to the next command', async (t) => {
  const ghost = reply('[ { "ghost": 1 } ]')
  const daemon = await FakeHttpDaemon.listen(t, (socket, { body, index }) => {
    const answer = reply(`[ ${body} ]`)
    socket.write(index % 2 === 0 ? Buffer.concat([answer, ghost]) : answer)
  })
  const upstream = upstreamTo(daemon.port, { maxInFlight: 1 })
  for (let i = 0; i < 20; i++) t.equal(await ask(upstream, `{ "i": ${i} }`), `{ "i": ${i} }`)
  t.equal(daemon.requests.length, 20, 'each is asked once')
  t.same(upstream.load(), { inFlight: 0, waiting: 0 })
})

t.test('an answer that comes before its question is none, and the question goes over another connection', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  const upstream = upstreamTo(daemon.port, { maxInFlight: 1 })
  t.equal(await ask(upstream), '{}')
  for (let i = 0; i < 20; i++) {
    const asked = ask(upstream)
    daemon.sockets.at(-1)?.write(reply('[ { "ghost": 1 } ]'))
    t.equal(await asked, '{}')
  }
  t.equal(daemon.requests.length, 21, 'each is asked once')
  t.same(upstream.load(), { inFlight: 0, waiting: 0 })
})

t.test('a listener on IPv6 is reached, and one that breaks HTTP after a good answer is told apart', async (t) => {
  const server = createServer((socket) => {
    let answers = 0
    socket.on('data', () => socket.write(answers++ === 0 ? reply('[ {} ]') : 'HTTP/1.1 200 OK\r\nContent-Length: 6, 7\r\n\r\n[ {} ]'))
  })
  await new Promise<void>((resolve) => server.listen(0, '::1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const upstream = createHttpUpstream({
    name: 'six', address: '::1', port, tls: null, authorization: null, service: null, limits,
  })
  t.equal(await ask(upstream), '{}')
  t.match(await ask(upstream), /^not offline, sent: its answer breaks the rules of HTTP \(HPE_/)
  upstream.close()
})

t.test('a daemon restarted again and again gets each command at most once, and every caller an answer', async (t) => {
  const port = await freePort()
  const counts = new Map<string, number>()
  const script: HttpScript = (socket, { body }) => {
    counts.set(body, (counts.get(body) ?? 0) + 1)
    socket.write(reply(`[ ${body} ]`))
  }
  let daemon = await FakeHttpDaemon.listen(t, script, null, port)
  const upstream = upstreamTo(port, { connectRetry: 1000 })
  let stop = false
  let answered = 0
  const client = async (name: number): Promise<void> => {
    for (let i = 0; !stop; i++) {
      const text = `{ "c": "${name}-${i}" }`
      const result = await ask(upstream, text)
      answered++
      if (result !== text) t.match(result, /^offline, /)
    }
  }
  const clients = Array.from({ length: 20 }, (_, i) => client(i))
  for (let i = 0; i < 20; i++) {
    await daemon.received(daemon.requests.length + 20)
    await daemon.close()
    daemon = await FakeHttpDaemon.listen(t, script, null, port)
  }
  stop = true
  await Promise.all(clients)
  t.ok(answered > 400, `${answered} commands, ${counts.size} of them run`)
  t.same([...counts.values()].filter((count) => count > 1), [], 'none twice')
})

t.test('a refused connection is tried again while nothing was sent, if that is configured', async (t) => {
  const port = await freePort()
  const pending = ask(upstreamTo(port, { connectRetry: 1000 }))
  await FakeHttpDaemon.listen(t, replying('[ {} ]'), null, port)
  t.equal(await pending, '{}')
})

t.test('an early refusal of a long command is told, and the rest is not sent', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, () => undefined)
  const upstream = upstreamTo(daemon.port)
  const long = `{ "a": "${'x'.repeat(50_000_000)}" }`
  const pending = ask(upstream, long)
  while (daemon.bytes === 0) await new Promise((resolve) => setImmediate(resolve))
  const first = daemon.sockets[0] ?? null
  first?.pause()
  first?.write(reply('{ "result": 413, "text": "Content Too Large" }', '413 Content Too Large'))
  t.match(await pending, /status 413: Content Too Large/)
  first?.resume()
  if (first?.destroyed === false) await once(first, 'close')
  t.ok(daemon.bytes < long.length)
})

t.test('a large command and a large answer arrive whole', async (t) => {
  const text = `{ "a": "${'0123456789abcdef'.repeat(500_000)}" }`
  const daemon = await FakeHttpDaemon.listen(t, replying((command) => `[ ${command} ]`))
  t.ok((await ask(upstreamTo(daemon.port), text)) === text)
})

t.test('a probe connects and sends nothing', async (t) => {
  const daemon = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  t.equal(await upstreamTo(daemon.port).probe(), null)
  t.equal(daemon.bytes, 0)
  t.equal(await upstreamTo(await freePort()).probe(), 'Connection refused')
})

t.test('an upstream whose place is taken keeps no connection, and its commands end as they began', async (t) => {
  let answerSecond: () => void = () => undefined
  const daemon = await FakeHttpDaemon.listen(t, (socket, { index }) => {
    const send = (): void => void socket.write(reply('[ {} ]'))
    if (index === 1) answerSecond = send
    else send()
  })
  const upstream = upstreamTo(daemon.port)
  t.equal(await ask(upstream), '{}')
  const second = ask(upstream)
  await daemon.received(2)
  t.equal(await ask(upstream), '{}')
  t.equal(daemon.sockets.length, 2)
  upstream.retire()
  await closed(daemon.sockets[1])
  t.equal(daemon.sockets[0]?.destroyed, false, 'a command is on it')
  answerSecond()
  t.equal(await second, '{}')
  await closed(daemon.sockets[0])
  t.equal(await ask(upstream), '{}', 'whoever still has it may ask')
  await closed(daemon.sockets[2])
})
