// Monitoring of the built program: what each path says, that the figures are those of the clients, that it changes with
// the configuration as a whole, and that a flood of it stays there.

import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { answering, FakeDaemon, silent } from '../support/fake-daemon.ts'
import { skipWithout } from '../kea/installed.ts'
import { freePort, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: string
}

function ask(port: number, options: http.RequestOptions, body = ''): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port, agent: false, ...options }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

function get(port: number, path: string): Promise<Reply> {
  return ask(port, { path })
}

async function command(program: Program, body: unknown, options: http.RequestOptions = {}): Promise<Reply> {
  const headers = { 'content-type': 'application/json' }
  return ask(program.port, { method: 'POST', headers, ...options }, JSON.stringify(body))
}

/** The samples by name and labels. */
async function scrape(port: number): Promise<Map<string, number>> {
  const { status, body } = await get(port, '/metrics')
  if (status !== 200) throw new Error(`status ${status}`)
  const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]))
}

function sumOf(samples: ReadonlyMap<string, number>, name: string, ...labels: readonly string[]): number {
  const wanted = [...samples].filter(([key]) => key.startsWith(name) && labels.every((label) => key.includes(label)))
  return wanted.reduce((sum, [, value]) => sum + value, 0)
}

async function start(
  owner: Parameters<typeof startProgram>[0],
  config: Record<string, unknown>,
): Promise<{ program: Program; port: number }> {
  const port = await freePort()
  const program = await startProgram(owner, { monitoring: { 'http-port': port }, ...config })
  return { program, port }
}

t.test('every path says what it is for', async (t) => {
  const { port } = await start(t, { 'control-sockets': { 'dhcp4-a': { 'socket-name': '/nonexistent/socket' } } })
  t.match(await get(port, '/livez'), { status: 200, body: 'alive\n' })
  t.match(await get(port, '/readyz?verbose'), { status: 200, body: 'ready\n' })
  const page = await get(port, '/')
  t.match(page, { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } })
  t.match(page.body, /dhcp4-a/)
  t.notMatch(page.body, /<script/)
  t.match(page.headers['content-security-policy'], /default-src 'none'/)
  t.match(await get(port, '/metrics'), { status: 200, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } })
  t.match(await get(port, '/secret'), { status: 404 })
  t.match(await ask(port, { method: 'POST', path: '/' }, '{}'), { status: 405, headers: { allow: 'GET, HEAD' } })
  const head = await ask(port, { method: 'HEAD', path: '/metrics' })
  t.match(head, { status: 200, body: '' })
  t.ok(Number(head.headers['content-length']) > 1000)
})

t.test('the figures are those of the clients, and promtool likes them', { skip: skipWithout('promtool') }, async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 3, "text": "none" }'))
  t.teardown(() => daemon.close())
  const { program, port } = await start(t, {
    'control-sockets': { dhcp4: { 'socket-name': daemon.path }, d2: { 'socket-name': '/nonexistent/socket' } },
  })
  let elements = 0
  let sent = 0
  const send = async (body: unknown): Promise<void> => {
    const reply = await command(program, body)
    t.equal(reply.status, 200)
    elements += (JSON.parse(reply.body) as unknown[]).length
    sent++
  }
  await Promise.all(Array.from({ length: 20 }, () => send({ command: 'lease4-get-all', service: ['dhcp4', 'd2'] })))
  await Promise.all(Array.from({ length: 10 }, (_, index) => send({ command: `made-up-${index}`, service: ['dhcp4'] })))
  await send({ command: 'version-get' })
  await send({ no: 'command' })
  await send({ command: 'version-get', service: ['x'] })
  t.equal((await command(program, 'no map')).status, 200)
  t.equal((await ask(program.port, { method: 'GET' })).status, 405)

  const samples = await scrape(port)
  t.equal(sumOf(samples, 'keagate_commands_total'), elements + 1)
  t.equal(samples.get('keagate_http_requests_total{code="200"}'), sent + 1)
  t.equal(samples.get('keagate_http_requests_total{code="405"}'), 1)
  t.equal(sumOf(samples, 'keagate_commands_total', 'command="lease4-get-all"', 'service="dhcp4"', 'result="3"'), 20)
  t.equal(sumOf(samples, 'keagate_commands_total', 'command="lease4-get-all"', 'service="d2"', 'result="1"'), 20)
  t.equal(sumOf(samples, 'keagate_commands_total', 'command="(other)"', 'service="dhcp4"'), 10)
  t.equal(sumOf(samples, 'keagate_commands_total', 'service="(other)"'), 1)
  t.equal(sumOf(samples, 'keagate_command_duration_seconds_count', 'service="dhcp4"'), 30)
  t.equal(samples.get('keagate_daemon_answers_total{service="dhcp4"}'), 30)
  t.equal(samples.get('keagate_daemon_failures_total{service="d2"}'), 20)
  t.equal(samples.get('keagate_daemon_up{service="dhcp4"}'), 1)
  t.equal(samples.get('keagate_daemon_up{service="d2"}'), 0)
  t.equal(samples.get('keagate_commands_in_flight'), 0)
  t.equal(samples.get('keagate_http_connections_total'), sent + 2)
  t.ok((samples.get('keagate_http_received_bytes_total') ?? 0) > 1000)
  t.ok((samples.get('keagate_http_sent_bytes_total') ?? 0) > 1000)
  t.ok((samples.get('process_resident_memory_bytes') ?? 0) > 1e7)

  const { body } = await get(port, '/metrics')
  t.notMatch(body, 'made-up')
  const checked = spawnSync('promtool', ['check', 'metrics'], { input: body, encoding: 'utf8' })
  t.equal(checked.stdout + checked.stderr, '')
  t.equal(checked.status, 0)
})

