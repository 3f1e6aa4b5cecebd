// Changes of the configuration beside something else: many signals, a command under way, a restart, a kill.

import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { join } from 'node:path'
import t from 'tap'
import { loadConfigFile } from '../../src/config/load.ts'
import { FakeDaemon, gate } from '../support/fake-daemon.ts'
import { freePort, startProgram } from '../support/program.ts'
import type { Program } from '../support/program.ts'

interface Answer {
  readonly result: number
  readonly text: string
  readonly arguments?: Record<string, Record<string, unknown>>
}

function ask(port: number, command: unknown, options: { agent?: http.Agent; auth?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(command)
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const { agent = false, auth } = options
    const request = http.request(
      { host: '127.0.0.1', port, method: 'POST', agent, headers, ...(auth === undefined ? {} : { auth }) },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.once('end', () => {
          if (response.statusCode === 200) resolve((JSON.parse(text) as [Answer])[0])
          else reject(new Error(text))
        })
      },
    )
    request.once('error', reject)
    request.end(body)
  })
}

function setting(program: Program, agent: Record<string, unknown>): unknown {
  return { command: 'config-set', arguments: { 'Control-agent': { 'http-port': program.port, ...agent } } }
}

t.test('a storm of SIGHUPs ends with the newest file in force', async (t) => {
  const program = await startProgram(t, {})
  for (let generation = 1; generation <= 300; generation++) {
    const agent = { 'http-port': program.port, comment: `generation ${generation}` }
    writeFileSync(program.configFile, JSON.stringify({ 'Control-agent': agent }))
    process.kill(program.pid, 'SIGHUP')
  }
  // Signals come one after the other, so what this one asks for is asked after all of them.
  const reload = await ask(program.port, { command: 'config-reload' })
  t.equal(reload.result, 0, reload.text)
  const shown = await ask(program.port, { command: 'config-get' })
  t.match(shown.arguments?.['Control-agent'], { 'user-context': { comment: 'generation 300' } })
})

t.test('a command under way when the address changes is answered over its old connection', async (t) => {
  const held = gate()
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    await held.opened
    await connection.write('{ "result": 0, "text": "late" }')
    connection.end()
  })
  t.teardown(() => daemon.close())
  const sockets = { dhcp4: { 'socket-type': 'unix', 'socket-name': daemon.path } }
  const program = await startProgram(t, { 'control-sockets': sockets })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const late = ask(program.port, { command: 'list-commands', service: ['dhcp4'] }, { agent })
  await daemon.accepted(1)
  const port = await freePort()
  const set = await ask(program.port, setting(program, { 'http-port': port, 'control-sockets': sockets }))
  t.equal(set.result, 0, set.text)
  await t.rejects(ask(program.port, { command: 'version-get' }), { code: 'ECONNREFUSED' })
  held.open()
  t.match(await late, { result: 0, text: 'late' })
  t.equal((await ask(port, { command: 'version-get' })).result, 0)
})

t.test('config-write, then a start from the file: the same configuration, and the passwords work', async (t) => {
  const auth = 'ann:s3cret:with:colons'
  const clients = [
    { user: 'ann', password: 's3cret:with:colons', comment: 'the first' },
    { user: 'bob', 'password-file': 'bob.txt', 'user-context': { since: 2026 } },
  ]
  const agent = {
    comment: 'kept é',
    'user-context': { big: 'n', nested: { list: [1, 2] } },
    'http-headers': [{ name: 'X-Site', value: 'Zürich', comment: 'where' }],
    authentication: { type: 'basic', realm: 'a "b"', comment: 'who', clients },
    loggers: [{ name: 'kea-ctrl-agent', severity: 'INFO', comment: 'loud', 'output-options': [{ output: 'stdout' }] }],
  }
  const folder = t.testdir({ 'bob.txt': 'from a file\n' })
  const program = await startProgram(t, { ...agent, authentication: { ...agent.authentication, directory: folder } })
  const before = await ask(program.port, { command: 'config-get' }, { auth })
  const written = await ask(program.port, { command: 'config-write', arguments: { filename: 'second.conf' } }, { auth })
  t.equal(written.result, 0, written.text)
  await program.stop()
  const second = readFileSync(join(program.directory, 'second.conf'), 'utf8')
  const restarted = await startProgram(t, () => second, { port: program.port })
  t.same(await ask(restarted.port, { command: 'config-get' }, { auth }), before)
  t.equal((await ask(restarted.port, { command: 'version-get' }, { auth: 'bob:from a file' })).result, 0)
  t.match(JSON.stringify(before), /\*\*\*\*\*/)
  t.notMatch(JSON.stringify(before), /s3cret|from a file/)
  t.notMatch(program.output() + restarted.output(), /s3cret|from a file/)
})

t.test('a kill during config-write leaves a file to start from', async (t) => {
  for (let round = 0; round < 4; round++) {
    const program = await startProgram(t, {})
    const big = Array.from({ length: 200 }, (_, index) => ({ user: `user-${index}`, password: `round ${round}` }))
    const set = await ask(program.port, setting(program, { authentication: { type: 'basic', clients: big } }))
    t.equal(set.result, 0, set.text)
    const auth = `user-0:round ${round}`
    const storm = async (): Promise<void> => {
      for (;;) await ask(program.port, { command: 'config-write' }, { auth })
    }
    const storms = [storm(), storm()].map((one) => one.catch(() => undefined))
    if (round > 0) await ask(program.port, { command: 'version-get' }, { auth })
    process.kill(program.pid, 'SIGKILL')
    await Promise.all([...storms, program.exited])
    const { authentication } = loadConfigFile(program.configFile, { env: {}, pathChecks: true }).config
    t.ok([undefined, 200].includes(authentication?.clients.length), `round ${round}`)
  }
})
