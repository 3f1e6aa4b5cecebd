// What a request is answered with: statuses, the order of the checks, headers, paths, credentials.

import t from 'tap'
import { basic, commandRequest, connectTo } from '../support/raw-client.ts'
import { HeldCommands, openDoor } from '../support/recording-server.ts'

const body = '{ "command": "x" }'
const length = `Content-Length: ${body.length}`
const json = 'Content-Type: application/json'
const good = `Authorization: ${basic('admin', 's3cret')}`

function request(lines: readonly string[], content = body, first = 'POST / HTTP/1.1'): string {
  return [first, 'Host: a', ...lines, '', content].join('\r\n')
}

t.test('a command is answered with a list, and with the headers that Kea sends', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  client.send(commandRequest('status-get'))
  const answer = await client.answer()
  t.equal(answer.status, 200)
  t.equal(answer.reason, 'OK')
  t.equal(answer.headers.get('content-type'), 'application/json')
  t.match(answer.headers.get('date'), /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/)
  t.equal(answer.body, '[{"result":0,"text":"status-get"}]')
  t.match(door.ran, [{ caller: { remoteAddress: '127.0.0.1', tls: null, user: null }, path: { kind: 'agent' } }])
})

t.test('refusals are maps with the status, in the order: head, who, then what follows', async (t) => {
  const door = await openDoor(t, { clients: { admin: 's3cret' }, limits: { maxBodySize: 1000 } })
  const wrong = `Authorization: ${basic('admin', 'guess')}`
  const table: readonly (readonly [number, string])[] = [
    [400, request(['Host: b', good, json, length])],
    [400, request(['Host: b', json, length])],
    [505, request([length], body, 'POST / HTTP/2.0')],
    [405, request([], '', 'GET / HTTP/1.1')],
    [405, request([good], '', 'DELETE / HTTP/1.1')],
    [401, request([json, length])],
    [401, request([wrong, json, length])],
    [401, request(['Content-Type: text/plain', length])],
    [401, request([length])],
    [401, request([json], '')],
    [401, request([json, 'Content-Length: 99999999'], '')],
    [401, request([json, 'Expect: x', length])],
    [401, request([json, 'Content-Length: 1'], '{')],
    [415, request([good, length])],
    [415, request([good, 'Content-Type: text/plain'], '')],
    [415, request([good, 'Content-Type: text/plain', 'Content-Length: 99999999'], '')],
    [411, request([good, json], '')],
    [413, request([good, json, 'Content-Length: 1001'], '')],
    [413, request([good, json, 'Expect: 100-continue', 'Content-Length: 1001'], '')],
    [417, request([good, json, 'Expect: x', length])],
    [400, request([good, json, 'Content-Length: 1'], '{')],
    [400, request([good, json, 'Content-Length: 2'], '  ')],
    [200, request([good, json, 'Content-Length: 0'], '')],
    [200, request([good, json, 'Content-Length: 2'], '{}')],
  ]
  for (const [status, bytes] of table) {
    const client = await connectTo(t, door.port)
    client.send(bytes)
    const answer = await client.answer()
    t.equal(answer.status, status, bytes)
    t.equal(answer.headers.get('content-type'), 'application/json')
    t.ok(answer.reason)
    const shown: unknown = JSON.parse(answer.body)
    if (status === 200) t.match(shown, [{ result: 1 }])
    else t.match(shown, { result: status, text: new RegExp(`^${answer.reason}`) })
    client.socket.destroy()
  }
  t.same(door.names(), [])
})

t.test('the connection stays usable after 401, 405, 415 and bad JSON', async (t) => {
  const door = await openDoor(t, { clients: { admin: 's3cret' } })
  const client = await connectTo(t, door.port)
  const table: readonly (readonly [number, string])[] = [
    [401, request([json, length])],
    [401, request([json, 'Transfer-Encoding: chunked'], `5\r\nhello\r\n0\r\n\r\n`)],
    [401, request(['Content-Type: text/plain', 'Content-Length: 65536'], 'x'.repeat(65_536))],
    [405, request([length], body, 'PUT / HTTP/1.1')],
    [405, request([], '', 'GET / HTTP/1.1')],
    [405, request([], '', 'PROPFIND / HTTP/1.1')],
    [405, request([], '', 'OPTIONS * HTTP/1.1')],
    [415, request([good, 'Content-Type: text/plain', length])],
    [400, request([good, json, 'Content-Length: 4'], '{ ] ')],
    [200, request([good, json, length])],
  ]
  for (const [status, bytes] of table) {
    client.send(bytes)
    const answer = await client.answer()
    t.equal(answer.status, status)
    t.equal(answer.headers.get('connection'), 'keep-alive')
  }
  t.same(door.names(), ['x'])
})