t.test('passwords refused and lock-outs are counted, reloads too, and none of it is secret', async (t) => {
  const clients = [{ user: 'ann', password: 'correct horse' }]
  const { program, port } = await start(t, { authentication: { type: 'basic', clients, 'lock-out': { failures: 2 } } })
  const reload = { command: 'config-reload' }
  t.equal((await command(program, reload)).status, 401)
  for (const auth of ['ann:correct horse', 'ann:wrong', 'ann:wrong', 'ann:correct horse']) {
    await command(program, reload, { auth })
  }
  writeFileSync(program.configFile, '{')
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/DCTL_CFG_FILE_RELOAD_ERROR/)
  const samples = await scrape(port)
  t.equal(samples.get('keagate_auth_failures_total{reason="no-header"}'), 1)
  t.equal(samples.get('keagate_auth_failures_total{reason="wrong"}'), 2)
  t.equal(samples.get('keagate_lock_outs_total{scope="user"}'), 1)
  t.equal(samples.get('keagate_lock_outs_total{scope="address"}'), 0)
  t.equal(samples.get('keagate_config_reloads_total{command="config-reload",result="taken"}'), 1)
  t.equal(samples.get('keagate_config_reloads_total{command="config-reload",result="refused"}'), 1)
  t.equal(samples.get('keagate_config_last_reload_successful'), 0)
  const { body } = await get(port, '/')
  t.match(body, /credentials<\/td><td[^>]*>wrong<\/td><td[^>]*>2</)
  t.match(body, /refused, see the log/)
  t.notMatch(body + (await get(port, '/metrics')).body, /correct horse|ann/)
})

t.test('certificates show when they end, and clients that do not come in show why', async (t) => {
  const { makeTestCertificates } = await import('../../certs-test/authority.ts')
  const directory = t.testdir({})
  await makeTestCertificates(directory)
  const { program, port } = await start(t, {
    'trust-anchor': `${directory}/ca.crt`, 'cert-file': `${directory}/server.crt`, 'key-file': `${directory}/server.key`,
  })
  const socket = net.connect(program.port, '127.0.0.1')
  socket.on('error', () => undefined).write('GET / HTTP/1.1\r\n\r\n')
  await program.waitFor(/HTTP_CONNECTION_HANDSHAKE_FAILED/)
  const samples = await scrape(port)
  t.equal(sumOf(samples, 'keagate_tls_failures_total'), 1)
  const ends = [...samples].filter(([key]) => key.includes('expiry_timestamp_seconds{') && key.includes('cert-file'))
  t.equal(ends.length, 1)
  t.ok((ends[0]?.[1] ?? 0) > Date.now() / 1000)
  t.match((await get(port, '/')).body, /server\.crt/)
})

