// Holds the fake listener against what a kea-dhcp4 3.3.0 was seen to do at its own HTTP listener, row by row.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import type { Kea32Options } from '../support/fake-kea32-listener.ts'
import { FakeKea32Listener } from '../support/fake-kea32-listener.ts'

interface Reply {
  /** The status line and the headers. */
  readonly head: string
  readonly body: unknown
}

/** A client on a bare socket, which says what it is told to. */
class RawClient {
  readonly #socket: Socket
  #received = ''

  constructor(socket: Socket) {
    this.#socket = socket.setEncoding('latin1')
    socket.on('data', (text: string) => (this.#received += text))
    socket.on('error', () => undefined)
  }

  static async connect(t: Test, { port }: FakeKea32Listener): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  async send(text: string): Promise<Reply> {
    this.#socket.write(text)
    return this.reply()
  }

  /** The next whole answer. */
  async reply(): Promise<Reply> {
    for (;;) {
      const end = this.#received.indexOf('\r\n\r\n')
      const length = Number(/^Content-Length: (\d+)/m.exec(this.#received)?.[1] ?? 0)
      if (end >= 0 && this.#received.length >= end + 4 + length) {
        const head = this.#received.slice(0, end)
        const body: unknown = JSON.parse(this.#received.slice(end + 4, end + 4 + length))
        this.#received = this.#received.slice(end + 4 + length)
        return { head, body }
      }
      await once(this.#socket, 'data')
    }
  }

  /** Resolves when the listener has closed the connection. @throws where something else came first */
  async closed(): Promise<void> {
    if (!this.#socket.readableEnded && !this.#socket.destroyed) await once(this.#socket, 'end')
    if (this.#received !== '') throw new Error(`more came: ${this.#received}`)
  }

  /** Whether another command is answered on the same connection. */
  async staysOpen(login = ''): Promise<boolean> {
    const { head } = await this.send(request('{"command":"version-get"}', { head: login }))
    return head.startsWith('HTTP/1.1 200 OK')
  }
}

interface Shape {
  readonly line?: string
  readonly type?: string
  readonly length?: string
  /** Further lines, each with its end. */
  readonly head?: string
}

function request(body: string, { line = 'POST / HTTP/1.1', type, length, head = '' }: Shape = {}): string {
  const typeLine = type ?? 'Content-Type: application/json\r\n'
  return `${line}\r\n${typeLine}${length ?? `Content-Length: ${Buffer.byteLength(body)}\r\n`}${head}\r\n${body}`
}

async function asked(t: Test, text: string, options: Kea32Options = {}): Promise<Reply & { client: RawClient }> {
  const client = await RawClient.connect(t, await FakeKea32Listener.listen(t, options))
  return { ...(await client.send(text)), client }
}

const version = '"command":"version-get"'
const badRequest = { result: 400, text: 'Bad Request' }

t.test('a service is taken that is empty or its own, and refused in these words', async (t) => {
  const client = await RawClient.connect(t, await FakeKea32Listener.listen(t))
  const textFor = async (service: string): Promise<unknown> => {
    const { head, body } = await client.send(request(`{${version}${service}}`))
    t.match(head, /^HTTP\/1\.1 200 OK\r\n/)
    t.equal((body as unknown[]).length, 1, 'always a list of one')
    return (body as { result: number; text: string }[]).map(({ result, text }) => `${result} ${text}`)[0]
  }
  for (const service of ['', ',"service":[]', ',"service":[""]', ',"service":["dhcp4"]']) {
    t.equal(await textFor(service), '0 3.3.0', service)
  }
  for (const name of ['dhcp6', 'DHCP4', 'dhcp4-http', ' dhcp4']) {
    t.equal(await textFor(`,"service":["${name}"]`), `1 unsupported service '${name}', expected 'dhcp4'`)
  }
  for (const two of ['["dhcp4","dhcp6"]', '["dhcp4","dhcp4"]', '["",""]']) {
    t.equal(await textFor(`,"service":${two}`), '1 service value has more than one item')
  }
  for (const other of ['"dhcp4"', '""', 'null', '{}', 'true']) {
    t.equal(await textFor(`,"service":${other}`), '1 service value must be a list')
  }
  t.equal(await textFor(',"service":[1]'), '1 service name must be a string')
})

t.test('other members than those of a command are refused, remote-address is none of them', async (t) => {
  t.match((await asked(t, request(`{${version},"foo":1}`))).body, [{ result: 1, text: /unsupported parameter 'foo'$/ }])
  t.match((await asked(t, request(`{${version},"remote-address":"192.0.2.1"}`))).body, [{ result: 0 }])
  t.match((await asked(t, request(`[{${version}}]`))).body, [{ result: 1 }])
  t.match((await asked(t, request(''))).body, [{ result: 1 }])
  t.match((await asked(t, request('{"command":"nope"}'))).body, [{ result: 2, text: "'nope' command not supported." }])
})

t.test('bad JSON is a 400 that keeps the connection', async (t) => {
  for (const body of ['{', '# comment\n{"command":"version-get"}', '{"command":"version-get" /* x */}']) {
    const reply = await asked(t, request(body))
    t.match(reply.head, /^HTTP\/1\.1 400 Bad Request\r\n/)
    t.same(reply.body, badRequest)
    t.ok(await reply.client.staysOpen())
  }
})

t.test('a head that does not please is a 400 and the end of the connection, without a word about that', async (t) => {
  const body = `{${version}}`
  const heads: readonly Shape[] = [
    { type: 'Content-Type: application/json; charset=utf-8\r\n' },
    { type: 'Content-Type: text/plain\r\n' },
    { type: '' },
    { line: 'GET / HTTP/1.1' },
    { length: '' },
    { length: 'Transfer-Encoding: chunked\r\n' },
  ]
  for (const shape of heads) {
    const { head, body: said, client } = await asked(t, request(body, shape))
    t.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/, JSON.stringify(shape))
    t.notMatch(head, /connection/i)
    t.same(said, badRequest)
    await client.closed()
  }
})

t.test('without the right credentials there is a 401 that keeps the connection', async (t) => {
  const login = { user: 'door', password: 'up: stream' }
  const good = `Authorization: Basic ${Buffer.from('door:up: stream').toString('base64')}\r\n`
  for (const [service, realm] of [['dhcp4', 'kea-dhcpv4-server'], ['dhcp6', 'kea-dhcpv6-server']] as const) {
    for (const head of ['', 'Authorization: Basic ZG9vcjpvdGhlcg==\r\n', 'Authorization: Bearer x\r\n']) {
      const reply = await asked(t, request(`{${version}}`, { head }), { service, login })
      t.match(reply.head, /^HTTP\/1\.1 401 Unauthorized\r\n/)
      t.ok(reply.head.endsWith(`\r\nWWW-Authenticate: Basic realm="${realm}"`))
      t.same(reply.body, { result: 401, text: 'Unauthorized' })
      t.ok(await reply.client.staysOpen(good))
    }
  }
})

t.test('path, Host, version and Expect change nothing', async (t) => {
  const body = `{${version}}`
  const usual = /^HTTP\/1\.1 200 OK\r\nContent-Length: \d+\r\nContent-Type: application\/json\r\nDate: [^\r]* GMT$/
  const shapes = [{ line: 'POST /any/path?x HTTP/1.1' }, { head: 'Host: x\r\n' }, { head: 'Expect: 100-continue\r\n' }]
  for (const shape of shapes) {
    const { head, body: said, client } = await asked(t, request(body, shape))
    t.match(head, usual, JSON.stringify(shape))
    t.match(said, [{ result: 0 }])
    t.ok(await client.staysOpen())
  }
  const old = await asked(t, request(body, { line: 'POST / HTTP/1.0' }))
  t.match(old.head, /^HTTP\/1\.0 200 OK\r\n/)
  await old.client.closed()
  const closing = await asked(t, request(body, { head: 'Connection: close\r\n' }))
  t.match(closing.head, /^HTTP\/1\.1 200 OK\r\n/)
  await closing.client.closed()
})

t.test('a request that came in one read with another is lost', async (t) => {
  const { client } = await asked(t, request(`{${version}}`).repeat(2))
  t.match((await client.send(request('{"command":"nope"}'))).body, [{ result: 2 }], 'the answer to the next one')
})

t.test('silence ends with 408, before a request and amid a body, and after an answer without a word', async (t) => {
  const listener = await FakeKea32Listener.listen(t, { requestTimeout: 50 })
  const timeout = { head: /^HTTP\/1\.\d 408 Request Timeout\r\n/, body: { result: 408, text: 'Request Timeout' } }
  const silent = await RawClient.connect(t, listener)
  t.match(await silent.reply(), timeout)
  await silent.closed()
  const stopped = await RawClient.connect(t, listener)
  t.match(await stopped.send(request(`{${version}}`).slice(0, -1)), timeout)
  await stopped.closed()
  const idle = await RawClient.connect(t, await FakeKea32Listener.listen(t, { idleTimeout: 50 }))
  t.match((await idle.send(request(`{${version}}`))).body, [{ result: 0 }])
  await idle.closed()
})
