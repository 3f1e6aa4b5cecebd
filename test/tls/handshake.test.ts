// Handshakes that come to nothing: each is told of exactly once, in plain words, and leaves nothing open behind it.

import { spawnSync } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import tls from 'node:tls'
import fc from 'fast-check'
import t from 'tap'
import type { Test } from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import { run } from '../support/child.ts'
import type { DoorOptions, TlsDoor } from '../support/tls-server.ts'
import { clientIdentity, openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
await makeTestCertificates(directory, { everyKind: true })

const door = (t: Test, overrides: Partial<TlsConfig> = {}, options: DoorOptions = {}): Promise<TlsDoor> =>
  openTlsDoor(t, tlsConfig(directory, overrides), options)

/** Sends bytes without TLS and tells what came back before the door closed. */
async function knock(port: number, bytes: string | Buffer, then: 'wait' | 'end' | 'reset' = 'wait'): Promise<Buffer> {
  const socket = net.connect(port, '127.0.0.1')
  const heard: Buffer[] = []
  socket.on('data', (chunk: Buffer) => heard.push(chunk)).on('error', () => undefined)
  socket.write(bytes, () => {
    if (then === 'end') socket.end()
    if (then === 'reset') socket.resetAndDestroy()
  })
  await new Promise((resolve) => socket.once('close', resolve))
  return Buffer.concat(heard)
}

/** The bytes with which a real client of TLS begins. */
async function clientHello(): Promise<Buffer> {
  const listener = net.createServer()
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  const hello = new Promise<Buffer>((resolve) => {
    listener.once('connection', (socket) => socket.once('data', resolve))
  })
  const client = tls.connect((listener.address() as net.AddressInfo).port, '127.0.0.1')
  client.on('error', () => undefined)
  const bytes = await hello
  client.destroy()
  listener.close()
  return bytes
}

t.test('what is not TLS is named, and gets no byte of plain text', async (t) => {
  const { port, next, verdicts } = await door(t)
  const rows: readonly (readonly [bytes: string, reason: RegExp])[] = [
    ['POST / HTTP/1.1\r\nHost: x\r\n\r\n', /^plain HTTP on the TLS port$/],
    ['GET / HTTP/1.0\r\n\r\n', /^plain HTTP on the TLS port$/],
    ['DELETE / HTTP/1.1\r\n\r\n', /plain HTTP/],
    ['CONNECT kea:443 HTTP/1.1\r\n\r\n', /^the client takes the TLS port for an HTTP proxy$/],
    ['SSH-2.0-OpenSSH_9.2\r\n', /^what arrived is not TLS/],
    ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^what arrived is not TLS/],
    ['\x16\x03\x01\x00\x05\xaa\xaa\xaa\xaa\xaa', /^what arrived is no valid TLS handshake$/],
  ]
  for (const [bytes, reason] of rows) {
    const heard = await knock(port, Buffer.from(bytes, 'latin1'))
    // Nothing, or a TLS alert: record type 21.
    t.ok(heard.length === 0 || (heard[0] === 21 && heard.length <= 7), `answer to ${bytes.slice(0, 8)}`)
    const verdict = await next()
    t.match(verdict, { kind: 'failed', remoteAddress: '127.0.0.1', quiet: false, diagnosis: { reason } })
  }
  t.equal(verdicts.length, rows.length)
})

t.test('a client without a common version is told apart', async (t) => {
  const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' } as const
  const rows = [
    [{}, old, 'no common TLS version: the agent offers TLS 1.2 to 1.3, the client TLS 1.1 or older'],
    [
      { minVersion: '1.3' },
      { maxVersion: 'TLSv1.2' },
      'no common TLS version: the agent offers TLS 1.3, the client TLS 1.2 or older',
    ],
    [
      { maxVersion: '1.2' },
      { minVersion: 'TLSv1.3' },
      'no common TLS version: the agent offers TLS 1.2, the client nothing but TLS 1.3, or 1.1 and older',
    ],
  ] as const
  for (const [config, client, reason] of rows) {
    const { port, next } = await door(t, config)
    t.equal((await visit(port, client)).protocol, null)
    t.match(await next(), { kind: 'failed', quiet: false, diagnosis: { reason } })
  }
})

