// The built program under changes of its configuration: by signal, by command, to another port, and by mistake.

import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { FakeDaemon, silent } from '../support/fake-daemon.ts'
import { freePort, startProgram } from '../support/program.ts'
import type { Program } from '../support/program.ts'

interface Answer {
  readonly result: number
  readonly text?: string
  readonly arguments?: Record<string, unknown>
}

/** Sends one command over its own or a given connection and returns the first element of the answer. */
async function ask(
  port: number,
  command: Record<string, unknown>,
  options: { agent?: http.Agent; auth?: string } = {},
): Promise<Answer> {
  const { status, body } = await post(port, command, options)
  if (status !== 200) throw new Error(`status ${status}: ${body}`)
  const list = JSON.parse(body) as Answer[]
  if (list[0] === undefined) throw new Error(`no element in ${body}`)
  return list[0]
}

function post(
  port: number,
  command: Record<string, unknown>,
  options: { agent?: http.Agent; auth?: string } = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = (options.agent instanceof https.Agent ? https : http).request(
      {
        host: '127.0.0.1',
        port,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        agent: options.agent ?? false,
        ...(options.auth === undefined ? {} : { auth: options.auth }),
      },
      (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text: string) => (body += text))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      },
    )
    request.on('error', reject)
    request.end(JSON.stringify(command))
  })
}

/** The text of the file with the members of `Control-agent` changed. */
function rewrite(program: Program, change: Record<string, unknown>): void {
  const file = JSON.parse(readFileSync(program.configFile, 'utf8')) as { 'Control-agent': Record<string, unknown> }
  writeFileSync(program.configFile, JSON.stringify({ 'Control-agent': { ...file['Control-agent'], ...change } }))
}

t.test('SIGHUP takes new users for the next request of an open connection', async (t) => {
  const program = await startProgram(t, {})
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  t.equal((await ask(program.port, { command: 'version-get' }, { agent })).result, 0)
  const clients = [{ user: 'ann', password: 'secret word' }]
  rewrite(program, { authentication: { type: 'basic', clients } })
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/SERVICE_UPDATED/)
  t.equal((await post(program.port, { command: 'version-get' }, { agent })).status, 401)
  t.equal((await post(program.port, { command: 'version-get' }, { agent, auth: 'ann:secret word' })).status, 200)
  t.notMatch(program.output(), 'secret word')
})

t.test('a broken file leaves the configuration before in force', async (t) => {
  const program = await startProgram(t, {})
  const before = await ask(program.port, { command: 'config-get' })
  writeFileSync(program.configFile, '{ "Control-agent": { "http-prot": 8000 } }')
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/DCTL_CFG_FILE_RELOAD_ERROR/)
  await program.waitFor(/CTRL_AGENT_CONFIG_FAIL/)
  await program.waitFor(/kea-ctrl-agent\.conf:1:22: .*http-prot.*http-port/)
  const reload = await ask(program.port, { command: 'config-reload' })
  t.equal(reload.result, 1)
  t.match(reload.text, /http-prot/)
  t.same(await ask(program.port, { command: 'config-get' }), before)
})

t.test('a new port is opened before the old one is let go, and the asking client gets its answer', async (t) => {
  const program = await startProgram(t, {})
  const port = await freePort()
  const set = await ask(program.port, {
    command: 'config-set',
    arguments: { 'Control-agent': { 'http-port': port } },
  })
  t.equal(set.result, 0, set.text ?? '')
  t.equal((await ask(port, { command: 'version-get' })).result, 0)
  await t.rejects(ask(program.port, { command: 'version-get' }), { code: 'ECONNREFUSED' })
})

t.test('a taken port is result 5 and changes nothing', async (t) => {
  const program = await startProgram(t, {})
  const other = await startProgram(t, {})
  const set = await ask(program.port, {
    command: 'config-set',
    arguments: { 'Control-agent': { 'http-port': other.port } },
  })
  t.equal(set.result, 5)
  t.match(set.text, /EADDRINUSE|in use/)
  t.equal((await ask(program.port, { command: 'version-get' })).result, 0)
})

t.test('certificates required by a reload are required of open connections too', async (t) => {
  const { makeTestCertificates } = await import('../../certs-test/authority.ts')
  const directory = t.testdir({})
  await makeTestCertificates(directory)
  const files = { 'trust-anchor': 'ca.crt', 'cert-file': 'server.crt', 'key-file': 'server.key' }
  const tls = Object.fromEntries(Object.entries(files).map(([key, file]) => [key, join(directory, file)]))
  const program = await startProgram(t, { ...tls, 'cert-required': false })
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ca: readFileSync(join(directory, 'ca.crt')) })
  t.teardown(() => agent.destroy())
  t.equal((await post(program.port, { command: 'version-get' }, { agent })).status, 200)
  rewrite(program, { 'cert-required': true })
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/SERVICE_UPDATED/)
  const refused = await post(program.port, { command: 'version-get' }, { agent })
  t.equal(refused.status, 403)
  t.match(refused.body, /client certificate is required now/)
})

