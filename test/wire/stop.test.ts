// How the built program ends: what it still waits for when it is told to stop, and what it does not.

import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import tls from 'node:tls'
import t from 'tap'
import { systemCode } from '../../src/errors.ts'
import { startChild } from '../support/child.ts'
import { FakeDaemon, gate, silent } from '../support/fake-daemon.ts'
import { commandRequest, connectTo, RawClient } from '../support/raw-client.ts'
import { makeCertificates } from '../kea/certificates.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const pidFileOf = (agent: Program): string => join(agent.directory, 'kea-ctrl-agent.kea-ctrl-agent.pid')

const own = commandRequest('list-commands')

function forwarded(services: readonly string[]): string {
  const body = JSON.stringify({ command: 'status-get', service: services })
  const head = ['POST / HTTP/1.1', 'Host: a', 'Content-Type: application/json', `Content-Length: ${body.length}`]
  return [...head, '', body].join('\r\n')
}

/** Sends the signal again and again, until it is dead. */
async function insist(agent: Program): Promise<number | null> {
  const timer = setInterval(() => process.kill(agent.pid, 'SIGTERM'), 100)
  const code = await agent.exited
  clearInterval(timer)
  return code
}

t.test('SIGTERM waits for running commands, and for nothing else', async (t) => {
  const held = gate()
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    await held.opened
    await connection.write('{ "result": 0, "text": "late" }')
    connection.end()
  })
  t.teardown(() => daemon.close())
  const auditLog = join(temporaryDirectory(t), 'audit.json')
  const agent = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    'audit-log': { output: auditLog },
  })
  const [busy, idle, fresh, head, body] = [
    await connectTo(t, agent.port),
    await connectTo(t, agent.port),
    await connectTo(t, agent.port),
    await connectTo(t, agent.port),
    await connectTo(t, agent.port),
  ]
  idle.send(own)
  t.equal((await idle.answer()).headers.get('connection'), 'keep-alive')
  await head.sent(own.slice(0, 30))
  await body.sent(own.slice(0, -5))
  busy.send(forwarded(['dhcp4']) + own)
  await daemon.accepted(1)
  // Connected, as far as the system is concerned, before the agent has come to accept them.
  const queued = await Promise.all(Array.from({ length: 20 }, () => connectTo(t, agent.port)))
  for (const client of queued) client.send(own)
  process.kill(agent.pid, 'SIGTERM')
  for (const client of queued) t.match(await client.rest(), [{ status: 200 }])
  for (const client of queued) client.end()
  t.same(await idle.rest(), [], 'the idle one is closed')
  // A connection that the system took just before the listener was closed is reset.
  const again = async (error: unknown): Promise<unknown> => (systemCode(error) === 'ECONNRESET' ? refused() : error)
  const refused = async (): Promise<unknown> => connectTo(t, agent.port).then(refused, again)
  t.match(await refused(), { code: 'ECONNREFUSED' })
  for (const client of [fresh, head, body]) {
    t.match(await client.rest(), [{ status: 503, body: /the agent is stopping/ }])
  }
  t.ok(existsSync(pidFileOf(agent)), 'still there')
  held.open()
  const answers = await busy.rest()
  t.match(answers, [{ status: 200, headers: new Map([['connection', 'close']]), body: /"text": "late"/ }])
  t.equal(answers.length, 1, 'what came behind it is not run')
  for (const client of [busy, idle, fresh, head, body]) client.end()
  t.equal(await agent.exited, 0)
  t.notOk(existsSync(pidFileOf(agent)))
  t.match(agent.output(), /DCTL_SHUTDOWN [^\n]*\n$/)
  const turnedAway = readFileSync(auditLog, 'utf8').split('\n').filter((line) => /the agent is stopping/.test(line))
  t.equal(turnedAway.length, 2, 'the head and the body; a connection on which nothing came asked for nothing')
})

t.test('SIGTERM waits a second for a TLS handshake, and not for clients that hold on', async (t) => {
  const certificates = await makeCertificates(t)
  const agent = await startProgram(t, {
    'trust-anchor': certificates.ca,
    'cert-file': certificates.server.cert,
    'key-file': certificates.server.key,
    'cert-required': false,
  })
  const [silentOne, half] = [net.connect(agent.port, '127.0.0.1'), net.connect(agent.port, '127.0.0.1')]
  const closed = [silentOne, half].map((socket) => new Promise((resolve) => socket.on('error', resolve).on('close', resolve)))
  // The beginning of a record of 512 bytes with a ClientHello.
  await new Promise((resolve) => half.write(Buffer.from('1603010200010001fc0303', 'hex'), resolve))
  await new Promise((resolve) => setImmediate(resolve))
  const begin = performance.now()
  t.equal(await agent.stop(), 0)
  t.ok(performance.now() - begin < 5000)
  await Promise.all(closed)
})

