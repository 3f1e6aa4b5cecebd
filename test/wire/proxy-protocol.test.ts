// The built program behind balancers that speak the PROXY protocol, before plain HTTP and before TLS.

import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import tls from 'node:tls'
import t from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { run } from '../support/child.ts'
import { connectFrom, startFront } from '../support/front.ts'
import { version1, version2 } from '../support/proxy-header.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import { commandRequest, RawClient } from '../support/raw-client.ts'

/** The proxies of these tests connect from here; `127.0.0.5` is who may read. */
const trusted = { 'trusted-proxies': ['127.0.0.2', '127.0.0.32/28'] }
const [proxy, stranger, reader] = ['127.0.0.2', '127.0.0.3', '127.0.0.5']

const proxied = { ...trusted, 'proxy-protocol': true }

t.test('the PROXY protocol before plain HTTP, cut anywhere', async (t) => {
  const { port, audit, program } = await startFront(t, proxied)
  const header = version2(reader, { tlvs: Buffer.alloc(30) })
  const request = Buffer.from(commandRequest('list-commands'))
  const all = Buffer.concat([header, request, request])
  const end = header.length
  for (const cut of [0, 1, 11, 16, end - 1, end, end + 1, end + request.length]) {
    const client = await connectFrom(t, port, proxy)
    await client.sent(all.subarray(0, cut))
    // So that the pieces are read apart.
    if (cut > 0) await setTimeout(20)
    client.send(all.subarray(cut))
    t.equal((await client.answer()).status, 200, `cut at ${cut}`)
    t.equal((await client.answer()).status, 200, `cut at ${cut}, pipelined`)
    client.end()
    t.same(await client.rest(), [], 'a client that closes its side is let go')
  }
  t.match(audit().at(-1), { address: reader, proxy, role: reader })
  await program.waitFor(/received from 127\.0\.0\.5 through 127\.0\.0\.2/)
  for (const [bytes, address] of [
    [version1(reader), reader], [Buffer.from('PROXY UNKNOWN\r\n'), proxy],
    [version2(Buffer.alloc(0), { command: 0x20, family: 0 }), proxy], [version1('127.0.0.7'), '127.0.0.7'],
  ] as const) {
    const client = await connectFrom(t, port, proxy)
    client.send(Buffer.concat([bytes, request]))
    t.equal((await client.answer()).status, address === reader ? 200 : 403)
    t.match(audit().at(-1), { address })
  }
  // An offer of another protocol on a connection whose first bytes were a header: nothing is lost or mistaken.
  const client = await connectFrom(t, port, proxy)
  client.send(Buffer.concat([version1(reader), Buffer.from(commandRequest('list-commands', ['Connection: Upgrade', 'Upgrade: h2c']))]))
  t.equal((await client.answer()).status, 200)
  client.send(request)
  t.equal((await client.answer()).status, 200)
})

t.test('a proxy of HTTP behind a balancer of TCP: the headers of a trusted source count', async (t) => {
  const { port, audit } = await startFront(t, proxied)
  const lines = [`X-Forwarded-For: ${reader}`]
  for (const [source, address, by] of [['127.0.0.34', reader, '127.0.0.34'], ['127.0.0.7', '127.0.0.7', proxy]] as const) {
    const client = await connectFrom(t, port, proxy)
    client.send(Buffer.concat([version1(source), Buffer.from(commandRequest('list-commands', lines))]))
    t.equal((await client.answer()).status, address === reader ? 200 : 403)
    t.match(audit().at(-1), { address, proxy: by })
  }
})