t.test('HTTP does not become HTTPS on an open port', async (t) => {
  const { makeTestCertificates } = await import('../../certs-test/authority.ts')
  const program = await startProgram(t, {})
  await makeTestCertificates(program.directory)
  rewrite(program, { 'trust-anchor': 'ca.crt', 'cert-file': 'server.crt', 'key-file': 'server.key' })
  const reload = await ask(program.port, { command: 'config-reload' })
  t.equal(reload.result, 5, reload.text ?? '')
  await program.waitFor(/CTRL_AGENT_HTTP_SERVICE_REUSE_FAILED/)
  t.equal((await ask(program.port, { command: 'version-get' })).result, 0)
})

t.test('what config-get shows can be set and written back, with passwords that still work and are never shown', async (t) => {
  const auth = 'ann:s3cret:with:colons'
  const program = await startProgram(t, {
    comment: 'kept',
    'user-context': { big: 1 },
    authentication: { type: 'basic', realm: 'a "b"', clients: [{ user: 'ann', password: 's3cret:with:colons' }] },
    'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': '/run/kea/kea4-ctrl-socket' } },
  })
  const before = await post(program.port, { command: 'config-get' }, { auth })
  t.notMatch(before.body, 's3cret')
  const shown = (JSON.parse(before.body) as Answer[])[0]?.arguments
  const set = await ask(program.port, { command: 'config-set', arguments: shown }, { auth })
  t.equal(set.result, 0, set.text ?? '')
  t.equal((await post(program.port, { command: 'config-get' }, { auth })).body, before.body)

  chmodSync(program.configFile, 0o600)
  const written = await ask(program.port, { command: 'config-write' }, { auth })
  t.equal(written.result, 0, written.text ?? '')
  t.equal(statSync(program.configFile).mode & 0o777, 0o600)
  t.equal(written.arguments?.['size'], statSync(program.configFile).size)
  t.match(readFileSync(program.configFile, 'utf8'), 's3cret')
  const reload = await ask(program.port, { command: 'config-reload' }, { auth })
  t.equal(reload.result, 0, reload.text ?? '')
  t.equal((await post(program.port, { command: 'config-get' }, { auth })).body, before.body)
})

t.test('config-write stays in the folder of the start file', async (t) => {
  const program = await startProgram(t, {})
  const outside = t.testdir({ 'target.conf': 'untouched' })
  symlinkSync(join(outside, 'target.conf'), join(program.directory, 'link.conf'))
  const daemon = await FakeDaemon.listen(silent, join(program.directory, 'socket'))
  t.teardown(() => daemon.close())
  for (const filename of ['../x.conf', '/tmp/x.conf', 'a/b.conf', '.hidden', 'link.conf', 'a\0b', 'a\nb', 'socket', 'n'.repeat(300)]) {
    const written = await ask(program.port, { command: 'config-write', arguments: { filename } })
    t.equal(written.result, 1, filename)
    t.notMatch(written.text, 'the command', 'refused, not broken')
  }
  t.equal(readFileSync(join(outside, 'target.conf'), 'utf8'), 'untouched')
  t.ok(statSync(daemon.path).isSocket(), 'a control socket beside it stays one')
  const beside = await ask(program.port, { command: 'config-write', arguments: { filename: 'other.conf' } })
  t.equal(beside.result, 0, beside.text ?? '')
  t.equal(statSync(join(program.directory, 'other.conf')).mode & 0o777, 0o640)
})

t.test('shutdown is answered, then the process ends with the value asked for', async (t) => {
  const program = await startProgram(t, {})
  const answer = await ask(program.port, { command: 'shutdown', arguments: { 'exit-value': 300 } })
  t.equal(answer.result, 0)
  t.equal(await program.exited, 44)
  t.match(program.output(), /DCTL_SHUTDOWN /)
})

t.test('SIGTERM ends an idle agent with exit code 0', async (t) => {
  const program = await startProgram(t, {})
  t.equal(await program.stop('SIGTERM'), 0)
})

t.test('a control socket without a daemon is named once and is no reason not to start', async (t) => {
  const program = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': '/nonexistent/kea4-ctrl-socket' } },
  })
  await program.waitFor(/KEAGATE_CONTROL_SOCKET_MISSING/)
  t.equal((await ask(program.port, { command: 'version-get' })).result, 0)
  t.equal(program.output().match(/KEAGATE_CONTROL_SOCKET_MISSING/g)?.length, 1)
})
