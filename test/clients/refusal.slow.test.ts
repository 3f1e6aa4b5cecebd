// What a client sees that is not let in: the explaining 403 of mutual TLS, and nothing at all in plain text.

import { once } from 'node:events'
import net from 'node:net'
import t from 'tap'
import { run } from '../support/child.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import type { Pair } from '../kea/certificates.ts'
import { kind, makeCertificates } from '../kea/certificates.ts'
import { openDoor, password, user } from '../kea/door.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { command, daemonAnswer } from './doors.ts'

const certificates = await makeCertificates(t, true)
const daemon = await FakeDaemon.listen(answering(daemonAnswer))
t.teardown(() => daemon.close())
const door = await openDoor(t, { tls: 'mutual', basic: true }, certificates, { sockets: { dhcp4: daemon.path } })

/** What a client may show, and the word of the reason that it must be told. */
const refused: Readonly<Record<string, readonly [Pair | null, RegExp]>> = {
  'no certificate': [null, /certificate/i],
  'an expired certificate': [kind(certificates, 'client-expired'), /expired/i],
  'a certificate of tomorrow': [kind(certificates, 'client-not-yet-valid'), /not (yet )?valid/i],
  'a self-signed certificate': [kind(certificates, 'client-self-signed'), /self-signed|not issued by/i],
  'a certificate of a foreign authority': [kind(certificates, 'client-foreign'), /foreign CA/],
  'a certificate for servers only': [kind(certificates, 'client-server-usage'), /usage|purpose/i],
  'a certificate without its intermediate': [kind(certificates, 'client-leaf-only'), /intermediate/i],
}

const accepted: Readonly<Record<string, Pair>> = {
  'a certificate without extended usage': kind(certificates, 'client-no-usage'),
  'a certificate with its intermediate': kind(certificates, 'client-chain'),
}

for (const version of ['1.2', '1.3'] as const) {
  t.test(`curl in TLS ${version}`, { skip: skipWithout('curl') }, async (t) => {
    const knock = async (pair: Pair | null): Promise<{ status: string; body: string }> => {
      const done = await run(executable('curl'), [
        '--silent',
        '--show-error',
        '--cacert',
        certificates.ca,
        `--tlsv${version}`,
        '--tls-max',
        version,
        '--user',
        `${user}:${password}`,
        ...(pair === null ? [] : ['--cert', pair.cert, '--key', pair.key]),
        '--json',
        command,
        '--write-out',
        '\n%{http_code}',
        `${door.url}/`,
      ])
      const [body = '', status = ''] = done.stdout.split('\n')
      return { status, body: body + done.stderr }
    }
    for (const [name, [pair, reason]] of Object.entries(refused)) {
      const before = daemon.connections.length
      const reply = await knock(pair)
      t.equal(reply.status, '403', `${name}: 403`)
      const body = JSON.parse(reply.body) as { result: number; text: string }
      t.equal(body.result, 403)
      t.match(body.text, reason, `${name}: "${body.text}"`)
      t.equal(daemon.connections.length, before, 'and no command reached the daemon')
    }
    for (const [name, pair] of Object.entries(accepted)) t.equal((await knock(pair)).status, '200', name)
  })
}

t.test('the log names the refused client and the reason', async () => {
  await door.waitFor(/CERTIFICATE_REFUSED .*127\.0\.0\.1.*subject O=keagate test, CN=client, issuer .*foreign CA/)
})

t.test('plain HTTP on the TLS port is told so, and nothing of it is run', async (t) => {
  const client = net.connect(door.port, '127.0.0.1')
  const received: Buffer[] = []
  client.on('data', (chunk) => received.push(chunk)).on('error', () => undefined)
  client.write(`POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`)
  await once(client, 'close')
  t.match(Buffer.concat(received).toString('latin1'), /^HTTP\/1\.1 400 Bad Request\r\n[^]*this port speaks HTTPS/)
  await door.waitFor(/HTTP_CONNECTION_HANDSHAKE_FAILED/)
})
