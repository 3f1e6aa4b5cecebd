// Bytes that are nearly a request, on the built program: the text of the refusal names what is wrong with them.

import net from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { done } from '../certs/authority-at.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

const body = '{ "command": "version-get" }'
const head = (...lines: readonly string[]): string => {
  return ['POST / HTTP/1.1', 'Host: a', 'Content-Type: application/json', ...lines, '', ''].join('\r\n')
}
const whole = head(`Content-Length: ${body.length}`) + body

/** All that comes back until the other side closes. */
async function answerTo(port: number, bytes: string | Buffer): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('error', () => undefined)
  socket.write(bytes)
  // A reset behind the answer is no matter here.
  await new Promise((resolve) => socket.setTimeout(15_000, () => socket.destroy()).once('close', resolve))
  return text
}

t.test('each is refused with a text about itself', async (t) => {
  const { port } = await startProgram(t, {})
  const version2 = Buffer.from('\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\x7f\0\0\x01\x7f\0\0\x01\x10\0\x20\0', 'latin1')
  const rows: readonly (readonly [string, string | Buffer, RegExp])[] = [
    ['PROXY 1', `PROXY TCP4 192.0.2.1 192.0.2.2 4000 8000\r\n${whole}`, /a header of the PROXY protocol came before the request/],
    ['PROXY 1, unknown', `PROXY UNKNOWN\r\n${whole}`, /a header of the PROXY protocol came before the request/],
    ['PROXY 2', Buffer.concat([version2, Buffer.from(whole)]), /a header of the PROXY protocol came before the request/],
    ['LF only', whole.replaceAll('\r\n', '\n'), /a line of the head ends in LF alone; write CR LF/],
    ['LF only, after the first line', whole.replaceAll('\r\n', '\n').replace('\n', '\r\n'), /a line of the head ends in LF alone; write CR LF/],
    [
      'identity', head('Connection: close', 'Transfer-Encoding: identity', `Content-Length: ${body.length}`) + body,
      /Transfer-Encoding and Content-Length exclude each other|Transfer-Encoding is given beside Content-Length/,
    ],
    [
      'byte order mark', `${head('Connection: close', `Content-Length: ${body.length + 3}`)}\ufeff${body}`,
      /the body is not JSON: it begins with a byte order mark; save it as UTF-8 without one/,
    ],
  ]
  for (const [what, bytes, text] of rows) {
    const answer = await answerTo(port, bytes)
    t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/, what)
    t.match(answer, text, what)
  }
})

t.test('plain HTTP on a port for TLS is told so, whatever follows', async (t) => {
  const tls = join(temporaryDirectory(t), 'tls')
  await done(['init', tls])
  const inTls = (name: string): string => join(tls, name)
  const program = await startProgram(t, {
    'trust-anchor': inTls('ca/cert.pem'), 'cert-file': inTls('server/cert.pem'), 'key-file': inTls('server/key.pem'),
  })
  const get = 'GET / HTTP/1.0\r\n\r\n'
  for (const bytes of [whole, get, `${head('Content-Length: 100000')}${'x'.repeat(100_000)}`]) {
    const answer = await answerTo(program.port, bytes)
    t.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n[^]*Connection: close\r\n[^]*this port speaks HTTPS[^]*https:\/\//)
    t.equal(answer.split('HTTP/1.1').length, 2, 'one answer')
  }
  for (const bytes of ['hello there, who are you\r\n', 'SSH-2.0-x\r\n']) {
    t.notMatch(await answerTo(program.port, bytes), /HTTP/)
  }
  t.match(program.output(), /plain HTTP on the TLS port/)
})
