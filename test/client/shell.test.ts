// The shell of `keagate ask`: words, completion, history, and all of it in a terminal.

import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { builtins, complete } from '../../src/client/shell/complete.ts'
import { historyPath, readHistory, writeHistory } from '../../src/client/shell/history.ts'
import { servicesOf } from '../../src/client/shell/list-services.ts'
import { splitWords } from '../../src/client/shell/words.ts'
import { keaCommands } from '../../src/config/access/kea-commands.ts'
import { skipWithout } from '../kea/installed.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
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

t.test('history: a thousand lines and a mebibyte at most, the newest', async (t) => {
  const env = { XDG_STATE_HOME: temporaryDirectory(t) }
  const size = (): number => statSync(historyPath(env)).size
  const lines = Array.from({ length: 1500 }, (_, index) => `line-${index}`)
  writeHistory(env, lines)
  t.equal(readFileSync(historyPath(env), 'utf8'), lines.slice(0, 1000).reverse().map((line) => `${line}\n`).join(''))
  writeHistory(env, lines.map((line) => `${line} ${'x'.repeat(2000)}`))
  const kept = readHistory(env)
  t.ok(size() <= 1024 * 1024 && kept.length > 500, `${size()} bytes, ${kept.length} lines`)
  t.match(kept[0], /^line-0 /)
  t.match(kept.at(-1), new RegExp(`^line-${kept.length - 1} `), 'none in between is left out')
  writeFileSync(historyPath(env), lines.toReversed().map((line) => `${line}\n`).join(''))
  t.same(readHistory(env), lines.slice(0, 1000), 'nor are more read')
  writeFileSync(historyPath(env), 'x\n'.repeat(1024 * 1024))
  t.same(readHistory(env), [], 'a file that the shell has not written')
})

t.test('history: the shell keeps the lines of earlier shells', { skip: skipWithout('python3') }, async (t) => {
  const directory = temporaryDirectory(t)
  const env = { XDG_STATE_HOME: directory, XDG_CONFIG_HOME: directory, NO_COLOR: '1' }
  const lines = Array.from({ length: 500 }, (_, index) => `line-${index}`)
  writeHistory(env, lines)
  const agent = await FakeHttpDaemon.listen(t, replying('[ { "result": 0, "text": "answered" } ]'))
  const { code, stdout } = await inTerminal(['ask', '--url', `http://127.0.0.1:${agent.port}/`], {
    env, steps: [['keagate>', 'version-get\r'], ['answered', 'exit\r']],
  })
  t.equal(code, 0, stdout)
  t.same(readHistory(env), ['exit', 'version-get', ...lines])
})

t.test('commands that are listed late, after "use", are not taken for those of the service', {
  skip: skipWithout('python3'),
}, async (t) => {
  const directory = temporaryDirectory(t)
  const answer = (members: unknown): string => JSON.stringify([{ result: 0, ...(members as object) }])
  let lists = 0
  let answerLate: () => void = () => undefined
  const used = new Promise<void>((resolve) => (answerLate = resolve))
  const agent = await FakeHttpDaemon.listen(t, async (socket, request) => {
    if (!request.body.includes('list-commands')) {
      if (request.body.includes('version-get')) answerLate()
      replying(answer({ text: 'answered' }))(socket, request)
    } else if (++lists === 1) {
      // Only when the second list has been asked for, by "use".
      await used
      replying(answer({ arguments: ['own-of-before'] }))(socket, request)
    } else {
      replying(answer({ arguments: ['own-of-now'] }))(socket, request)
    }
  })
  const { code, stdout } = await inTerminal(['ask', '--url', `http://127.0.0.1:${agent.port}/`], {
    env: { XDG_STATE_HOME: directory, XDG_CONFIG_HOME: directory, NO_COLOR: '1' },
    steps: [
      ['keagate>', 'use dhcp4\r'],
      ['dhcp4>', 'version-get\r'],
      // By the time of the second answer the shell has both lists.
      ['answered', 'version-get\r'],
      ['answered', 'own-of-'],
      ['own-of-', '\t'],
      ['now', '\r'],
      ['answered', 'exit\r'],
    ],
  })
  t.equal(code, 0, stdout)
  t.equal(lists, 2)
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