t.test('it changes with the configuration, wholly or not at all', async (t) => {
  const { program, port } = await start(t, {})
  const other = await freePort()
  const taken = net.createServer().listen(0, '127.0.0.1')
  t.teardown(() => taken.close())
  await once(taken, 'listening')
  const takenPort = (taken.address() as net.AddressInfo).port
  const set = async (agent: Record<string, unknown>): Promise<{ result: number; text: string }> => {
    const { body } = await command(program, { command: 'config-set', arguments: { 'Control-agent': { 'http-port': program.port, ...agent } } })
    const [answer] = JSON.parse(body) as [{ result: number; text: string }]
    return answer
  }
  const refused = await set({ monitoring: { 'http-port': takenPort }, comment: 'new' })
  t.match(refused, { result: 5, text: /^request:1:\d+: 127\.0\.0\.1 port \d+ is in use.* \(at \/Control-agent\/monitoring\/http-port\)/ })
  t.match(await get(port, '/readyz'), { status: 200 })
  t.notMatch((await command(program, { command: 'config-get' })).body, /"new"/)

  const busyDoor = await set({ 'http-port': takenPort, monitoring: { 'http-port': other } })
  t.equal(busyDoor.result, 5)
  await t.rejects(get(other, '/livez'), { code: 'ECONNREFUSED' })
  t.match(await get(port, '/livez'), { status: 200 })

  t.match(await set({ monitoring: { 'http-port': other } }), { result: 0 })
  t.match(await get(other, '/readyz'), { status: 200 })
  await t.rejects(get(port, '/readyz'), { code: 'ECONNREFUSED' })
  t.equal(sumOf(await scrape(other), 'keagate_config_reloads_total', 'result="taken"'), 1)

  t.match(await set({}), { result: 0 })
  await t.rejects(get(other, '/readyz'), { code: 'ECONNREFUSED' })
})

t.test('a stop that waits for a command is not ready, and says so', async (t) => {
  const daemon = await FakeDaemon.listen(silent)
  t.teardown(() => daemon.close())
  const { program, port } = await start(t, { 'control-sockets': { dhcp4: { 'socket-name': daemon.path } } })
  const probes = daemon.connections.length
  const running = command(program, { command: 'lease4-get-all', service: ['dhcp4'] })
  await daemon.accepted(probes + 1)
  t.equal((await scrape(port)).get('keagate_commands_in_flight'), 1)
  process.kill(program.pid, 'SIGTERM')
  let ready = await get(port, '/readyz')
  // The signal is on its way.
  while (ready.status === 200) ready = await get(port, '/readyz')
  t.match(ready, { status: 503, body: 'the agent is stopping\n' })
  t.match(await get(port, '/livez'), { status: 200 })
  process.kill(program.pid, 'SIGTERM')
  await running
  t.equal(await program.exited, 0)
})

