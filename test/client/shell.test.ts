// The shell of `keagate ask`: words, completion, history, and all of it in a terminal.

import { existsSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { builtins, complete } from '../../src/client/shell/complete.ts'
import { historyPath, readHistory, writeHistory } from '../../src/client/shell/history.ts'
import { splitWords } from '../../src/client/shell/words.ts'
import { keaCommands } from '../../src/config/access/kea-commands.ts'
import { skipWithout } from '../kea/installed.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { temporaryDirectory } from '../support/program.ts'
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
