// Requests that two parsers could read differently, as bytes on a socket. Each one that is refused is followed by a
// valid request for the command `smuggled`, in the same segment and once more after the answer: it must never run.

import t from 'tap'
import type { Test } from 'tap'
import { looseParser } from '../../src/http/connection/loose-parser.ts'
import { openDoor } from '../support/recording-server.ts'
import { commandRequest, connectTo } from '../support/raw-client.ts'
import type { RawClient } from '../support/raw-client.ts'

interface Vector {
  readonly name: string
  readonly bytes: string
  /** Of the answers, in order. */
  readonly statuses: readonly number[]
  /** What may be answered instead where less of the request is there when the parser gives up. */
  readonly cut?: readonly number[]
  /** The commands that run. */
  readonly ran: readonly string[]
  /** Read otherwise by llhttp before 9, which the agent warns of (test/http/loose-parser.test.ts). */
  readonly llhttp9?: boolean
}

const body = '{ "command": "first" }'
const length = `Content-Length: ${body.length}`
const chunked = 'Transfer-Encoding: chunked'
const h2c = ['Connection: Upgrade', 'Upgrade: h2c']
const json = 'Content-Type: application/json'

/** A request of a first line, header lines and a body, with what makes it acceptable otherwise. */
function request(lines: readonly string[], content = body, first = 'POST / HTTP/1.1'): string {
  return [first, 'Host: a', json, ...lines, '', content].join('\r\n')
}

function textBody(text: string): string {
  return request([`Content-Length: ${text.length}`], text)
}

/** The body as one chunk, framed as told. */
function chunks(options: { size?: string; afterSize?: string; afterData?: string; last?: string } = {}): string {
  const { size = body.length.toString(16), afterSize = '\r\n', afterData = '\r\n', last = '0\r\n\r\n' } = options
  return `${size}${afterSize}${body}${afterData}${last}`
}

const badHosts = [
  'a b', 'a/b', 'a@b', 'a,b c', 'a:b', 'a:80:80', '[::1', '::1]', '[a]b', 'a\\b', 'a"b', '\xe9', 'a?b', '%zz', '<a>',
]

const goodHosts = [
  '', 'a:', 'a:80', '127.0.0.1:8000', '[::1]', '[2001:db8::1]:8000', '2001:db8::1', '::ffff:192.0.2.1', 'a_b.example',
  'a%20b',
]

function served(name: string, bytes: string): Vector {
  return { name, bytes, statuses: [200], ran: ['first'] }
}

function refused(status: number, name: string, bytes: string): Vector {
  return { name, bytes, statuses: [status], ran: [] }
}

function byLlhttp9(vector: Vector): Vector {
  return { ...vector, llhttp9: true }
}

