// Session tickets: they work with required certificates, and never carry a caller past the check.

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import tls from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import type { DoorOptions, TlsDoor, Verdict, Visit } from '../support/tls-server.ts'
import { clientIdentity, openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
await makeTestCertificates(directory, { everyKind: true })
const client = clientIdentity(directory, 'client')

for (const version of ['1.2', '1.3'] as const) {
  const door = (t: Test, overrides: Partial<TlsConfig> = {}, options: DoorOptions = {}): Promise<TlsDoor> =>
    openTlsDoor(t, tlsConfig(directory, { minVersion: version, maxVersion: version, ...overrides }), options)

  t.test(`TLS ${version}: with required certificates five of five sessions resume, each with its peer`, async (t) => {
    const { port, next } = await door(t)
    let seen = await visit(port, client)
    const first = await next()
    t.equal(seen.reused, false)
    for (let round = 1; round <= 5; round++) {
      seen = await visit(port, { ...client, session: seen.session })
      t.match(seen, { said: 'connected', reused: true, error: null }, `round ${round}`)
      t.same(facts(await next()), facts(first))
    }
  })

  t.test(`TLS ${version}: a ticket is as good when the client presents it without its certificate`, async (t) => {
    const { port, next } = await door(t)
    const { session } = await visit(port, client)
    await next()
    t.match(await visit(port, { session }), { said: 'connected', reused: true })
    t.match(await next(), { kind: 'connected', peer: { subject: 'O=keagate test, CN=client' } })
  })

  for (const name of [null, 'client-foreign', 'client-expired', 'client-self-signed', 'client-server-usage']) {
    t.test(`TLS ${version}: a ticket of a client with ${name ?? 'no certificate'} opens nothing`, async (t) => {
      const { port, next } = await door(t)
      const identity = name === null ? {} : clientIdentity(directory, name)
      let seen: Visit | undefined
      let reason: string | undefined
      for (const resumed of [false, true, true]) {
        seen = await visit(port, { ...identity, session: seen?.session })
        t.match(seen, { said: 'refused', reused: resumed })
        const verdict = await next()
        if (verdict.kind !== 'refused') return t.fail(verdict.kind)
        reason ??= verdict.diagnosis.reason
        t.equal(verdict.diagnosis.reason, reason, 'the reason stays the same')
      }
    })
  }

  t.test(`TLS ${version}: a certificate that has expired since the ticket was given is refused`, async (t) => {
    let clock = Date.now()
    const { port, next } = await door(t, {}, { now: () => clock })
    const { session } = await visit(port, client)
    t.match(await next(), { kind: 'connected' })
    clock = Date.parse(new X509Certificate(client.cert).validTo) + 1000
    t.match(await visit(port, { ...client, session }), { said: 'refused', reused: true })
    t.match(await next(), { kind: 'refused', diagnosis: { reason: /^the client certificate expired on/ } })
  })

  t.test(`TLS ${version}: a reload that makes certificates required ends every ticket given before it`, async (t) => {
    const open = await door(t, { certRequired: false })
    const { session } = await visit(open.port)
    t.equal((await visit(open.port, { session })).reused, true, 'it works until then')
    open.reload(tlsConfig(directory, { minVersion: version, maxVersion: version }))
    t.match(await visit(open.port, { session }), { said: 'refused', reused: false })
  })

  t.test(`TLS ${version}: a reload with another CA ends every ticket given under the old one`, async (t) => {
    const open = await door(t)
    const { session } = await visit(open.port, client)
    t.equal((await visit(open.port, { ...client, session })).reused, true, 'it works until then')
    const other = path.join(directory, 'foreign-ca.crt')
    open.reload(tlsConfig(directory, { minVersion: version, maxVersion: version, trustAnchor: other }))
    t.match(await visit(open.port, { ...client, session }), { said: 'refused', reused: false })
    t.match(await visit(open.port, { session }), { said: 'refused', reused: false })
    t.match(await visit(open.port, clientIdentity(directory, 'client-foreign')), { said: 'connected' })
  })

  t.test(`TLS ${version}: a reload's new certificate is what the very next connection sees`, async (t) => {
    const open = await door(t, { certRequired: false })
    t.same(await certificateSeen(open.port), new X509Certificate(readFileSync(path.join(directory, 'server.crt'))).raw)
    const certFile = path.join(directory, 'server-rsa.crt')
    const keyFile = path.join(directory, 'server-rsa.key')
    open.reload(tlsConfig(directory, { certRequired: false, certFile, keyFile }))
    t.same(await certificateSeen(open.port), new X509Certificate(readFileSync(certFile)).raw)
  })

  t.test(`TLS ${version}: without session tickets none can be used again`, async (t) => {
    const { port } = await door(t, { sessionTickets: false })
    const { session, said } = await visit(port, client)
    t.equal(said, 'connected')
    t.match(await visit(port, { ...client, session }), { said: 'connected', reused: false })
  })
}

async function certificateSeen(port: number): Promise<Buffer | undefined> {
  const socket = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await new Promise((resolve) => socket.once('secureConnect', resolve))
  const certificate = socket.getPeerX509Certificate()?.raw
  socket.destroy()
  return certificate
}

function facts(verdict: Verdict): unknown {
  return verdict.kind === 'connected' ? verdict.peer : verdict.kind
}
