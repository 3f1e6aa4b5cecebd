// The built program while its TLS files change on disk: nobody is cut off, nobody waits, and nothing half written is
// ever taken.

import { X509Certificate } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import { join } from 'node:path'
import tls from 'node:tls'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { makeRevocationList } from '../../certs-test/revocation-list.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const ca = await makeAuthority('rotation CA')
const client = await makeClient(ca)
const old = await makeServer(ca)
const renewed = await makeServer(ca)

interface Door {
  readonly program: Program
  /** Replaces a file in one step, as careful programs do. */
  readonly replace: (name: string, content: string) => void
  readonly file: (name: string) => string
}

async function open(t: Test, settings: Record<string, unknown> = {}, lists: string | null = null): Promise<Door> {
  const directory = temporaryDirectory(t)
  const file = (name: string): string => join(directory, name)
  const replace = (name: string, content: string): void => {
    writeFileSync(file(`${name}.new`), content, { mode: 0o600 })
    renameSync(file(`${name}.new`), file(name))
  }
  replace('ca.crt', ca.certificate)
  replace('server.crt', old.certificate)
  replace('server.key', old.key)
  if (lists !== null) replace('crl.pem', lists)
  const program = await startProgram(t, {
    'trust-anchor': file('ca.crt'),
    'cert-file': file('server.crt'),
    'key-file': file('server.key'),
    ...(lists === null ? {} : { tls: { 'crl-file': file('crl.pem'), ...settings } }),
    ...(lists === null ? settings : {}),
  })
  return { program, replace, file }
}

/** Connects until the new certificate is seen. The time limit of the test is that of the waiting. */
async function untilRenewed({ port }: Program): Promise<ReadonlySet<string>> {
  const seen = new Set<string>()
  do seen.add(await serverSerial(port))
  while (!seen.has(serialOf(renewed.certificate)))
  return seen
}

/** The certificate that a new connection is shown, or why there is none. */
function serverSerial(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = tls.connect({ port, host: '127.0.0.1', ca: ca.certificate })
    socket.once('error', (error: Error) => resolve(error.message))
    socket.once('secureConnect', () => {
      resolve(socket.getPeerX509Certificate()?.serialNumber ?? 'none')
      socket.destroy()
    })
  })
}

const serialOf = (certificate: string): string =>
  new X509Certificate(certificate).serialNumber

interface Answer {
  readonly status: number
  readonly body: string
  /** The ticket that was given. */
  readonly session: Buffer | undefined
  readonly resumed: boolean
}

function ask(port: number, agent: https.Agent, session?: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let ticket: Buffer | undefined
    const request = https.request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        agent,
        ca: ca.certificate,
        cert: client.certificate,
        key: client.key,
        headers: { 'content-type': 'application/json' },
        ...(session === undefined ? {} : { session }),
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('end', () => {
          const resumed = response.socket instanceof tls.TLSSocket && response.socket.isSessionReused()
          resolve({ status: response.statusCode ?? 0, body, session: ticket, resumed })
        })
      },
    )
    request.on('socket', (socket) => socket.on('session', (given: Buffer) => (ticket = given)))
    request.on('error', reject)
    request.end('{ "command": "version-get" }')
  })
}

t.test('a new certificate is taken under a load of new connections, and none of them fails', async (t) => {
  const { program, replace } = await open(t)
  const seen = new Map<string, number>()
  let stop = false
  const load = Array.from({ length: 4 }, async () => {
    while (!stop) {
      const serial = await serverSerial(program.port)
      seen.set(serial, (seen.get(serial) ?? 0) + 1)
    }
  })
  while ((seen.get(serialOf(old.certificate)) ?? 0) < 20) await serverSerial(program.port)
  const began = performance.now()
  // The key first: for a moment the two do not fit.
  replace('server.key', renewed.key)
  await serverSerial(program.port)
  replace('server.crt', renewed.certificate)
  await program.waitFor(/KEAGATE_TLS_FILES_TAKEN/)
  const took = performance.now() - began
  for (let count = 0; count < 20; count++) t.equal(await serverSerial(program.port), serialOf(renewed.certificate))
  stop = true
  await Promise.all(load)
  t.same(new Set(seen.keys()), new Set([serialOf(old.certificate), serialOf(renewed.certificate)]), 'nothing else')
  t.comment(`${[...seen.values()].join(' + ')} connections; the new certificate was in force after ${took.toFixed()} ms`)
  t.notMatch(program.output(), 'KEAGATE_TLS_FILES_NOT_TAKEN')
})

t.test('files that are written in place, bit by bit and one after the other, are taken once they are whole', async (t) => {
  const { program, file } = await open(t)
  const half = renewed.certificate.length / 2
  writeFileSync(file('server.crt'), renewed.certificate.slice(0, half))
  t.equal(await serverSerial(program.port), serialOf(old.certificate))
  appendFileSync(file('server.crt'), renewed.certificate.slice(half))
  t.equal(await serverSerial(program.port), serialOf(old.certificate), 'the key does not fit yet')
  writeFileSync(file('server.key'), renewed.key)
  t.same(await untilRenewed(program), new Set([serialOf(old.certificate), serialOf(renewed.certificate)]), 'nothing else, no failure')
})