t.test('no header, a wrong one, or one of a stranger: closed, counted, one line', async (t) => {
  const { port, program, metric, audit } = await startFront(t, { ...proxied, 'http-limits': { 'head-timeout-seconds': 1 } })
  const closed = async (from: string, bytes: Uint8Array | string): Promise<void> => {
    const client = await connectFrom(t, port, from)
    client.send(bytes)
    t.same(await client.rest(), [], 'nothing is answered')
    client.end()
  }
  const request = commandRequest('list-commands')
  const spoofed = Buffer.concat([version1(reader), Buffer.from(request)])
  for (let count = 0; count < 3; count++) await closed(stranger, spoofed)
  t.equal(await metric('keagate_proxy_headers_rejected_total{reason="untrusted"}'), 3)
  const line = /KEAGATE_PROXY_HEADER_REFUSED connection of 127\.0\.0\.3 closed: it is no trusted proxy/g
  await program.waitFor(new RegExp(line.source))
  t.equal(program.output().match(line)?.length, 1)
  await closed(proxy, request)
  await closed(proxy, version2(reader, { family: 0x12 }))
  await closed(proxy, Buffer.concat([version1(reader), version1('127.0.0.7'), Buffer.from(request)]).subarray(0, 20))
  t.equal(await metric('keagate_proxy_headers_rejected_total{reason="malformed"}'), 2)
  t.equal(await metric('keagate_proxy_headers_rejected_total{reason="late"}'), 1)
  await program.waitFor(/closed: the header of the PROXY protocol did not arrive in time; /)
  await program.waitFor(/closed: the connection does not begin with a header of the PROXY protocol; have the proxy/)
  t.same(audit(), [], 'nothing ran')
  // A second header is no request.
  const client = await connectFrom(t, port, proxy)
  client.send(Buffer.concat([version1(reader), version1('127.0.0.7'), Buffer.from(request)]))
  t.match(await client.answer(), { status: 400, body: /a header of the PROXY protocol came before the request/ })
})

t.test('checks of the port say nothing', async (t) => {
  for (const members of [trusted, proxied]) {
    const { port, program, metric } = await startFront(t, members)
    const before = program.output()
    const clients = [await connectFrom(t, port, proxy), await connectFrom(t, port, stranger)]
    clients.forEach((client) => client.end())
    await Promise.all(clients.map(({ closed }) => closed))
    const reset = await connectFrom(t, port, proxy)
    reset.socket.resetAndDestroy()
    const local = await connectFrom(t, port, proxy)
    if (members === proxied) local.send(version2(Buffer.alloc(0), { command: 0x20, family: 0 }))
    local.end()
    await local.closed
    for (const reason of ['untrusted', 'malformed', 'late']) {
      t.equal(await metric(`keagate_proxy_headers_rejected_total{reason="${reason}"}`), 0)
    }
    t.equal(program.output(), before)
  }
})

t.test('keagate health finds a door with proxy-protocol, with and without monitoring', async (t) => {
  for (const members of [proxied, { ...proxied, monitoring: { 'http-port': await freePort() } }]) {
    const program = await startProgram(t, members)
    const before = program.output()
    const { code, stdout } = await run(process.execPath, [mainFile, 'health', '-c', program.configFile])
    t.equal(code, 0, stdout)
    t.match(stdout, 'monitoring' in members ? /says: alive/ : /accepts connections; with proxy-protocol only monitoring/)
    t.equal(program.output(), before)
  }
})

