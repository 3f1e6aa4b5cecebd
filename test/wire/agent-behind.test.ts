// One agent behind another, both the built program: a control socket with the keyword `service` leads through the
// second one to a daemon of its, and what goes wrong there is told.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { run } from '../support/child.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import type { Program } from '../support/program.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

interface Answer {
  readonly result: number
  readonly text?: string
  readonly arguments?: unknown
}

async function ask({ port }: Program, body: unknown, path = '/'): Promise<readonly Answer[]> {
  const headers = { 'Content-Type': 'application/json' }
  const options = { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, options)
  return (await response.json()) as Answer[]
}

async function daemonCalled(t: Test, name: string): Promise<FakeDaemon> {
  const answer = (command: string): string => `{ "result": 0, "text": "${name}", "arguments": ${command} }`
  const daemon = await FakeDaemon.listen(answering(answer))
  t.teardown(() => daemon.close())
  return daemon
}

const user = 'door'
const password = 'up: stream'

/** The agent behind, before two daemons. */
async function startBehind(t: Test): Promise<Program> {
  const [dhcp4, dhcp6] = [await daemonCalled(t, 'four'), await daemonCalled(t, 'six')]
  return startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-name': dhcp4.path }, dhcp6: { 'socket-name': dhcp6.path } },
    authentication: { type: 'basic', clients: [{ user, password }] },
    'access-control': {
      'assign-role-method': 'basic-authentication',
      roles: [{ name: user, 'reject-commands': { commands: ['lease4-wipe'] }, 'other-commands': 'accept' }],
    },
  })
}

t.test('the daemons of an agent behind are asked by their names there', async (t) => {
  const behind = await startBehind(t)
  const at = { 'socket-type': 'http', 'socket-port': behind.port, user, password }
  const front = await startProgram(t, {
    'control-sockets': {
      'dhcp4-ber1': { ...at, service: 'dhcp4' },
      'dhcp6-ber1': { ...at, service: 'dhcp6', limits: { 'max-in-flight': 1 } },
      nowhere: { ...at, service: 'nowhere' },
      stranger: { ...at, password: 'other', service: 'dhcp4' },
    },
  })
  const services = ['dhcp4-ber1', 'dhcp6-ber1']
  const answers = await ask(front, { command: 'lease4-get', service: services, arguments: { a: [1] } })
  t.match(answers, [{ result: 0, text: 'four' }, { result: 0, text: 'six' }])
  t.same(answers.map((answer) => answer.arguments), ['dhcp4', 'dhcp6'].map((service) => {
    return { command: 'lease4-get', service: [service], 'remote-address': '127.0.0.1', arguments: { a: [1] } }
  }))
  for (const name of services) {
    t.match(await ask(front, { command: 'version-get' }, `/${name}`), [{ result: 0 }], `the path /${name}`)
  }
  t.match(await ask(front, { command: 'version-get', service: ['nowhere', 'stranger', 'dhcp4-ber1'] }), [
    { result: 1, text: /^no control socket is configured for service 'nowhere' \(configured: dhcp4, dhcp6\)$/ },
    { result: 1, text: /service stranger: it answered with HTTP status 401: .*; give this control socket a user/ },
    { result: 0, text: 'four' },
  ])
  t.match(await ask(front, { command: 'lease4-wipe', service: ['dhcp4-ber1'] }), [{ result: 1, text: /HTTP status 403: / }])
  const [status] = await ask(front, { command: 'status-get' })
  const { daemons } = status?.arguments as { readonly daemons: readonly { service: string; answered: number }[] }
  const counts = daemons.slice(0, 2).map(({ service, answered }) => [service, answered])
  t.same(counts, [['dhcp4-ber1', 3], ['dhcp6-ber1', 2]], 'counted apart')
})

t.test('config-get shows the service, and config-set and config-write keep it', async (t) => {
  const behind = await startBehind(t)
  const at = { 'socket-type': 'http', 'socket-port': behind.port, user, password }
  const front = await startProgram(t, { 'control-sockets': { ber1: { ...at, service: 'dhcp4' } } })
  const shown = async (): Promise<Record<string, Record<string, Record<string, unknown>>>> => {
    const [{ arguments: config } = { arguments: null }] = await ask(front, { command: 'config-get' })
    return (config as { 'Control-agent': Record<string, Record<string, Record<string, unknown>>> })['Control-agent']
  }
  const before = await shown()
  t.match(before, { 'control-sockets': { ber1: { service: 'dhcp4', password: '*****' } } })
  t.match(await ask(front, { command: 'config-set', arguments: { 'Control-agent': before } }), [{ result: 0 }])
  t.same(await shown(), before)
  const other = { ...before, 'control-sockets': { ber1: { ...before['control-sockets']?.['ber1'], service: 'dhcp6' } } }
  t.match(await ask(front, { command: 'config-set', arguments: { 'Control-agent': other } }), [{ result: 0 }])
  const six = [{ result: 0, text: 'six' }]
  t.match(await ask(front, { command: 'version-get', service: ['ber1'] }), six, 'the very next command')
  t.match(await ask(front, { command: 'config-write' }), [{ result: 0 }])
  t.match(await ask(front, { command: 'config-reload' }), [{ result: 0 }])
  t.match(await ask(front, { command: 'version-get', service: ['ber1'] }), six, 'read back from the file')
  const unix = { 'control-sockets': { ber1: { 'socket-name': 'x', service: 'dhcp4' } } }
  t.match(await ask(front, { command: 'config-test', arguments: { 'Control-agent': unix } }), [
    { result: 1, text: /service does not go with a UNIX socket \(at \S+\/ber1\/service\); remove it/ },
  ])
})

t.test('the doctor asks for the service, and says where one is missing', async (t) => {
  const behind = await startBehind(t)
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'keagate.conf')
  const at = { 'socket-type': 'http', 'socket-port': behind.port, user, password }
  const config = {
    'http-port': await freePort(),
    'control-sockets': { right: { ...at, service: 'dhcp6' }, wrong: { ...at, service: 'nowhere' }, missing: at },
  }
  writeFileSync(file, JSON.stringify({ 'Control-agent': config }))
  const found = await run(process.execPath, [mainFile, 'doctor', '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
  t.match(found.stdout, /^ok +control socket right: http:\S+ answers, version six$/m)
  t.match(found.stdout, /^error +control socket wrong: the agent at http:\S+ has no good answer: no control socket is configured for service 'nowhere'/m)
  t.match(
    found.stdout,
    /^warning +control socket missing: an agent answers at http:\S+, and runs the commands for missing itself; add /m,
  )
})