t.test('the link that Kubernetes swaps for a new secret is noticed', async (t) => {
  const mount = join(temporaryDirectory(t), 'secret')
  const release = (name: string, { certificate, key }: typeof old): void => {
    mkdirSync(join(mount, name), { recursive: true })
    for (const [member, content] of [['tls.crt', certificate], ['tls.key', key]] as const) {
      writeFileSync(join(mount, name, member), content, { mode: 0o600 })
    }
    symlinkSync(name, join(mount, '..data_tmp'))
    renameSync(join(mount, '..data_tmp'), join(mount, '..data'))
  }
  release('..2026_01', old)
  for (const member of ['tls.crt', 'tls.key']) symlinkSync(join('..data', member), join(mount, member))
  const { program } = await open(t, { 'cert-file': join(mount, 'tls.crt'), 'key-file': join(mount, 'tls.key') })
  t.equal(await serverSerial(program.port), serialOf(old.certificate))
  release('..2026_02', renewed)
  rmSync(join(mount, '..2026_01'), { recursive: true })
  t.same(await untilRenewed(program), new Set([serialOf(old.certificate), serialOf(renewed.certificate)]), 'nothing else, no failure')
  t.notMatch(program.output(), 'KEAGATE_TLS_FILES_NOT_TAKEN')
})

t.test('a broken file changes nothing but the log, and the next good one is taken', async (t) => {
  const { program, replace } = await open(t)
  replace('server.crt', old.certificate.slice(0, 300))
  await program.waitFor(/ERROR .*KEAGATE_TLS_FILES_NOT_TAKEN .*cert-file \S+ holds no certificate: its PEM object is cut/)
  t.equal(await serverSerial(program.port), serialOf(old.certificate))
  replace('server.crt', renewed.certificate)
  await program.waitFor(/KEAGATE_TLS_FILES_NOT_TAKEN .*key-file \S+ does not belong to the certificate/)
  t.equal(await serverSerial(program.port), serialOf(old.certificate))
  replace('server.key', renewed.key)
  await program.waitFor(/KEAGATE_TLS_FILES_TAKEN .*serial [0-9A-F]+, valid until/)
  t.equal(await serverSerial(program.port), serialOf(renewed.certificate))
  t.equal(program.output().match(/KEAGATE_TLS_FILES_NOT_TAKEN/g)?.length, 2, 'each once')
})

for (const version of ['1.2', '1.3']) {
  t.test(`a revoked client is refused on its open connection, with its ticket, and anew (TLS ${version})`, async (t) => {
    const { program, replace } = await open(t, { 'max-version': version }, await makeRevocationList(ca))
    const kept = new https.Agent({ keepAlive: true, maxSockets: 1 })
    t.teardown(() => kept.destroy())
    const before = await ask(program.port, kept)
    t.equal(before.status, 200)
    t.match(await ask(program.port, new https.Agent(), before.session), { status: 200, resumed: true }, 'its ticket is good until then')
    const began = performance.now()
    const next = new Date(Date.now() - 1000)
    replace('crl.pem', await makeRevocationList(ca, { revoked: [client.certificate], thisUpdate: next }))
    await program.waitFor(/KEAGATE_TLS_FILES_TAKEN/)
    t.comment(`the list was in force after ${(performance.now() - began).toFixed()} ms`)
    const reason = /the client certificate \(O=keagate test, CN=client\) was revoked on 2026-01-02 03:04:05 UTC; give/
    t.match(await ask(program.port, kept), { status: 403, body: reason }, 'the open connection')
    const fresh = new https.Agent()
    t.match(await ask(program.port, fresh, before.session), { status: 403, body: reason }, 'the ticket')
    t.match(await ask(program.port, fresh), { status: 403, body: reason }, 'a new connection')
    await program.waitFor(/KEAGATE_CLIENT_CERTIFICATE_REFUSED .*serial [0-9A-F]+, SHA-256 fingerprint ([0-9A-F]{2}:){31}/)
    t.equal(program.output().match(/KEAGATE_CLIENT_CERTIFICATE_REFUSED/g)?.length, 1, 'told once, the rest is counted')
  })
}

t.test('with reload-on-change false, files are taken when that is asked for', async (t) => {
  const { program, replace } = await open(t, { tls: { 'reload-on-change': false } })
  replace('server.key', renewed.key)
  replace('server.crt', renewed.certificate)
  t.equal(await serverSerial(program.port), serialOf(old.certificate))
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/SERVICE_UPDATED/)
  t.equal(await serverSerial(program.port), serialOf(renewed.certificate))
  t.notMatch(program.output(), 'KEAGATE_TLS_FILES_TAKEN')
})

t.test('watching costs no descriptor, however often the configuration is reloaded', { skip: process.platform !== 'linux' }, async (t) => {
  const { program, replace } = await open(t)
  const descriptors = (): number => readdirSync(`/proc/${program.pid}/fd`).length
  await serverSerial(program.port)
  const before = descriptors()
  for (const serial of [1, 2, 3]) {
    const certificate = serial % 2 === 1 ? renewed : old
    replace('server.key', certificate.key)
    replace('server.crt', certificate.certificate)
    process.kill(program.pid, 'SIGHUP')
    await program.waitFor(new RegExp(`(?:SERVICE_UPDATED[^]*){${serial}}`))
  }
  t.equal(await serverSerial(program.port), serialOf(renewed.certificate))
  t.ok(descriptors() <= before + 1, `${before} before, ${descriptors()} after`)
})
