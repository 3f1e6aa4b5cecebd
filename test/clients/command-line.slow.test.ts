// The command-line clients that people and scripts use get their answers, whichever way the door is entered.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import type { Door } from '../kea/door.ts'
import { password, user, wayName } from '../kea/door.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { temporaryDirectory } from '../support/program.ts'
import { curl, keaShell } from './command-line.ts'
import { answerToClient, command, openDoors } from './doors.ts'

const { all: doors, daemon } = await openDoors(t)

/** What a client prints at each door, by the door's name. */
async function everywhere(ask: (door: Door) => Promise<string>): Promise<Record<string, string>> {
  const printed: Record<string, string> = {}
  for (const door of doors) printed[wayName(door.way)] = (await ask(door)).trim()
  return printed
}

const answered = Object.fromEntries(doors.map((door) => [wayName(door.way), answerToClient]))

t.test('kea-shell', { skip: skipWithout('kea-shell') }, async (t) => {
  t.same(await everywhere((door) => keaShell(door, 'config-get', ['dhcp4'])), answered)
  for (const door of doors) {
    t.match(JSON.parse(await keaShell(door, 'list-commands')), [{ result: 0 }], `the agent's own, ${wayName(door.way)}`)
  }
  t.same(await everywhere((door) => keaShell(door, 'config-get', [], '', 'dhcp4')), answered, 'a path as the service')
  const basic = doors.find((door) => door.way.basic)!
  const refused = keaShell({ ...basic, way: { ...basic.way, basic: false } }, 'list-commands')
  await t.rejects(refused, /ended with 1: Failed to run: HTTP Error 401: Unauthorized/, 'no credentials: exit 1, 401')
})

t.test('curl', { skip: skipWithout('curl') }, async (t) => {
  t.same(await everywhere((door) => curl(door, command)), answered)
  const manners: Readonly<Record<string, readonly string[]>> = {
    'credentials only after a challenge': ['--anyauth'],
    'HTTP/1.0': ['--http1.0'],
    'offering HTTP/2 by upgrade or ALPN': ['--http2'],
    'a chunked body': ['--header', 'Transfer-Encoding: chunked'],
  }
  for (const [name, options] of Object.entries(manners)) {
    t.same(await everywhere((door) => curl(door, command, options)), answered, name)
  }

  await t.test('with a big body, announced by Expect: 100-continue', async (t) => {
    const filler = 'x'.repeat(3 << 20)
    const big = JSON.stringify({ command: 'config-set', service: ['dhcp4'], arguments: { filler } })
    t.same(await everywhere((door) => curl(door, big, ['--header', 'Expect: 100-continue'])), answered)
    t.ok(daemon.connections.at(-1)!.received().length > 3 << 20, 'all of it reached the daemon')
  })

  await t.test('two requests over one connection', async (t) => {
    for (const door of doors) {
      const twice = await curl(door, command, [`${door.url}/dhcp4`, '--write-out', '\n%{num_connects}\n'])
      t.same(twice.trim().split('\n'), [answerToClient, '1', answerToClient, '0'], wayName(door.way))
    }
  })
})

t.test('wget, which shows its credentials only when asked', { skip: skipWithout('wget') }, async (t) => {
  const printed = await everywhere(async (door) => {
    const done = await run(executable('wget'), [
      '--quiet',
      '--output-document=-',
      '--header=Content-Type: application/json',
      `--post-data=${command}`,
      ...(door.ca === null ? [] : [`--ca-certificate=${door.ca}`]),
      ...(door.client === null ? [] : [`--certificate=${door.client.cert}`, `--private-key=${door.client.key}`]),
      ...(door.way.basic ? [`--user=${user}`, `--password=${password}`] : []),
      `${door.url}/`,
    ])
    return done.stdout + done.stderr
  })
  t.same(printed, answered)
})

t.test('HTTPie', { skip: skipWithout('http') }, async (t) => {
  const env = { HTTPIE_CONFIG_DIR: temporaryDirectory(t) }
  const printed = await everywhere(async (door) => {
    const done = await run(
      executable('http'),
      [
        '--ignore-stdin',
        '--print=b',
        '--pretty=none',
        '--check-status',
        ...(door.ca === null ? [] : [`--verify=${door.ca}`]),
        ...(door.client === null ? [] : [`--cert=${door.client.cert}`, `--cert-key=${door.client.key}`]),
        ...(door.way.basic ? [`--auth=${user}:${password}`] : []),
        'POST',
        `${door.url}/`,
        'command=config-get',
        'service:=["dhcp4"]',
      ],
      { env },
    )
    return done.stdout + done.stderr
  })
  t.same(printed, answered)
})

t.test("Ansible's uri module", { skip: skipWithout('ansible-playbook') }, async (t) => {
  const requests = doors.map((door, index) => ({
    name: wayName(door.way),
    register: `answer${index}`,
    'ansible.builtin.uri': {
      url: `${door.url}/`,
      method: 'POST',
      body_format: 'json',
      body: { command: 'config-get', service: ['dhcp4'] },
      return_content: true,
      ...(door.ca === null ? {} : { ca_path: door.ca }),
      ...(door.client === null ? {} : { client_cert: door.client.cert, client_key: door.client.key }),
      ...(door.way.basic ? { url_username: user, url_password: password } : {}),
    },
  }))
  const directory = temporaryDirectory(t)
  const playbook = path.join(directory, 'playbook.json')
  const report = path.join(directory, 'report.json')
  const names = requests.map(({ register }) => register).join(', ')
  const keep = { 'ansible.builtin.copy': { dest: report, content: `{{ [${names}] | to_json }}` } }
  const tasks = [...requests, keep]
  writeFileSync(playbook, JSON.stringify([{ hosts: 'localhost', connection: 'local', gather_facts: false, tasks }]))
  const done = await run(executable('ansible-playbook'), ['-i', 'localhost,', playbook], {
    env: {
      ANSIBLE_LOCALHOST_WARNING: 'False',
      ANSIBLE_LOCAL_TEMP: directory,
      ANSIBLE_REMOTE_TEMP: directory,
      ANSIBLE_PYTHON_INTERPRETER: '/usr/bin/python3',
    },
  })
  t.equal(done.code, 0, done.stdout + done.stderr)
  const answers = JSON.parse(readFileSync(report, 'utf8')) as { status: number, content: string }[]
  t.same(answers.map(({ status, content }) => [status, content]), doors.map(() => [200, answerToClient]))
})
