// The shell of `keagate ask`: words, completion, history, and all of it in a terminal.

import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { builtins, complete } from '../../src/client/shell/complete.ts'
import { historyPath, readHistory, writeHistory } from '../../src/client/shell/history.ts'
import { servicesOf } from '../../src/client/shell/list-services.ts'
import { splitWords } from '../../src/client/shell/words.ts'
import { keaCommands } from '../../src/config/access/kea-commands.ts'
import { skipWithout } from '../kea/installed.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import { page } from '../support/lease-source.ts'
import { inTerminal } from '../support/terminal.ts'

t.test('words', async (t) => {
  const texts = (line: string): string[] | null => splitWords(line)?.map(({ text }) => text) ?? null
  t.same(texts('  a  b=1 '), ['a', 'b=1'])
  t.same(texts(`a 'b c'="d \\"e" f\\ g`), ['a', 'b c=d "e', 'f g'])
  t.same(texts(''), [])
  t.equal(texts("a 'b"), null)
  t.equal(texts('a "b'), null)
  t.same(splitWords('a  bc')?.map(({ start }) => start), [0, 3])
})

t.test('completion of commands, arguments, services, options and profiles', async (t) => {
  const knowledge = { commands: [...keaCommands.keys()], services: ['dhcp4', 'dhcp6', 'd2'], profiles: ['fra1'] }
  const words = (line: string): string[] => complete(line, knowledge)[0]
  for (const name of [...keaCommands.keys(), ...builtins]) t.ok(words(name.slice(0, -1)).includes(`${name} `), name)
  t.same(words('lease4-get ip-'), ['ip-address='])
  t.same(words('lease4-get ip-address=1 ip-'), [])
  t.same(complete('use dhcp4,d', knowledge), [['dhcp6', 'd2'], 'd'])
  t.same(words('version-get -s dhcp6'), ['dhcp6'])
  t.same(words('help lease4-wi'), ['lease4-wipe '])
  t.same(words('profile '), ['fra1 '])
  t.same(words('version-get --js'), ['--json '])
  t.same(words('version-get --url'), [])
})

t.test('history: the newest last in the file, no secrets, private, and never an error', async (t) => {
  const env = { XDG_STATE_HOME: temporaryDirectory(t) }
  t.same(readHistory(env), [])
  writeHistory(env, ['second', 'x password=1', '', 'first'])
  t.equal(readFileSync(historyPath(env), 'utf8'), 'first\nsecond\n')
  t.equal(statSync(historyPath(env)).mode & 0o777, 0o600)
  t.same(readHistory(env), ['second', 'first'])
  writeHistory({ XDG_STATE_HOME: '/proc/none' }, ['x'])
  t.notOk(existsSync('/proc/none'))
})

t.test('in a terminal', { skip: skipWithout('python3') }, async (t) => {
  const directory = temporaryDirectory(t)
  const env = { XDG_STATE_HOME: directory, XDG_CONFIG_HOME: directory, NO_COLOR: '1' }
  const daemon = await FakeDaemon.listen(async (connection) => {
    const text = (await connection.command()).toString()
    const command = /"command": "([^"]+)"/.exec(text)?.[1]
    // Never answered; or given up before it was asked.
    if (command === 'status-get' || command === undefined) return
    const answer = command === 'list-commands' ? { result: 0, arguments: ['own-command'] } : { result: 0, text: `did ${command}` }
    await connection.write(JSON.stringify(answer))
    connection.end()
  })
  t.teardown(() => daemon.close())
  const first = await inTerminal(['ask', '--socket', daemon.path], {
    env,
    columns: 80,
    steps: [
      // A tab among other characters is taken for text that was pasted.
      ['keagate>', 'lease4-wi'],
      ['lease4-wi', '\t'],
      ['pe', 'subnet-id=1\r'],
      ['wipe', 'status-get\r'],
      // The daemon is asked and does not answer.
      ['status-get', '\x03'],
      ['keagate>', 'help lease4-add\r'],
      ['libdhcp_lease_cmds.so', 'own-c'],
      ['own-c', '\t'],
      ['ommand', '\r'],
      ['own-command', 'json on\r'],
      ['keagate>', 'version-get\r'],
      ['"result":0', 'exit\r'],
    ],
  })
  t.equal(first.code, 0)
  t.match(first.stdout, /result 0, success\ndid lease4-wipe/)
  t.match(first.stdout, /did own-command/)
  t.match(first.stdout, /\{"result":0,"text":"did version-get"\}/)
  t.match(readFileSync(path.join(directory, 'keagate', 'history'), 'utf8'), /^lease4-wipe +subnet-id=1\n[^]*version-get\n/)
  const second = await inTerminal(['ask', '--socket', daemon.path], {
    env,
    steps: [['keagate>', '\x1b[A\x1b[A\r'], ['did', '\x04']],
  })
  t.equal(second.code, 0)
  t.match(second.stdout, /did version-get/, 'the line before "exit"')
})