t.test('before TLS: mutual TLS goes through', async (t) => {
  const directory = temporaryDirectory(t)
  const authority = await makeAuthority('a')
  const [server, own] = [await makeServer(authority), await makeClient(authority)]
  const files = { 'cert-file': 's.crt', 'key-file': 's.key', 'trust-anchor': 'ca.crt' } as const
  writeFileSync(path.join(directory, 's.crt'), server.certificate)
  writeFileSync(path.join(directory, 's.key'), server.key, { mode: 0o600 })
  writeFileSync(path.join(directory, 'ca.crt'), authority.certificate)
  const paths = Object.entries(files).map(([keyword, name]) => [keyword, path.join(directory, name)])
  const tlsMembers = Object.fromEntries(paths) as Record<string, string>
  const { port, program, audit, metric } = await startFront(t, { ...proxied, ...tlsMembers })
  const secure = async (bytes: Buffer, identity: object, pieces = false): Promise<RawClient> => {
    const raw = net.connect({ port, host: '127.0.0.1', localAddress: proxy, noDelay: true })
    t.teardown(() => raw.destroy())
    await new Promise((resolve) => raw.once('connect', resolve))
    if (pieces) for (const byte of bytes) await new Promise((resolve) => raw.write(Buffer.from([byte]), resolve))
    else raw.write(bytes)
    const socket = tls.connect({ socket: raw, ca: authority.certificate, servername: 'localhost', ...identity })
    socket.allowHalfOpen = true
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
    return new RawClient(socket)
  }
  const certificate = { cert: own.certificate, key: own.key }
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
    for (const pieces of [false, true]) {
      const client = await secure(version2(reader), { ...certificate, maxVersion }, pieces)
      client.send(commandRequest('list-commands'))
      t.equal((await client.answer()).status, 200, maxVersion)
      client.send(commandRequest('list-commands'))
      t.equal((await client.answer()).status, 200)
      client.end()
    }
  }
  t.match(audit().at(-1), { address: reader, proxy, role: reader })
  t.type(audit().at(-1)?.subject, 'string')

  const without = await secure(version2('192.0.2.7'), {})
  without.send(commandRequest('list-commands'))
  t.match(await without.answer(), { status: 403, body: /no client certificate was sent/ })
  await program.waitFor(/client 192\.0\.2\.7 through 127\.0\.0\.2 refused: no client certificate was sent/)

  const before = program.output().length
  const check = await connectFrom(t, port, proxy)
  check.send(version2(Buffer.alloc(0), { command: 0x20, family: 0 }))
  check.end()
  await check.closed
  const handshakes = await metric('keagate_tls_failures_total{reason="closed"}')
  t.equal(handshakes, 0, 'a check with a header of its own is quiet')
  t.equal(program.output().length, before)

  const plain = await connectFrom(t, port, proxy)
  plain.send(Buffer.concat([version1(reader), Buffer.from(commandRequest('list-commands'))]))
  t.match(await plain.answer(), { status: 400, body: /this port speaks HTTPS/ })
  const bare = await connectFrom(t, port, proxy)
  bare.send(Buffer.from([0x16, 3, 1, 2, 0]))
  t.same(await bare.rest(), [])
  bare.end()
})

t.test('a reload takes the keywords without closing a connection', async (t) => {
  const { port, program, audit } = await startFront(t, {})
  const open = await connectFrom(t, port, proxy)
  const lines = [`X-Forwarded-For: ${reader}`]
  const ask = async (client: RawClient): Promise<number> => {
    client.send(commandRequest('list-commands', lines))
    return (await client.answer()).status
  }
  t.equal(await ask(open), 403)
  const config = JSON.parse(readFileSync(program.configFile, 'utf8')) as { 'Control-agent': Record<string, unknown> }
  const reload = async (members: object): Promise<void> => {
    const done = program.output().length
    writeFileSync(program.configFile, JSON.stringify({ 'Control-agent': { ...config['Control-agent'], ...members } }))
    process.kill(program.pid, 'SIGHUP')
    await program.waitFor(new RegExp(`^[^]{${done}}[^]*DCTL_CONFIG_COMPLETE`))
  }
  await reload(trusted)
  t.equal(await ask(open), 200, 'the next request meets the new list')
  await reload(proxied)
  t.equal(await ask(open), 200, 'a connection without a header stays open')
  const next = await connectFrom(t, port, proxy)
  next.send(version1('127.0.0.34'))
  t.equal(await ask(next), 200, 'the next connection begins with one')
  await reload({})
  t.equal(await ask(next), 403, 'no proxy is trusted any more')
  t.match(audit().at(-1), { address: '127.0.0.34' })
})