const refusals: readonly Vector[] = [
  // Two framings at once.
  refused(400, 'Transfer-Encoding, then Content-Length', request([chunked, length], chunks())),
  refused(400, 'Content-Length, then Transfer-Encoding', request([length, chunked], chunks())),
  refused(400, 'Transfer-Encoding beside an empty Content-Length', request([chunked, 'Content-Length:'], chunks())),
  refused(400, 'an empty Content-Length, then Transfer-Encoding', request(['Content-Length:', chunked], chunks())),
  refused(400, 'Transfer-Encoding beside a length of 0', request([chunked, 'Content-Length: 0'], chunks())),
  refused(400, 'an empty Transfer-Encoding beside a length', request(['Transfer-Encoding:', length])),
  refused(400, 'identity beside a length', request(['Transfer-Encoding: identity', length])),
  refused(400, 'both, the coding in odd case', request(['tRaNsFeR-eNcOdInG: cHuNkEd', length], chunks())),
  refused(400, 'both, in a request that offers h2c', request([...h2c, chunked, length], chunks())),

  // Lengths.
  refused(400, 'Content-Length twice, different', request([length, 'Content-Length: 0'])),
  refused(400, 'Content-Length twice, the same', request([length, length])),
  refused(400, 'Content-Length twice, one in lower case', request([length, length.toLowerCase()])),
  refused(400, 'a list of lengths', request([`${length}, ${body.length}`])),
  refused(400, 'a length with a plus', request([`Content-Length: +${body.length}`])),
  refused(400, 'a length with a minus', request([`Content-Length: -${body.length}`])),
  refused(400, 'a hexadecimal length', request(['Content-Length: 0x16'])),
  refused(400, 'an exponent as length', request(['Content-Length: 2e1'])),
  refused(400, 'a fraction as length', request(['Content-Length: 22.0'])),
  refused(400, 'an empty length', request(['Content-Length:'])),
  refused(400, 'a length of blanks', request(['Content-Length:    '])),
  refused(400, 'a length with a blank inside', request(['Content-Length: 2 2'])),
  refused(400, 'a length with an underscore', request(['Content-Length: 2_2'])),
  refused(400, 'a length in quotes', request(['Content-Length: "22"'])),
  refused(400, 'a length beyond 64 bits', request(['Content-Length: 18446744073709551638'])),
  refused(400, 'a length in other digits', request(['Content-Length: \xb2\xb2'])),
  refused(413, 'the largest length there is', request(['Content-Length: 18446744073709551615'])),
  refused(413, 'a length over the limit', request([`Content-Length: ${64 * 1024 * 1024 + 1}`])),
  refused(411, 'no length at all', request([], '')),
  refused(411, 'no length, yet a body', request([])),

  // Transfer codings.
  refused(400, 'Transfer-Encoding twice', request([chunked, chunked], chunks())),
  refused(400, 'chunked, then identity', request([chunked, 'Transfer-Encoding: identity'], chunks())),
  refused(400, 'identity, then chunked', request(['Transfer-Encoding: identity', chunked], chunks())),
  refused(400, 'a coding before chunked', request(['Transfer-Encoding: gzip, chunked'], chunks())),
  refused(400, 'a coding after chunked', request(['Transfer-Encoding: chunked, gzip'], chunks())),
  refused(400, 'chunked twice in one header', request(['Transfer-Encoding: chunked, chunked'], chunks())),
  refused(400, 'an unknown coding', request(['Transfer-Encoding: xchunked'], chunks())),
  refused(400, 'chunked with a parameter', request(['Transfer-Encoding: chunked;q=1'], chunks())),
  refused(400, 'chunked in quotes', request(['Transfer-Encoding: "chunked"'], chunks())),
  refused(400, 'a comma before chunked', request(['Transfer-Encoding: ,chunked'], chunks())),
  refused(400, 'a vertical tab before chunked', request(['Transfer-Encoding: \x0bchunked'], chunks())),
  refused(400, 'a blank before the colon of Transfer-Encoding', request(['Transfer-Encoding : chunked'], chunks())),
  refused(400, 'a folded Transfer-Encoding', request(['Transfer-Encoding:\r\n chunked'], chunks())),
  refused(400, 'chunked in HTTP/1.0', request([chunked], chunks(), 'POST / HTTP/1.0')),
  refused(
    400,
    'chunked in HTTP/1.0 with keep-alive',
    request(['Connection: keep-alive', chunked], chunks(), 'POST / HTTP/1.0'),
  ),

  // Chunks.
  refused(400, 'a chunk size with a plus', request([chunked], chunks({ size: '+16' }))),
  refused(400, 'a chunk size with a minus', request([chunked], chunks({ size: '-16' }))),
  refused(400, 'a chunk size with 0x', request([chunked], chunks({ size: '0x16' }))),
  refused(400, 'a blank before the chunk size', request([chunked], chunks({ size: ' 16' }))),
  refused(400, 'a blank after the chunk size', request([chunked], chunks({ size: '16 ' }))),
  refused(400, 'a chunk size beyond 64 bits', request([chunked], chunks({ size: '10000000000000016' }))),
  refused(400, 'a chunk size in other letters', request([chunked], chunks({ size: '1g' }))),
  refused(400, 'an empty chunk size', request([chunked], chunks({ size: '' }))),
  refused(400, 'a bare LF after the chunk size', request([chunked], chunks({ afterSize: '\n' }))),
  refused(400, 'a bare CR after the chunk size', request([chunked], chunks({ afterSize: '\r' }))),
  refused(400, 'a bare LF after the chunk', request([chunked], chunks({ afterData: '\n' }))),
  refused(400, 'a chunk longer than its size', request([chunked], chunks({ afterData: 'x\r\n' }))),
  refused(400, 'a bare LF in a chunk extension', request([chunked], chunks({ size: '16;a\nb' }))),
  byLlhttp9(refused(400, 'a bare LF at the end of the chunks', request([chunked], chunks({ last: '0\r\n\n' })))),
  byLlhttp9(refused(400, 'a length among the trailers', request([chunked], chunks({ last: '0\r\nContent-Length: 5\r\n\r\n' })))),
  refused(400, 'a trailer without a colon', request([chunked], chunks({ last: '0\r\nX y\r\n\r\n' }))),
  refused(413, 'chunk extensions without end', request([chunked], chunks({ size: `16;a=${'b'.repeat(17_000)}` }))),

  // Host.
  refused(400, 'Host twice', request(['Host: b', length])),
  refused(400, 'Host twice, the same', request(['Host: a', length])),
  ...badHosts.map((host) =>
    refused(400, `Host: ${host}`, ['POST / HTTP/1.1', `Host: ${host}`, json, length, '', body].join('\r\n')),
  ),

  // Header lines.
  refused(400, 'a folded line', request(['X: a\r\n b', length])),
  refused(400, 'a folded Content-Length', request([`Content-Length:\r\n ${body.length}`])),
  refused(400, 'a fold in the first header line', `POST / HTTP/1.1\r\n X: a\r\n${json}\r\n${length}\r\n\r\n${body}`),
  refused(400, 'a blank before a colon', request([`Content-Length : ${body.length}`])),
  refused(400, 'a tab before a colon', request(['X\t: a', length])),
  refused(400, 'a no-break space in a name', request(['Content-Length\xa0: 5', length])),
  byLlhttp9(refused(400, 'a blank in a name', request(['X Y: a', length]))),
  byLlhttp9(refused(400, 'a header without a name', request([': a', length]))),
  refused(400, 'a header without a colon', request(['X', length])),
  refused(400, 'NUL in a value', request(['X: a\0b', length])),
  refused(400, 'NUL in a name', request(['X\0: a', length])),
  refused(400, 'a control character in a value', request(['X: a\x01b', length])),
  refused(400, 'DEL in a value', request(['X: a\x7fb', length])),
  refused(400, 'a bare CR in a value', request(['X: a\rb', length])),
  refused(400, 'a bare LF between headers', request([`X: a\n${length}`])),
  byLlhttp9(refused(400, 'a bare LF at the end of the head', `POST / HTTP/1.1\r\n${json}\r\n${length}\r\n\n${body}`)),
  byLlhttp9(refused(400, 'a bare CR at the end of the head', `POST / HTTP/1.1\r\n${json}\r\n${length}\r\n\r${body}`)),
  refused(400, 'bare LF line ends', request([length]).replaceAll('\r\n', '\n')),
  refused(400, 'bare CR line ends', request([length]).replaceAll('\r\n', '\r')),
  refused(431, 'a head over the limit', request([`X: ${'a'.repeat(40_000)}`, length])),
  refused(431, 'many headers over the limit together', request([...Array<string>(4000).fill('x: abcdef'), length])),
  refused(431, 'a target over the limit', request([length], body, `POST /${'a'.repeat(40_000)} HTTP/1.1`)),

  // Request lines.
  refused(505, 'HTTP/0.9', request([length], body, 'POST / HTTP/0.9')),
  refused(505, 'HTTP/1.2', request([length], body, 'POST / HTTP/1.2')),
  refused(505, 'HTTP/1.10', request([length], body, 'POST / HTTP/1.10')),
  refused(505, 'HTTP/01.1', request([length], body, 'POST / HTTP/01.1')),
  refused(505, 'HTTP/2.0', request([length], body, 'POST / HTTP/2.0')),
  refused(505, 'HTTP/3.0', request([length], body, 'POST / HTTP/3.0')),
  refused(505, 'HTTP/11.1', request([length], body, 'POST / HTTP/11.1')),
  refused(505, 'the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused(505, 'a request without a version', 'POST /\r\n\r\n'),
  refused(400, 'HTTP/1', request([length], body, 'POST / HTTP/1')),
  ...['http/1.1', 'HTTPS/1.1', 'SIP/2.0', 'COAP+TCP/1.0', 'X/1'].map((protocol) => {
    return { ...refused(505, protocol, request([length], body, `POST / ${protocol}`)), cut: [400] }
  }),
  refused(400, 'a word that is no protocol', request([length], body, 'POST / HTTP1.1')),
  ...['POST', 'GET', 'OPTIONS', 'PUT', 'ANNOUNCE', 'SET_PARAMETER', 'SOURCE', 'CONNECT'].flatMap((method) => [
    refused(505, `${method} RTSP/1.0`, request([length], body, `${method} / RTSP/1.0`)),
    refused(505, `${method} RTSP/1.1`, request([length], body, `${method} / RTSP/1.1`)),
  ]),
  refused(505, 'SOURCE ICE/1.0', request([length], body, 'SOURCE / ICE/1.0')),
  refused(505, 'POST ICE/1.0', request([length], body, 'POST / ICE/1.0')),
  refused(505, 'RTSP with many blanks', request([length], body, 'POST   /a   RTSP/1.1')),
  refused(505, 'RTSP with a long target', request([length], body, `POST /${'a'.repeat(30_000)} RTSP/1.1`)),
  refused(505, 'RTSP with a method in the target', request([length], body, 'POST /GET RTSP/1.1')),
  refused(505, 'RTSP after empty lines', `\r\n\r\n${request([length], body, 'POST / RTSP/1.1')}`),
  refused(505, 'RTSP and chunks', request([chunked], chunks(), 'POST / RTSP/1.1')),
  refused(400, 'RTSP/1', request([length], body, 'POST / RTSP/1')),
  refused(505, 'CONNECT HTTP/2.0', 'CONNECT a:80 HTTP/2.0\r\nHost: a:80\r\n\r\n'),
  { ...refused(505, 'another method and version', request([length], body, 'FOO / HTTP/2.0')), cut: [405] },
  { ...refused(505, 'another method and protocol', request([length], body, 'FOO / RTSP/1.0')), cut: [405] },
  refused(400, 'a blank after the version', request([length], body, 'POST / HTTP/1.1 ')),
  refused(400, 'a blank in the target', request([length], body, 'POST /a b HTTP/1.1')),
  refused(400, 'no target', request([length], body, 'POST HTTP/1.1')),
  refused(400, 'an empty target', request([length], body, 'POST  HTTP/1.1')),
  refused(400, 'a control character in the target', request([length], body, 'POST /\x01 HTTP/1.1')),
  byLlhttp9(refused(400, 'a tab in the target', request([length], body, 'POST /\ta HTTP/1.1'))),
  refused(400, 'NUL in the target', request([length], body, 'POST /\0 HTTP/1.1')),
  byLlhttp9(refused(400, 'a raw byte above ASCII in the target', request([length], body, 'POST /\xe9 HTTP/1.1'))),
  refused(400, 'tabs between the parts', request([length], body, 'POST\t/\tHTTP/1.1')),
  refused(400, 'a blank before the method', request([length], body, ' POST / HTTP/1.1')),
  refused(400, 'a byte order mark', `\xef\xbb\xbf${request([length])}`),
  refused(400, 'a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'),
  refused(405, 'post', request([length], body, 'post / HTTP/1.1')),
  refused(405, 'a method that does not exist', request([length], body, 'POSTX / HTTP/1.1')),
  refused(405, 'a method of another protocol', request([length], body, 'DESCRIBE / HTTP/1.1')),
  refused(405, 'CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n'),
  refused(405, 'CONNECT with a body', 'CONNECT a:80 HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc'),
  refused(417, 'another expectation', request(['Expect: 200-ok', length])),
  refused(417, 'two expectations', request(['Expect: 100-continue, 100-continue', length])),

  // What comes after a good request.
  served('a request after Connection: close', request(['Connection: close', length])),
  served('a request after keep-alive, close', request(['Connection: keep-alive, close', length])),
  served('a request after HTTP/1.0', request([length], body, 'POST / HTTP/1.0')),
  { name: 'a body longer than its length', bytes: request([length], `${body}}`), statuses: [200, 400], ran: ['first'] },
  {
    name: 'a bad request after a good one',
    bytes: request([length]) + request([chunked, length], chunks()),
    statuses: [200, 400],
    ran: ['first'],
  },
  ...[body, `${body}\r\n`].map((first) => ({
    name: 'RTSP in the read behind a good request',
    bytes: request([`Content-Length: ${first.length}`], first) + request([length], body, 'POST / RTSP/1.0'),
    statuses: [200, 505],
    ran: ['first'],
  })),
  ...[1, 9].map((count) => {
    // Not JSON, which does not end the connection.
    const decoy = Array.from({ length: count }, (_, index) => `GET /${index} RTSP/1.0\r\n`).join('')
    return {
      name: `RTSP behind ${count} lines of it in a body`,
      bytes: textBody(decoy) + request([length], body, 'POST / RTSP/1.0'),
      statuses: count > 4 ? [505] : [400, 505],
      ran: [],
      cut: [400, 505],
    }
  }),
  {
    name: 'RTSP in the read behind chunks',
    bytes: request([chunked], chunks()) + request([length], body, 'POST / RTSP/1.0'),
    statuses: [200, 505],
    ran: ['first'],
  },
  {
    name: 'a second request behind an offer of h2c',
    bytes: request([...h2c, length]),
    statuses: [200],
    ran: ['first'],
  },
  {
    name: 'a second request behind an offer of h2c without a body',
    bytes: request([...h2c, 'Content-Length: 0'], ''),
    statuses: [200],
    ran: [],
  },
]

const services: readonly Vector[] = [
  served('a length', request([length])),
  served('a length with leading zeros', request([`Content-Length: 00${body.length}`])),
  served('a length with blanks around', request([`Content-Length:   ${body.length}  `])),
  served('one chunk', request([chunked], chunks())),
  served('chunked in capitals', request([chunked.toUpperCase()], chunks())),
  byLlhttp9(served('chunk extensions', request([chunked], chunks({ size: '16;a=b;c="d"' })))),
  served('a chunk size with zeros', request([chunked], chunks({ size: '00000000000000000000016' }))),
  served('trailers', request([chunked], chunks({ last: '0\r\nX: y\r\n\r\n' }))),
  served('an empty line before the request', `\r\n${request([length])}`),
  served('an absolute target', request([length], body, 'POST http://b/c HTTP/1.1')),
  served('the target *', request([length], body, 'POST * HTTP/1.1')),
  served('a fragment in the target', request([length], body, 'POST /#a HTTP/1.1')),
  served('a byte above ASCII in a value', request(['X: \xe9', length])),
  served('names of prototypes', request(['__proto__: a', 'constructor: b', length])),
  served('no Host', `POST / HTTP/1.1\r\n${json}\r\n${length}\r\n\r\n${body}`),
  ...goodHosts.map((host) =>
    served(`Host: ${host}`, `POST / HTTP/1.1\r\nHost: ${host}\r\n${json}\r\n${length}\r\n\r\n${body}`),
  ),
  served('HTTP/1.0 with keep-alive', request(['Connection: keep-alive', length], body, 'POST / HTTP/1.0')),
  served('an offer of h2c', request([...h2c, length])),
  served('an empty Expect', request(['Expect:', length])),
  served('RTSP in a header', request(['Via: RTSP/1.0 a', 'X: RTSP/1.0', 'Upgrade: RTSP/1.0', length])),
  served('RTSP in the target', request([length], body, 'POST /RTSP/1.0 HTTP/1.1')),
  served('RTSP in a body', textBody('{ "command": "first", "arguments": [ "POST / RTSP/1.0", "SERVICE/1.0" ] }')),
  served(
    'a long body of one line',
    textBody(`{ "command": "first", "arguments": "${'POST / RTSP/1.0 GET '.repeat(9000)}" }`),
  ),
  { name: 'GET', bytes: 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', statuses: [405], ran: [] },
  { name: 'PUT with a body', bytes: request([length], body, 'PUT / HTTP/1.1'), statuses: [405], ran: [] },
  {
    name: 'three at once',
    bytes: request([length]).repeat(3),
    statuses: [200, 200, 200],
    ran: ['first', 'first', 'first'],
  },
]

const loose = looseParser()

function skip(t: Test, vector: Vector): boolean {
  if (vector.llhttp9 !== true || loose === null) return false
  t.pass(vector.name, { skip: loose })
  return true
}

/** At once, or in pieces that arrive one by one: single bytes, but for what is long. */
async function send(client: RawClient, bytes: string, split: boolean): Promise<void> {
  const size = split ? Math.ceil(bytes.length / 400) : bytes.length
  for (let start = 0; start < bytes.length; start += size) {
    // Where the server has closed meanwhile, the rest is lost, as it should be.
    await client.sent(bytes.slice(start, start + size))
  }
}

for (const [way, split] of [['in one piece', false], ['byte by byte', true]] as const) {
  t.test(`refused for good, sent ${way}`, async (t) => {
    const door = await openDoor(t)
    for (const vector of refusals) {
      if (skip(t, vector)) continue
      door.ran.length = 0
      const client = await connectTo(t, door.port)
      await send(client, vector.bytes + commandRequest('smuggled'), split)
      const answers = await client.rest()
      const got = answers.map((each) => each.status)
      if (!split || String(got) !== String(vector.cut)) t.same(got, vector.statuses, vector.name)
      t.equal(answers.at(-1)?.headers.get('connection'), 'close', `${vector.name}: says that it closes`)
      client.send(commandRequest('smuggled'))
      client.end()
      await client.closed
      t.same(door.names(), vector.ran, `${vector.name}: runs nothing more`)
    }
  })

  t.test(`served, sent ${way}, and the connection goes on`, async (t) => {
    const door = await openDoor(t)
    for (const vector of services) {
      if (skip(t, vector)) continue
      door.ran.length = 0
      const client = await connectTo(t, door.port)
      await send(client, vector.bytes, split)
      for (const status of vector.statuses) t.equal((await client.answer()).status, status, vector.name)
      client.send(commandRequest('probe'))
      t.equal((await client.answer()).status, 200, `${vector.name}: goes on`)
      t.same(door.names(), [...vector.ran, 'probe'], vector.name)
    }
  })
}
