// What the program relies on and Node does not document, one canary for each: run it on every Node that is to be
// supported. A canary that fails says which part of src/net/node-contracts.ts has to change.

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import {
  allowHalfOpenRequests, closeConnectionWith, detachParser, ReadGate, verificationText, watchInput, wrappedSocket,
} from '../../src/net/node-contracts.ts'

interface Opened {
  readonly client: net.Socket
  /** The server's end of the connection. */
  readonly socket: net.Socket
  /** What the client has received until the server closes. */
  readonly received: () => Promise<string>
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Accepts as the listener does, and gives the connection to a server that does not listen. */
async function open(t: Test, handler: Handler, prepare: (server: Server, socket: net.Socket) => void): Promise<Opened> {
  const server = http.createServer({ keepAliveTimeout: 0 }, handler)
  const listener = net.createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('not a TCP socket')
  const client = net.connect(address.port, '127.0.0.1')
  client.on('error', () => undefined)
  const [socket] = (await once(listener, 'connection')) as [net.Socket]
  socket.on('error', () => undefined)
  t.teardown(() => {
    client.destroy()
    socket.destroy()
    listener.close()
  })
  prepare(server, socket)
  server.emit('connection', socket)
  const received = async (): Promise<string> => {
    let text = ''
    client.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
    await once(client, 'close')
    return text
  }
  return { client, socket, received }
}

const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

t.comment(`Node ${process.version}`)

t.test('server.httpAllowHalfOpen: a client that has closed its side gets its response', async (t) => {
  const answers: ServerResponse[] = []
  const { client, received } = await open(t, (_request, response) => answers.push(response), allowHalfOpenRequests)
  const ended = received()
  client.end(get)
  while (answers.length === 0) await new Promise(setImmediate)
  // Long enough for the end of the client's side to be seen.
  await new Promise((resolve) => setTimeout(resolve, 50))
  answers[0]?.end('late')
  t.match(await ended, /^HTTP\/1\.1 200 OK[^]*late/)
})

t.test('socket.destroySoon: Node calls it after a response that is the last one', async (t) => {
  let closed = 0
  const { client, received } = await open(t, (_request, response) => response.end('last'), (_server, socket) => {
    closeConnectionWith(socket, () => {
      closed++
      socket.end()
    })
  })
  const ended = received()
  client.end(get.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  t.match(await ended, /last/)
  t.equal(closed, 1)
})

t.test('socket.resume: Node reads on through it alone, so a closed gate keeps a flood unread', async (t) => {
  const answers: ServerResponse[] = []
  let gate: ReadGate | undefined
  const { client, socket } = await open(
    t,
    (_request, response) => {
      if (answers.push(response) === 17) gate?.close()
    },
    (_server, socket) => (gate = new ReadGate(socket)),
  )
  const flood = get.repeat(100_000)
  client.write(flood)
  while (answers.length < 17) await new Promise(setImmediate)
  for (let answered = 0; answered < 500; answered++) {
    answers[answered]?.end()
    await new Promise(setImmediate)
  }
  t.ok(socket.bytesRead <= 256 * 1024, `${socket.bytesRead} bytes were read while the gate was closed`)
  const before = socket.bytesRead
  client.resume()
  gate?.open()
  while (socket.bytesRead === before) await new Promise(setImmediate)
  t.ok(socket.bytesRead > before, 'an open gate lets it read on')
})

for (const [when, bytes] of [
  ['between two requests', get],
  ['while a body has paused the connection', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n${'x'.repeat(500_000)}`],
] as const) {
  t.test(`'data' listeners: the parser is detached ${when}, and the input is still read`, async (t) => {
    let requests = 0
    const { client, socket } = await open(t, () => requests++, () => undefined)
    client.write(bytes)
    while (requests === 0) await new Promise(setImmediate)
    await new Promise((resolve) => setTimeout(resolve, 50))
    detachParser(socket, () => undefined)
    socket.resume()
    const rest = get.repeat(50_000)
    client.end(rest)
    await once(socket, 'end')
    t.equal(socket.bytesRead, bytes.length + rest.length, 'all of it was taken from the client')
    t.equal(requests, 1, 'no request was found in it')
  })
}

t.test('watchInput: bytes are seen before the request that they make is reported', async (t) => {
  const seen: string[] = []
  const { client, socket, received } = await open(t, ({ url = '' }, response) => {
    seen.push(url)
    response.end()
  }, () => undefined)
  watchInput(socket, (chunk) => seen.push(chunk.toString('latin1')))
  const ended = received()
  const [first, second] = [get, get.replace('/', '/b')]
  client.write(first)
  while (seen.length < 2) await new Promise(setImmediate)
  client.end(second)
  await ended
  t.same(seen, [first, '/', second, '/b'])
})

t.test('socket._parent: the TCP socket under a TLS socket of a server', async (t) => {
  const files = await makeTestCertificates(t.testdir({}))
  const server = tls.createServer({ cert: readFileSync(files.serverCertFile), key: readFileSync(files.serverKeyFile) })
  const listener = net.createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('not a TCP socket')
  const client = tls.connect({ port: address.port, host: '127.0.0.1', rejectUnauthorized: false })
  client.on('error', () => undefined)
  const [raw] = (await once(listener, 'connection')) as [net.Socket]
  t.teardown(() => {
    client.destroy()
    raw.destroy()
    listener.close()
  })
  server.emit('connection', raw)
  const verified = once(client, 'secureConnect')
  const [secure] = (await once(server, 'secureConnection')) as [tls.TLSSocket]
  t.equal(wrappedSocket(secure), raw)
  await verified
  t.equal(typeof verificationText(client), 'string', "socket._handle.verifyError: OpenSSL's own text")
})
