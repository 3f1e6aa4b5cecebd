// The built program behind proxies that speak HTTP: whose address counts, for roles, lock-out, shares, audit, log and
// daemons; probes; agents in a row.

import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { FakeHttpDaemon } from '../support/fake-http-daemon.ts'
import { connectFrom, startFront } from '../support/front.ts'
import { startProgram } from '../support/program.ts'
import { basic, commandRequest } from '../support/raw-client.ts'

/** The proxies of these tests connect from here; `127.0.0.5` is who may read. */
const trusted = { 'trusted-proxies': ['127.0.0.2', '127.0.0.32/28'] }
const [proxy, stranger, reader] = ['127.0.0.2', '127.0.0.3', '127.0.0.5']

t.test('X-Forwarded-For and Forwarded: a trusted proxy says who calls, no other client does', async (t) => {
  const { program, port, audit, metric } = await startFront(t, trusted)
  const ask = async (from: string, lines: string[]): Promise<{ status: number; body: string }> => {
    const client = await connectFrom(t, port, from)
    client.send(commandRequest('list-commands', lines, '/dhcp4'))
    const answer = await client.answer()
    client.end()
    return answer
  }
  const good = await ask(proxy, [`X-Forwarded-For: 192.0.2.1, ${reader}, 127.0.0.33`])
  t.equal(good.status, 200)
  t.match(good.body, /\\?"remote-address\\?": \\?"127\.0\.0\.5/, 'the daemon is told of the client')
  t.match(audit().at(-1), { address: reader, proxy, role: reader, decision: 'allowed' })
  await program.waitFor(/command list-commands received from 127\.0\.0\.5 through 127\.0\.0\.2, user/)
  t.equal((await ask(proxy, [`Forwarded: for="${reader}:9";proto=https`])).status, 200)
  t.equal((await ask(reader, [])).status, 200, 'who is not behind a proxy is known as ever')
  t.match(audit().at(-1), { address: reader, proxy: undefined })

  t.equal((await ask(proxy, ['X-Forwarded-For: 192.0.2.7'])).status, 403)
  t.match(audit().at(-1), { address: '192.0.2.7', proxy, decision: 'refused' })
  t.equal((await ask(proxy, ['X-Forwarded-For: unknown'])).status, 403)
  t.match(audit().at(-1), { address: 'unknown', proxy })

  for (const line of [`X-Forwarded-For: ${reader}`, `Forwarded: for=${reader}`, `X-Real-IP: ${reader}`, 'X-Forwarded-For: nonsense']) {
    t.equal((await ask(stranger, [line])).status, 403, line)
    t.match(audit().at(-1), { address: stranger, proxy: undefined, decision: 'refused' })
  }
  t.equal(await metric('keagate_forwarded_headers_rejected_total{reason="untrusted"}'), 3)

  for (const [lines, text] of [
    [['X-Forwarded-For: nonsense'], /X-Forwarded-For holds something else than addresses/],
    [[`X-Forwarded-For: ${reader}`, 'Forwarded: for=192.0.2.1'], /X-Forwarded-For and Forwarded name different clients/],
  ] as const) {
    const client = await connectFrom(t, port, proxy)
    client.send(commandRequest('list-commands', [...lines]) + commandRequest('list-commands', [`X-Forwarded-For: ${reader}`]))
    const refused = await client.answer()
    t.equal(refused.status, 400)
    t.match(refused.body, text)
    t.equal((await client.answer()).status, 200, 'the connection of the proxy goes on')
  }
  t.equal(await metric('keagate_forwarded_headers_rejected_total{reason="contradictory"}'), 1)
})

t.test('several clients on one connection of a proxy: lock-out and users are of each', async (t) => {
  const authentication = { clients: [{ user: 'a', password: 'right' }], 'lock-out': { failures: 2, 'window-seconds': 60 } }
  const { port, program } = await startFront(t, { ...trusted, authentication })
  const client = await connectFrom(t, port, proxy)
  const status = async (from: string, password: string): Promise<number> => {
    client.send(commandRequest('list-commands', [`X-Forwarded-For: ${from}`, `Authorization: ${basic('a', password)}`]))
    return (await client.answer()).status
  }
  t.equal(await status(reader, 'right'), 200)
  for (let failure = 0; failure < 2; failure++) t.equal(await status('192.0.2.7', 'wrong'), 401)
  t.equal(await status('192.0.2.7', 'right'), 429, 'the client that failed is locked out')
  t.equal(await status(reader, 'right'), 200, 'another one behind the same proxy is not')
  await program.waitFor(/wrong user or password from 192\.0\.2\.7 through 127\.0\.0\.2, attempted user a/)
})

t.test('a proxy is not one client: the clients behind it share the places', async (t) => {
  const { port } = await startFront(t, { ...trusted, 'http-limits': { 'max-connections': 8 }, 'access-control': undefined })
  const lines = (index: number): string[] => [`X-Forwarded-For: 192.0.2.${index}`]
  const connections = await Promise.all(Array.from({ length: 8 }, () => connectFrom(t, port, proxy)))
  for (let round = 0; round < 2; round++) {
    for (const [index, client] of connections.entries()) {
      client.send(commandRequest('list-commands', lines(index)))
      t.equal((await client.answer()).status, 200, `client ${index}, round ${round}`)
    }
  }
  // One client alone: until the limit is not near any more, its idle connections are closed for its own new ones.
  for (const client of connections) {
    client.send(commandRequest('list-commands', lines(1)))
    await client.answer().catch(() => null)
  }
  const open = (): number => connections.filter(({ socket }) => !socket.readableEnded && !socket.destroyed).length
  for (let tries = 0; tries < 200 && open() > 6; tries++) await setTimeout(25)
  t.equal(open(), 6)
})

t.test('probes of balancers, without credentials and without a word', async (t) => {
  const authentication = { clients: [{ user: 'a', password: 'b' }] }
  const { port, program, audit, metric } = await startFront(t, { ...trusted, authentication })
  const before = program.output()
  const client = await connectFrom(t, port, stranger)
  for (const [target, text] of [['/livez', 'alive\n'], ['/readyz', 'ready\n']] as const) {
    client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    const answer = await client.answer()
    t.equal(answer.status, 200)
    t.equal(answer.body, text)
    t.match(answer.headers.get('content-type'), /^text\/plain/)
  }
  const old = await connectFrom(t, port, proxy)
  old.send('GET /readyz HTTP/1.0\r\n\r\n')
  t.match(await old.rest(), [{ status: 200, body: 'ready\n' }])
  const head = await fetch(`http://127.0.0.1:${port}/readyz`, { method: 'HEAD' })
  t.equal(head.status, 200)
  t.equal(program.output(), before, 'nothing at INFO')
  t.same(audit(), [])
  t.equal(await metric('keagate_auth_failures_total{reason="no-header"}'), 0)
  for (const target of ['/', '/metrics', '/readyz/', '/dhcp4', '/readyz?a']) {
    client.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`)
    t.equal((await client.answer()).status, 405, target)
  }
  client.send(commandRequest('list-commands', [], '/readyz'))
  t.equal((await client.answer()).status, 401, 'a command needs credentials whatever its path')
})

t.test('without the keyword a probe is refused as ever', async (t) => {
  const { port } = await startProgram(t, { monitoring: { 'http-port': 0 } })
  t.equal((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 405)
})

t.test('a door behind is told who calls, where it is configured', async (t) => {
  const answer = '[ { "result": 0 } ]'
  const far = await FakeHttpDaemon.listen(t, (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`))
  const at = { 'socket-type': 'http', 'socket-port': far.port }
  const { port } = await startProgram(t, {
    ...trusted,
    'control-sockets': { told: { ...at, service: 'dhcp4', 'forward-client-address': true }, untold: { ...at, service: 'dhcp6' } },
  })
  for (const [from, lines, address] of [
    [proxy, ['X-Forwarded-For: 192.0.2.7, 192.0.2.8', 'Via: 1.1 a'], '192.0.2.8'],
    [stranger, ['X-Forwarded-For: 192.0.2.7', 'Forwarded: for=192.0.2.7'], stranger],
    [proxy, ['X-Forwarded-For: unknown'], 'unknown'],
  ] as const) {
    for (const service of ['told', 'untold']) {
      const client = await connectFrom(t, port, from)
      client.send(commandRequest('list-commands', [...lines], `/${service}`))
      t.equal((await client.answer()).status, 200)
      client.end()
      const head = far.requests.at(-1)?.head.filter((line) => /forwarded|via|real-ip/i.test(line))
      t.same(head, service === 'told' ? [`X-Forwarded-For: ${address}`] : [])
    }
  }
})