t.test('the answer to HEAD has no body and does not disturb the next one', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  let received = ''
  client.socket.on('data', (chunk: Buffer) => (received += chunk.toString()))
  client.send(`HEAD / HTTP/1.1\r\n\r\n${commandRequest('x', ['Connection: close'])}`)
  client.end()
  await client.closed
  t.match(received, /^HTTP\/1.1 405 .*\r\n\r\nHTTP\/1.1 200 OK\r\n/s)
})

t.test('a refused body that is large is not waited for', async (t) => {
  const door = await openDoor(t, { clients: { admin: 's3cret' } })
  const client = await connectTo(t, door.port)
  client.send(request([json, 'Content-Length: 65537'], ''))
  const [answer] = await client.rest()
  t.equal(answer?.status, 401)
  t.equal(answer?.headers.get('connection'), 'close')
  const endless = await connectTo(t, door.port)
  endless.send(request([json, 'Transfer-Encoding: chunked'], ''))
  t.equal((await endless.answer()).status, 401)
  endless.socket.on('error', () => undefined)
  const feed = (): void => {
    while (endless.socket.writable && endless.socket.write(`1000\r\n${'x'.repeat(4096)}\r\n`));
  }
  endless.socket.on('drain', feed)
  feed()
  t.same(await endless.rest(), [], 'an endless one is cut off')
})

t.test('content types', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  const table: Readonly<Record<string, number>> = {
    'application/json': 200,
    'APPLICATION/JSON': 200,
    'application/json; charset=utf-8': 200,
    'application/json;charset="UTF-8"; a=b': 200,
    'application/json ;x': 200,
    'application/jsonp': 415,
    'application/json, text/plain': 415,
    'text/json': 415,
    'application/x-www-form-urlencoded': 415,
    '': 415,
  }
  for (const [type, status] of Object.entries(table)) {
    client.send(request([`Content-Type: ${type}`, length]))
    t.equal((await client.answer()).status, status, type)
  }
  client.send(request(['Content-Type: text/plain', 'content-type: application/json', length]))
  t.equal((await client.answer()).status, 200, 'of two the last counts, as in Kea')
})

t.test('a body is read as it is: any other coding is refused, with the one that is taken', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  for (const coding of ['gzip', 'br, identity', 'Deflate', 'x']) {
    client.send(request([json, `Content-Encoding: ${coding}`, length]))
    t.match(await client.answer(), { status: 415, headers: new Map([['accept-encoding', 'identity']]) }, coding)
  }
  client.send(request([json, 'Content-Encoding: gzip', 'Content-Encoding: identity', length]))
  t.equal((await client.answer()).status, 415, 'also before another one')
  for (const coding of ['identity', 'Identity', '']) {
    client.send(request([json, `Content-Encoding: ${coding}`, length]))
    t.equal((await client.answer()).status, 200, coding)
  }
})

t.test('what is wrong with a head is said in our words', async (t) => {
  const door = await openDoor(t)
  const table: readonly (readonly [bytes: string, words: RegExp])[] = [
    [' \r\n\r\n', /does not begin with a method/],
    ['POST / HTTP/1.x\r\n\r\n', /the version in the request line is malformed/],
    ['POST / HTTP/1.1\r\na b: c\r\n\r\n', /a header line holds a character|a blank stands where/],
    ['POST / HTTQ1.1\r\n\r\n', /the request line is not of the form/],
    [`POST / HTTP/1.1\r\n${json}\r\nContent-Length: 1x\r\n\r\n`, /Content-Length must be digits only/],
    [`POST / HTTP/1.1\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\nx`, /size in hexadecimal digits/],
  ]
  for (const [bytes, words] of table) {
    const client = await connectTo(t, door.port)
    client.send(bytes)
    t.match(await client.rest(), [{ status: 400, body: words }], bytes)
  }
})