t.test('through reloads and restarts of a daemon the figures stay exactly those of the clients', async (t) => {
  const seconds = Number(process.env['KEAGATE_LOAD_SECONDS'] ?? 2)
  const path = join(temporaryDirectory(t), 'socket')
  let daemon = await FakeDaemon.listen(answering('{ "result": 0 }'), path)
  const six = await FakeDaemon.listen(answering('{ "result": 3, "text": "empty" }'))
  t.teardown(() => Promise.all([daemon.close(), six.close()]))
  const { program, port } = await start(t, {
    authentication: { type: 'basic', clients: [{ user: 'ann', password: 'correct horse' }], 'lock-out': { failures: 0 } },
    'control-sockets': { dhcp4: { 'socket-name': path }, dhcp6: { 'socket-name': six.path } },
  })
  const counted = new Map<string, number>()
  const count = (key: string, by = 1): unknown => counted.set(key, (counted.get(key) ?? 0) + by)
  const end = performance.now() + seconds * 1000
  const bodies = [
    { command: 'lease4-get-all', service: ['dhcp4'] },
    { command: 'version-get', service: ['dhcp4', 'dhcp6'] },
    { command: 'config-get' },
    { command: 'nobody-knows-it', service: ['dhcp6', 'x'] },
  ]
  const client = async (number: number): Promise<void> => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let turn = number; performance.now() < end; turn++) {
      const body = bodies[turn % bodies.length] ?? {}
      const auth = turn % 7 === 0 ? 'ann:wrong' : 'ann:correct horse'
      const reply = await command(program, body, { agent, auth })
      count(`keagate_http_requests_total{code="${reply.status}"}`)
      if (reply.status !== 200) continue
      const { command: name, service = ['(agent)'] } = body as { command: string; service?: string[] }
      for (const [index, { result }] of (JSON.parse(reply.body) as { result: number }[]).entries()) {
        const labels = [name === 'nobody-knows-it' ? '(other)' : name, service[index] === 'x' ? '(other)' : service[index], result]
        count(`keagate_commands_total{command="${labels[0]}",service="${labels[1]}",result="${labels[2]}",role="(none)"}`)
      }
    }
    agent.destroy()
  }
  const trouble = async (): Promise<void> => {
    while (performance.now() < end) {
      await daemon.close()
      await command(program, { command: 'lease4-get', service: ['dhcp4'] }, { auth: 'ann:correct horse' })
      count('keagate_http_requests_total{code="200"}')
      count('keagate_commands_total{command="lease4-get",service="dhcp4",result="1",role="(none)"}')
      daemon = await FakeDaemon.listen(answering('{ "result": 0 }'), path)
      await command(program, { command: 'config-reload' }, { auth: 'ann:correct horse' })
      count('keagate_http_requests_total{code="200"}')
      count('keagate_commands_total{command="config-reload",service="(agent)",result="0",role="(none)"}')
      count('keagate_config_reloads_total{command="config-reload",result="taken"}')
    }
  }
  await Promise.all([...Array.from({ length: 8 }, (_, number) => client(number)), trouble()])
  const samples = await scrape(port)
  const seen = [...samples].filter(([key, value]) => value > 0 && /^keagate_(commands_total|http_requests_total|config_reloads_total)/.test(key))
  t.same(Object.fromEntries(seen.toSorted()), Object.fromEntries([...counted].toSorted()))
  t.equal(samples.get('keagate_auth_failures_total{reason="wrong"}'), counted.get('keagate_http_requests_total{code="401"}'))
  t.ok(sumOf(samples, 'keagate_commands_total') > 0)
  t.comment(`${sumOf(samples, 'keagate_commands_total')} answers, ${counted.get('keagate_config_reloads_total{command="config-reload",result="taken"}')} reloads`)
  t.equal(samples.get('keagate_commands_in_flight'), 0)
})

t.test('a flood of connections leaves the door open and makes room for one who asks', async (t) => {
  const { program, port } = await start(t, {})
  const sockets = Array.from({ length: 200 }, () => net.connect(port, '127.0.0.1').on('error', () => undefined))
  t.teardown(() => sockets.forEach((socket) => socket.destroy()))
  // Those beyond the limit are closed, the others are held.
  let gone = 0
  await new Promise<void>((resolve) => {
    for (const socket of sockets) socket.on('close', () => (++gone === 168 ? resolve() : undefined))
    for (const socket of sockets) socket.resume()
  })
  t.equal((await command(program, { command: 'version-get' })).status, 200)
  // Whoever holds a place without asking for anything loses it within a second or so.
  let reply: Reply | null = null
  while (reply === null) reply = await get(port, '/livez').catch(() => null)
  t.equal(reply.status, 200)
})

t.test('of requests that come together the first is answered, and nothing large is read', async (t) => {
  const { port } = await start(t, {})
  const exchange = async (text: string): Promise<string> => {
    const socket = net.connect(port, '127.0.0.1')
    let received = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (received += chunk)).on('error', () => undefined)
    socket.end(text)
    await once(socket, 'close')
    return received
  }
  const three = await exchange('GET /livez HTTP/1.1\r\n\r\n'.repeat(3))
  t.equal(three.match(/HTTP\/1\.1 200/g)?.length, 1)
  t.match(three, /Connection: close/)
  t.match(await exchange('GET /livez HTTP/1.0\r\n\r\n'), /alive/)
  t.equal(await exchange(`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`), '')
  t.equal(await exchange('\x16\x03\x01 nonsense\r\n\r\n'), '')
})

t.test('without monitoring nobody listens for it', async (t) => {
  const program = await startProgram(t, {})
  t.equal((await command(program, { command: 'version-get' })).status, 200)
  t.notMatch(program.output(), 'KEAGATE_MONITORING_STARTED')
})
