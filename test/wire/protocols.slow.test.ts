// Request lines of other protocols and versions, and methods of all kinds, on the built program over plain TCP and TLS:
// refused before a password is asked for, with nothing run, without an error in the log and without harm to others.

import { readFileSync } from 'node:fs'
import { METHODS } from 'node:http'
import net from 'node:net'
import tls from 'node:tls'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

const body = '{ "command": "config-get" }'

const login = `Authorization: Basic ${Buffer.from('anna:right').toString('base64')}`

function request(line: string, headers: readonly string[] = [], content = body): string {
  const lines = [line, 'Host: a', 'Content-Type: application/json', ...headers, `Content-Length: ${content.length}`]
  return [...lines, '', content].join('\r\n')
}

const good = request('POST /good HTTP/1.1', [login], '{ "command": "version-get" }')

const rtsp = [
  'ANNOUNCE', 'DESCRIBE', 'FLUSH', 'GET_PARAMETER', 'PAUSE', 'PLAY', 'RECORD', 'REDIRECT', 'SETUP', 'SET_PARAMETER',
  'TEARDOWN',
]
const others = [...METHODS, 'QUERY', 'ICY', 'FOO'].filter((method) => method !== 'POST')
const methods = [...new Set(['POST', ...others, ...rtsp])]
const protocols = [
  'RTSP/1.0', 'RTSP/1.1', 'RTSP/2.0', 'ICE/1.0', 'ICE/1.1', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.2', 'SIP/2.0', 'http/1.1',
]

const table: readonly (readonly [status: number, line: string])[] = [
  ...methods.flatMap((method) => {
    return protocols.map((protocol) => [505, `${method} ${targetOf(method)} ${protocol}`] as const)
  }),
  ...[...new Set([...others, ...rtsp])].map((method) => [405, `${method} ${targetOf(method)} HTTP/1.1`] as const),
  [401, 'POST / HTTP/1.1'], [401, 'POST / HTTP/1.0'], [401, 'POST /RTSP/1.0 HTTP/1.1'],
  [505, 'PRI * HTTP/2.0'], [505, 'POST /'], [400, 'POST / RTSP'], [400, 'POST / RTSP/x.y'], [400, 'POST / RTSP/1.0 '],
]

function targetOf(method: string): string {
  return method === 'CONNECT' ? 'a:80' : '/'
}

for (const [way, secure] of [['plain TCP', false], ['TLS', true]] as const) {
  t.test(`each is refused over ${way} in the way that fits`, async (t) => {
    const files = await makeTestCertificates(temporaryDirectory(t))
    const tlsFiles = {
      'trust-anchor': files.caFile, 'cert-file': files.serverCertFile, 'key-file': files.serverKeyFile, 'cert-required': false,
    }
    const program = await startProgram(t, {
      ...(secure ? tlsFiles : {}),
      authentication: { type: 'basic', clients: [{ user: 'anna', password: 'right' }] },
      loggers: [{ name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout' }] }],
    })
    const connect = (): net.Socket => secure
      ? tls.connect({ port: program.port, host: '127.0.0.1', servername: 'localhost', ca: readFileSync(files.caFile) })
      : net.connect(program.port, '127.0.0.1')
    /** What comes back until the program closes, or an answer after which it does not. */
    const send = (bytes: string): Promise<{ text: string; closed: boolean }> => new Promise((resolve, reject) => {
      let text = ''
      const socket = connect().setEncoding('latin1').once('error', reject)
      socket.on('data', (chunk: string) => {
        text += chunk
        const complete = text.endsWith(bytes.startsWith('HEAD ') ? '\r\n\r\n' : '}')
        if (!/\r\nConnection: close\r\n/.test(text) && complete) socket.destroy()
      })
      socket.once('end', () => socket.end())
      socket.once('close', () => resolve({ text, closed: socket.readableEnded }))
      socket.write(bytes)
    })
    for (const [status, line] of table) {
      const { text, closed } = await send(request(line))
      t.equal(Number(/^HTTP\/1\.1 (\d+) /.exec(text)?.[1]), status, `${line}: ${status}`)
      if (status === 405) t.match(text, /\r\nAllow: POST\r\n/)
      if (status === 505 || status === 400) {
        t.ok(closed, `${line}: closed`)
        // A password makes no difference, nor does a good request before it.
        if (!/^(?:POST|GET|SOURCE|ANNOUNCE) /.test(line)) continue
        const both = await send(good + request(line, [login]))
        t.match(both.text, new RegExp(`^HTTP/1\\.1 200 [^]*\\bHTTP/1\\.1 ${status} `), `${line}: after a good one`)
        t.ok(both.closed, `${line}: closed after a good one`)
      }
    }
    t.equal(await program.stop('SIGTERM'), 0)
    t.notMatch(program.output(), /ERROR|FATAL|config-get/)
  })
}
