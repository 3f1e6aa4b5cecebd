// Connections that come out of a TLS handshake: served, told why they are refused, and ended without cutting answers.

import { createServer, connect } from 'node:tls'
import type { SecureVersion } from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeServer } from '../../certs-test/authority.ts'
import type { AcceptedConnection } from '../../src/http/connection/accepted-connection.ts'
import type { HttpServer } from '../../src/http/server.ts'
import type { PeerCertificate } from '../../src/x509/certificate-info.ts'
import { addressOf } from '../../src/net/remote-address.ts'
import { commandRequest, RawClient } from '../support/raw-client.ts'
import { HeldCommands, openDoor } from '../support/recording-server.ts'
import type { DoorOptions, RecordingDoor } from '../support/recording-server.ts'

const identity = await makeServer(undefined)
const reason = { id: 'no-certificate', reason: 'no client certificate was sent', remedy: 'send one of a trusted authority' } as const
const refused = { status: 403, body: /"result": 403, "text": "Forbidden: no client certificate was sent; send one/ }

const peer: PeerCertificate = {
  subject: 'CN=client',
  issuer: 'CN=ca',
  subjectAltNames: [],
  serial: '01',
  fingerprint: '00',
  notBefore: 0,
  notAfter: Date.now() + 60_000,
}

/** A door behind a TLS handshake that lets everybody in; what happens then is the test's. */
async function openTlsDoor(
  t: Test,
  options: DoorOptions,
  ready: (server: HttpServer, arrival: AcceptedConnection) => void,
): Promise<RecordingDoor> {
  const secure = createServer({ key: identity.key, cert: identity.certificate })
  let server: HttpServer | null = null
  secure.on('secureConnection', (socket) => {
    if (server !== null) ready(server, { socket, client: { remoteAddress: addressOf(socket) }, consumed: 0, peer: null, verified: null, slot: server.takeSlot('::1'), origin: null })
  })
  return openDoor(t, options, (http, arrival) => {
    server = http
    secure.emit('connection', arrival.socket)
  })
}

async function connectTls(t: Test, port: number, maxVersion: SecureVersion = 'TLSv1.3'): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', ca: identity.certificate, maxVersion })
  socket.allowHalfOpen = true
  t.teardown(() => socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return new RawClient(socket)
}

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  t.test(`${version}: commands are served with the certificate's facts, also after a half-close`, async (t) => {
    const held = new HeldCommands()
    const door = await openTlsDoor(t, { answer: held.answer }, (server, arrival) => server.serve({ ...arrival, peer }))
    const client = await connectTls(t, door.port, version)
    client.send(commandRequest('a') + commandRequest('b'))
    client.end()
    for (const count of [1, 2]) {
      await held.started(count)
      held.release()
    }
    t.same((await client.rest()).map((each) => each.status), [200, 200])
    t.match(door.ran, [{ caller: { remoteAddress: '127.0.0.1', tls: { subject: 'CN=client' } } }, {}])
    await client.closed
  })

  t.test(`${version}: who may not come in is told why, and nothing he sends is run`, async (t) => {
    const door = await openTlsDoor(t, { headers: { 'X-Door': 'a' } }, (server, arrival) => server.refuse(arrival, reason, null))
    const requests = [
      commandRequest('x'),
      commandRequest('x').repeat(50),
      'GET / HTTP/1.1\r\n\r\n',
      'nonsense',
      `POST / HTTP/1.1\r\nContent-Length: 5000000\r\n\r\n${' '.repeat(5_000_000)}`,
    ]
    for (const bytes of requests) {
      const client = await connectTls(t, door.port, version)
      client.send(bytes)
      const answers = await client.rest()
      t.match(answers, [refused])
      t.equal(answers[0]?.headers.get('x-door'), 'a')
      t.equal(answers[0]?.headers.get('connection'), 'close')
      client.end()
      await client.closed
    }
    t.same(door.names(), [])
  })
}

t.test('who may not come in and says nothing is told in the end', async (t) => {
  const limits = { headTimeout: 50 }
  const door = await openTlsDoor(t, { limits }, (server, arrival) => server.refuse(arrival, reason, null))
  t.match(await (await connectTls(t, door.port)).rest(), [refused])
  const leaving = await connectTls(t, door.port)
  leaving.end()
  t.same(await leaving.rest(), [], 'who leaves is told nothing')
})

t.test('a framing error over TLS is answered and ends the connection', async (t) => {
  const door = await openTlsDoor(t, {}, (server, arrival) => server.serve({ ...arrival, peer }))
  const client = await connectTls(t, door.port)
  client.send(`POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n${commandRequest('smuggled')}`)
  t.match(await client.rest(), [{ status: 400 }])
  client.send(commandRequest('smuggled'))
  client.end()
  await client.closed
  t.same(door.names(), [])
})

t.test('answers larger than any buffer come through TLS', async (t) => {
  const size = 20 * 1024 * 1024
  const answer = { chunks: [Buffer.alloc(size, 'x')], length: size }
  const door = await openTlsDoor(t, { answer: () => answer }, (server, arrival) => server.serve(arrival))
  const client = await connectTls(t, door.port)
  client.send(commandRequest('x', ['Connection: close']))
  t.same((await client.rest()).map((each) => each.body.length), [size])
})

t.test('a certificate that expires while its connection is open ends the connection', async (t) => {
  const expired = { ...peer, notAfter: Date.now() - 1000 }
  const door = await openTlsDoor(t, {}, (server, arrival) => server.serve({ ...arrival, peer: expired }))
  const client = await connectTls(t, door.port)
  client.send(commandRequest('x'))
  t.match(await client.rest(), [{ status: 403, body: /expired on .* GMT; renew it/ }])
  t.same(door.names(), [])
  t.equal(door.log.count('KEAGATE_CLIENT_CERTIFICATE_REFUSED'), 1)
})