t.test('no common cipher and no common group are told apart', async (t) => {
  const { port, next } = await door(t)
  const rows = [
    [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0' }, /no cipher in common/],
    [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }, /no cipher in common/],
    [{ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_CCM_SHA256' }, /no cipher in common/],
    [{ minVersion: 'TLSv1.3', ecdhCurve: 'P-521' }, /no key exchange group in common/],
  ] as const
  for (const [client, reason] of rows) {
    t.equal((await visit(port, client)).protocol, null)
    t.match(await next(), { kind: 'failed', quiet: false, diagnosis: { reason } })
  }
})

const openssl = spawnSync('openssl', ['version']).status === 0 ? false : 'openssl is not installed'

t.test("a client's complaint about the agent's certificate is passed on", { skip: openssl }, async (t) => {
  const file = (name: string): string => path.join(directory, name)
  const connect = (port: number, ...args: string[]): Promise<unknown> =>
    run('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-verify_return_error', ...args])
  for (const version of ['-tls1_2', '-tls1_3']) {
    const valid = await door(t)
    await connect(valid.port, version, '-CAfile', file('foreign-ca.crt'))
    t.match(await valid.next(), { kind: 'failed', diagnosis: { reason: /does not trust the CA of/ } }, version)
    const old = await door(t, { certFile: file('server-expired.crt'), keyFile: file('server-expired.key') })
    await connect(old.port, version, '-CAfile', file('ca.crt'))
    t.match(await old.next(), { kind: 'failed', diagnosis: { reason: /certificate has expired$/ } }, version)
  }
})

t.test('a port check is a quiet failure, half a handshake is not', async (t) => {
  const hello = await clientHello()
  const { port, next, verdicts } = await door(t)
  await knock(port, '', 'end')
  t.match(await next(), { kind: 'failed', quiet: true, diagnosis: { reason: /closed before a byte was sent/ } })
  await knock(port, '', 'reset')
  t.match(await next(), { kind: 'failed', quiet: true })
  const cut = { kind: 'failed', quiet: false, diagnosis: { reason: /client closed .* during the handshake/ } }
  for (const then of ['end', 'reset'] as const) {
    await knock(port, hello.subarray(0, 20), then)
    t.match(await next(), cut)
    await knock(port, hello, then)
    t.match(await next(), cut)
  }
  t.equal(verdicts.length, 6)
})

t.test('a client that is silent, stops half way or drips is dropped in time', async (t) => {
  const hello = await clientHello()
  const { port, next, verdicts } = await door(t, {}, { handshakeTimeout: 200 })
  const late = { kind: 'failed', quiet: false, diagnosis: { reason: /did not finish .* in time/ } }
  t.equal((await knock(port, '')).length, 0, 'silent')
  t.match(await next(), late)
  t.equal((await knock(port, hello.subarray(0, 50))).length, 0, 'half a record')
  t.match(await next(), late)
  t.equal((await knock(port, hello))[0], 22, 'the answer to a whole record is a handshake record')
  t.match(await next(), late)
  const socket = net.connect(port, '127.0.0.1').on('error', () => undefined)
  let sent = 0
  const drip = setInterval(() => socket.write(hello.subarray(sent, ++sent)), 20)
  await new Promise((resolve) => socket.once('close', resolve))
  clearInterval(drip)
  t.match(await next(), late, 'dripping does not buy time')
  t.equal(verdicts.length, 4)
})

t.test('a connection that was reset before it was taken is a quiet failure', async (t) => {
  const { acceptor, next } = await door(t)
  const gone = new net.Socket()
  gone.destroy()
  await new Promise((resolve) => gone.once('close', resolve))
  acceptor().accept(gone, { remoteAddress: 'unknown' }, null)
  t.match(await next(), { kind: 'failed', remoteAddress: 'unknown', quiet: true })
})

t.test('closing the acceptor drops open handshakes silently and leaves connections alone', async (t) => {
  const hello = await clientHello()
  const open = await door(t, {}, { silent: true })
  const identity = clientIdentity(directory, 'client')
  const client = tls.connect({ port: open.port, host: '127.0.0.1', rejectUnauthorized: false, ...identity })
  const verdict = await open.next()
  const waiting = net.connect(open.port, '127.0.0.1')
  waiting.write(hello)
  await new Promise((resolve) => waiting.once('data', resolve))
  open.acceptor().close()
  await new Promise((resolve) => waiting.once('close', resolve))
  t.equal(open.verdicts.length, 1)
  if (verdict.kind !== 'connected') return t.fail(verdict.kind)
  verdict.socket.end('still here')
  t.equal(String(await new Promise((resolve) => client.once('data', resolve))), 'still here')
})

t.test('an IPv4 client of a dual-stack listener is named by its IPv4 address', async (t) => {
  const { port, next } = await openTlsDoor(t, tlsConfig(directory), { host: '::' })
  await knock(port, 'junk that is not TLS')
  t.match(await next(), { kind: 'failed', remoteAddress: '127.0.0.1' })
})

t.test('however a handshake is cut, there is one verdict and no unhandled error', async (t) => {
  const { port, verdicts } = await door(t)
  const hello = await clientHello()
  let count = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        length: fc.integer({ min: 0, max: hello.length }),
        flip: fc.option(fc.nat(hello.length - 1)),
        then: fc.constantFrom('end' as const, 'reset' as const),
      }),
      async ({ length, flip, then }) => {
        const bytes = Buffer.from(hello)
        if (flip !== null) bytes[flip] = (bytes[flip] ?? 0) ^ 0xff
        await knock(port, bytes.subarray(0, length), then)
        count++
      },
    ),
    { numRuns: 60, reporter: (details) => details.failed && t.fail(fc.defaultReportMessage(details) ?? '') },
  )
  // A real client comes last: when it has its verdict, all before it have theirs.
  t.equal((await visit(port, clientIdentity(directory, 'client'))).said, 'connected')
  t.equal(verdicts.filter(({ kind }) => kind === 'failed').length, count)
  t.equal(verdicts.length, count + 1)
})