t.test('two agents in a row: the second gives roles by the address of the client', async (t) => {
  const behind = await startFront(t, trusted)
  const front = await startProgram(t, {
    'control-sockets': {
      dhcp4: { 'socket-type': 'http', 'socket-port': behind.port, service: 'dhcp4', 'forward-client-address': true },
    },
  })
  const ask = async (from: string): Promise<string> => {
    const client = await connectFrom(t, front.port, from)
    client.send(commandRequest('list-commands', [], '/dhcp4'))
    const { body } = await client.answer()
    client.end()
    return body
  }
  // The first agent connects from 127.0.0.1, which is no trusted proxy yet.
  t.match(await ask(reader), /"result": 1/)
  t.match(behind.audit().at(-1), { address: '127.0.0.1', decision: 'refused' })
  const config = JSON.parse(readFileSync(behind.program.configFile, 'utf8')) as { 'Control-agent': Record<string, unknown> }
  const members = { ...config['Control-agent'], 'trusted-proxies': ['127.0.0.1'] }
  writeFileSync(behind.program.configFile, JSON.stringify({ 'Control-agent': members }))
  process.kill(behind.program.pid, 'SIGHUP')
  await behind.program.waitFor(/DCTL_CONFIG_COMPLETE[^]*DCTL_CONFIG_COMPLETE/)
  t.match(await ask(reader), /"result": 0/)
  t.match(behind.audit().at(-1), { address: reader, proxy: '127.0.0.1', decision: 'allowed' })
  t.match(await ask(stranger), /"result": 1/)
  t.match(behind.audit().at(-1), { address: stranger, proxy: '127.0.0.1', decision: 'refused' })
})