t.test('services and service groups of the agent are completed', { skip: skipWithout('python3') }, async (t) => {
  const directory = temporaryDirectory(t)
  const socket = { 'socket-type': 'unix', 'socket-name': path.join(directory, 'none') }
  const agent = await startProgram(t, {
    'control-sockets': { dhcp4: socket, 'lab-one': socket },
    'service-groups': { everything: ['dhcp4', 'lab-one'] },
  })
  const url = new URL(`http://127.0.0.1:${agent.port}`)
  t.same(await servicesOf({ target: { url }, timeoutMs: 5000 }), ['dhcp4', 'lab-one', 'everything'])
  t.same(await servicesOf({ target: { socketPath: socket['socket-name'] }, timeoutMs: 5000 }), [])
  const { code, stdout } = await inTerminal(['ask', '--url', url.href], {
    env: { XDG_STATE_HOME: directory, XDG_CONFIG_HOME: directory, NO_COLOR: '1' },
    steps: [
      // By the time of the second answer the shell has those to its own questions.
      ['keagate>', 'version-get\r'],
      ['success', 'version-get\r'],
      ['success', 'use every'],
      ['every', '\t'],
      ['thing', '\r'],
      ['everything>', 'exit\r'],
    ],
  })
  t.equal(code, 0, stdout)
})

t.test('a terminal that is resized', { skip: skipWithout('python3') }, async (t) => {
  const directory = temporaryDirectory(t)
  const env = { XDG_STATE_HOME: directory, XDG_CONFIG_HOME: directory, NO_COLOR: '1' }
  const daemon = await FakeDaemon.listen(async (connection) => {
    const command = (await connection.command()).toString()
    // Never answered.
    if (command.includes('lease4-get-all')) return
    await connection.write(page(command, 3))
    connection.end()
  })
  t.teardown(() => daemon.close())
  const words = 'lease4-get-page limit=3'
  const { code, stdout } = await inTerminal(['ask', '--socket', daemon.path], {
    env,
    columns: 80,
    steps: [
      ['keagate>', `${words}\r`],
      ['leases', { columns: 200 }],
      ['keagate>', `${words}\r`],
      ['leases', { columns: 80 }],
      // While a command runs.
      ['keagate>', 'lease4-get-all\r'],
      ['lease4-get-all', { columns: 70 }],
      ['\x1b[0J', '\x03'],
      ['keagate>', 'exit\r'],
    ],
  })
  t.equal(code, 0)
  const [narrow = '', wide = ''] = stdout.split(/^leases$/m).slice(1).map((text) => text.split('\x1b')[0] ?? '')
  t.ok(narrow.split('\n').every((line) => line.length <= 80), narrow)
  t.match(narrow, /too narrow for CLIENT ID/)
  t.match(wide, /EXPIRES +CLIENT ID\n/)
  t.equal(stdout.split('lease4-get-all')[1]?.match(/keagate>/g)?.length, 1, 'no prompt before the end of the command')
})