t.test('configured headers are in every answer', async (t) => {
  const door = await openDoor(t, {
    clients: { admin: 's3cret' },
    limits: { maxBodySize: 1000, headTimeout: 50 },
    headers: {
      'Strict-Transport-Security': 'max-age=1',
      'X-Word': 'gr\u00fc\u00df dich \u65e5',
      'content-length': '7',
      Date: 'never',
      Connection: 'upgrade',
      'Transfer-Encoding': 'chunked',
      Allow: 'everything',
    },
  })
  const table: Readonly<Record<number, string>> = {
    200: commandRequest('x', [good]),
    400: 'nonsense\r\n\r\n',
    401: commandRequest('x'),
    405: 'GET / HTTP/1.1\r\n\r\n',
    408: 'POST / HTTP/1.1\r\n',
    411: request([good, json], ''),
    413: request([good, json, 'Content-Length: 2000'], ''),
    415: request([good, length]),
    431: `POST / HTTP/1.1\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
    505: request([], '', 'POST / HTTP/2.0'),
  }
  for (const [status, bytes] of Object.entries(table)) {
    const client = await connectTo(t, door.port)
    client.send(bytes)
    const { head, headers, ...answer } = await client.answer()
    t.equal(answer.status, Number(status))
    t.equal(headers.get('strict-transport-security'), 'max-age=1', status)
    t.equal(Buffer.from(headers.get('x-word') ?? '', 'latin1').toString(), 'gr\u00fc\u00df dich \u65e5')
    t.match(headers.get('date'), /GMT$/)
    t.equal(headers.get('allow'), status === '405' ? 'POST' : 'everything')
    t.notMatch(headers.get('connection'), 'upgrade')
    for (const name of ['Content-Length', 'Content-Type', 'Date', 'Connection', 'Allow']) {
      t.equal(head.match(new RegExp(`^${name}:`, 'gim'))?.length, 1, `${status}: one ${name}`)
    }
    client.socket.destroy()
  }
  door.reconfigure({ headers: { 'content-TYPE': 'application/json; charset=utf-8' } })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('x'))
  t.match((await client.answer()).head, /^content-TYPE: application\/json; charset=utf-8$/m)
})

t.test('the realm is quoted, whatever is in it', async (t) => {
  for (const [realm, shown] of [
    ['kea-control-agent', 'Basic realm="kea-control-agent"'],
    ['', 'Basic realm=""'],
    ['a "b" \\c', 'Basic realm="a \\"b\\" \\\\c"'],
    ['two\r\nX-Lines: y', 'Basic realm="two  X-Lines: y"'],
  ] as const) {
    const door = await openDoor(t, { clients: { admin: 's3cret' }, realm })
    const client = await connectTo(t, door.port)
    client.send(commandRequest('x'))
    const answer = await client.answer()
    t.equal(answer.headers.get('www-authenticate'), shown)
    t.equal(answer.body, '{ "result": 401, "text": "Unauthorized" }')
  }
})

t.test('a path whose last segment, or else its first, is a service stands for it', async (t) => {
  const services = ['dhcp4', 'd2@site', 'constructor-1']
  const door = await openDoor(t, { services })
  const client = await connectTo(t, door.port)
  const unknown = 'none that is configured'
  const table: Readonly<Record<string, string | null>> = {
    '/': null,
    '/dhcp4': 'dhcp4',
    '/dhcp4/': 'dhcp4',
    '/dhcp4/more?x=1': 'dhcp4',
    '/dhcp4?service=d2': 'dhcp4',
    '/dhcp4#x': 'dhcp4',
    'http://host:8000/dhcp4': 'dhcp4',
    'http://dhcp4/': null,
    'http://dhcp4': null,
    '/%64hcp4': 'dhcp4',
    '/d2%40site': 'd2@site',
    '/d2@site': 'd2@site',
    '/DHCP4': unknown,
    '/dhcp6': unknown,
    '/dhcp4x': unknown,
    '//dhcp4': 'dhcp4',
    '/kea/dhcp4': 'dhcp4',
    '/kea/v1/dhcp4/?x': 'dhcp4',
    '/d2@site/dhcp4': 'dhcp4',
    'http://host/kea/dhcp4': 'dhcp4',
    '/dhcp4/kea': 'dhcp4',
    '/%': unknown,
    '/%E0%A4%A': unknown,
    '/dhcp4%2Fx': unknown,
    '/constructor': unknown,
    '/__proto__': unknown,
    '//': null,
    '/?dhcp4': null,
    '*': null,
  }
  for (const [path, service] of Object.entries(table)) {
    client.send(commandRequest('x', [], path))
    t.equal((await client.answer()).status, 200, path)
    const target = service === null ? { kind: 'agent' } : service === unknown ? { kind: 'unknown' } : { kind: 'service', name: service }
    t.same(door.ran.at(-1)?.path, target, path)
  }
})

t.test('HTTP/1.0 is closed unless it asks for more', async (t) => {
  const door = await openDoor(t)
  const once = await connectTo(t, door.port)
  once.send(request([json, length], body, 'POST / HTTP/1.0'))
  t.match(await once.rest(), [{ status: 200, headers: new Map([['connection', 'close']]) }])
  const more = await connectTo(t, door.port)
  for (let turn = 0; turn < 2; turn++) {
    more.send(request(['Connection: keep-alive', json, length], body, 'POST / HTTP/1.0'))
    t.match(await more.answer(), { status: 200, headers: new Map([['connection', 'keep-alive']]) })
  }
})

t.test('credentials over the wire', async (t) => {
  const door = await openDoor(t, { clients: { admin: 's3cret', jos\u00e9: 'p' } })
  const client = await connectTo(t, door.port)
  const table: readonly (readonly [readonly string[], number])[] = [
    [[good], 200],
    [[good.toUpperCase().slice(0, 20) + good.slice(20)], 200],
    [[`authorization:   basic   ${basic('admin', 's3cret').slice(6)}   `], 200],
    [[`Authorization: ${basic('jos\u00e9', 'p')}`], 200],
    [[`Authorization: Basic\t${basic('admin', 's3cret').slice(6)}`], 401],
    [['Authorization:'], 401],
    [[`Authorization: ${basic('admin', 'x')}`], 401],
    [['Proxy-Authorization: Basic YWRtaW46czNjcmV0'], 401],
    [[`Authorization: ${basic('admin', 'x')}`, good], 200],
    [[good, `Authorization: ${basic('admin', 'x')}`], 401],
  ]
  for (const [lines, status] of table) {
    client.send(commandRequest('x', lines))
    t.equal((await client.answer()).status, status, lines.join(' | '))
  }
  t.same([...new Set(door.ran.map((each) => each.caller.user))], ['admin', 'jos\u00e9'])
  t.equal(door.log.count('HTTP_CLIENT_REQUEST_AUTHORIZED'), 5)
  t.equal(door.log.count('HTTP_CLIENT_REQUEST_NOT_AUTHORIZED'), 2)
  t.equal(door.log.count('HTTP_CLIENT_REQUEST_BAD_AUTH_HEADER'), 2)
  t.equal(door.log.count('HTTP_CLIENT_REQUEST_NO_AUTH_HEADER'), 1)
  const logged = JSON.stringify(door.log.lines)
  t.notMatch(logged, /s3cret|YWRtaW4/)
  t.ok(door.log.lines.every((each) => each.fields['remote-address'] === '127.0.0.1'))
})

t.test('a request meets the configuration of its beginning, the next one on the connection the new one', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { headers: { 'X-Generation': 'old' }, answer: held.answer })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('slow') + commandRequest('next'))
  await held.started(1)
  door.reconfigure({ headers: { 'X-Generation': 'new' }, clients: { admin: 's3cret' } })
  held.release()
  const [first, second] = [await client.answer(), await client.answer()]
  t.match([first.status, first.headers.get('x-generation')], [200, 'old'])
  t.match([second.status, second.headers.get('x-generation')], [401, 'new'])
})

t.test('an error nobody expected is a 500 that says nothing, and is logged', async (t) => {
  const door = await openDoor(t, {
    answer: () => {
      throw new Error('in the works')
    },
  })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('x'))
  const [answer] = await client.rest()
  t.equal(answer?.status, 500)
  t.notMatch(answer?.body, 'in the works')
  t.match(door.log.lines.at(-1), { id: 'KEAGATE_REQUEST_FAILED', fields: { reason: 'in the works' } })
})

t.test('an answer that cannot be written ends the connection instead of leaving the client waiting', async (t) => {
  const door = await openDoor(t, { headers: { 'X-Broken': 'a\nb' } })
  for (const bytes of [commandRequest('x'), 'GET / HTTP/1.1\r\n\r\n']) {
    const client = await connectTo(t, door.port)
    client.send(bytes)
    t.same(await client.rest(), [])
    t.equal(door.log.lines.at(-1)?.id, 'KEAGATE_REQUEST_FAILED')
  }
  door.reconfigure({})
  const client = await connectTo(t, door.port)
  client.send(commandRequest('y'))
  t.equal((await client.answer()).status, 200)
})