t.test('a client whose handshake is under way at SIGTERM still gets its answer', async (t) => {
  const certificates = await makeCertificates(t)
  const agent = await startProgram(t, {
    'trust-anchor': certificates.ca,
    'cert-file': certificates.server.cert,
    'key-file': certificates.server.key,
    'cert-required': false,
  })
  const raw = net.connect({ port: agent.port, host: '127.0.0.1', allowHalfOpen: true })
  t.teardown(() => raw.destroy())
  await once(raw, 'connect')
  process.kill(agent.pid, 'SIGTERM')
  const isOpen = (): Promise<boolean> => new Promise((resolve) => {
    const probe = net.connect(agent.port, '127.0.0.1')
    probe.once('connect', () => resolve(true)).once('error', () => resolve(false))
    t.teardown(() => probe.destroy())
  })
  while (await isOpen()) await setTimeout(10)
  const socket = tls.connect({ socket: raw, rejectUnauthorized: false })
  socket.allowHalfOpen = true
  await once(socket, 'secureConnect')
  const client = new RawClient(socket)
  client.send(own)
  t.match(await client.answer(), { status: 200, headers: new Map([['connection', 'close']]) })
  client.end()
  t.equal(await agent.exited, 0)
})

t.test('who insists gets an end at once, and the clients of running commands an answer', async (t) => {
  const daemon = await FakeDaemon.listen(silent)
  t.teardown(() => daemon.close())
  const socket = { 'socket-name': daemon.path }
  const agent = await startProgram(t, { 'control-sockets': { dhcp4: socket, dhcp6: socket } })
  const client = await connectTo(t, agent.port)
  client.send(forwarded(['dhcp4', 'dhcp6', 'dhcp4']))
  await daemon.accepted(3)
  t.equal(await insist(agent), 0)
  const [answer, ...more] = await client.rest()
  t.same(more, [])
  t.equal(answer?.status, 200)
  const list = JSON.parse(answer?.body ?? '[]') as { result: number; text: string }[]
  t.same(list.map(({ result }) => result), [1, 1, 1])
  t.match(list[0]?.text, /the agent is stopping/)
  t.match(agent.output(), /KEAGATE_COMMAND_ABANDONED command status-get from 127\.0\.0\.1 was still running/)
  t.notOk(existsSync(pidFileOf(agent)))
})

t.test('shutdown answers first and ends with the value asked for', async (t) => {
  for (const [value, code] of [[undefined, 0], [0, 0], [3, 3], [259, 3], [-1, 255]] as const) {
    const agent = await startProgram(t, {})
    const client = await connectTo(t, agent.port)
    const body = JSON.stringify({ command: 'shutdown', ...(value === undefined ? {} : { arguments: { 'exit-value': value } }) })
    client.send(`POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    t.match(await client.rest(), [{ status: 200, body: /"result": 0/, headers: new Map([['connection', 'close']]) }])
    client.end()
    t.equal(await agent.exited, code, `exit-value ${value ?? 'absent'}`)
    t.notOk(existsSync(pidFileOf(agent)))
  }
})

t.test('a stop or a reload during the start is neither lost nor fatal', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'a.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': 0 } }))
  const env = { KEA_PIDFILE_DIR: directory }
  const stopped = startChild(t, process.execPath, [mainFile, '-c', file], { env })
  await stopped.waitFor(/DCTL_STARTING/)
  t.equal(await stopped.stop(), 0)
  t.notOk(existsSync(join(directory, 'a.kea-ctrl-agent.pid')))
  const reloaded = startChild(t, process.execPath, [mainFile, '-c', file], { env })
  await reloaded.waitFor(/DCTL_STARTING/)
  process.kill(reloaded.pid, 'SIGHUP')
  await reloaded.waitFor(/CTRL_AGENT_HTTP_SERVICE_UPDATED/)
  t.equal(await reloaded.stop(), 0)
})
