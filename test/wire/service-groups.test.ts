// A name for several services, on the built program: one answer each, in order, and the header that says whose.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import { answering, FakeDaemon, freshSocketPath } from '../support/fake-daemon.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

interface Answer {
  readonly result: number
  readonly text?: string
}

t.test('a command for a group is answered by its members in order, with one of them down', async (t) => {
  const daemons = await Promise.all(['one', 'two'].map((name) => FakeDaemon.listen(answering(`{ "result": 0, "text": "${name}" }`))))
  t.teardown(() => Promise.all(daemons.map((daemon) => daemon.close())))
  const [one, two] = daemons.map((daemon) => daemon.path)
  const audit = path.join(temporaryDirectory(t), 'audit.json')
  const many = Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`m${index}`, { 'socket-name': one }]))
  const program = await startProgram(t, {
    'control-sockets': { one: { 'socket-name': one }, gone: { 'socket-name': freshSocketPath() }, two: { 'socket-name': two }, ...many },
    'service-groups': { all: ['two', 'gone', 'one'], pair: ['one', 'two'], many: Object.keys(many) },
    'audit-log': { output: audit },
    'access-control': {
      'assign-role-method': 'remote-address',
      roles: [{ name: '127.0.0.1', 'accept-commands': 'ALL', 'reject-commands': { and: [{ commands: ['lease4-wipe'] }, { services: ['pair'] }] }, 'list-match-first': 'reject' }],
    },
  })
  const ask = async (body: object, to = '/'): Promise<readonly [Answer[], string | null, number]> => {
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`http://127.0.0.1:${program.port}${to}`, { method: 'POST', headers, body: JSON.stringify(body) })
    return [(await response.json()) as Answer[], response.headers.get('keagate-services'), response.status]
  }
  const byName = await ask({ command: 'version-get', service: ['all'] })
  t.match(byName[0], [{ result: 0, text: 'two' }, { result: 1, text: /service gone: .*server is likely to be offline$/ }, { result: 0, text: 'one' }])
  t.equal(byName[1], 'two, gone, one')
  t.same(await ask({ command: 'version-get' }, '/all'), byName, 'the path is the same')
  t.match(await ask({ command: 'version-get', service: ['one', 'pair'] }), [[{ text: 'one' }, { text: 'one' }, { text: 'two' }], 'one, one, two'])
  t.match(await ask({ command: 'version-get', service: ['one'] }), [[{ text: 'one' }], null], 'no header where the client knows')
  t.match(await ask({ command: 'version-get', service: ['many', 'many'] }), [
    [{ result: 1, text: "'service' names 80 services with its groups; at most 64 are asked at once" }], null, 200,
  ])
  t.match(await ask({ command: 'version-get', service: ['pairs'] }), [
    [{ result: 1, text: /no control socket is configured for service 'pairs' \(configured: one, gone, two, .*, all, pair, many\)/ }],
  ])
  const [refusal, , status] = await ask({ command: 'lease4-wipe', service: ['all'] })
  t.match([refusal, status], [{ text: "the command 'lease4-wipe' for the service 'two' is not allowed to you; your role is '127.0.0.1'" }, 403])
  const [[agent]] = await ask({ command: 'status-get' })
  t.match(agent, { arguments: { 'service-groups': { all: ['two', 'gone', 'one'], pair: ['one', 'two'] } } })
  await program.stop()
  const records = readFileSync(audit, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as { services: string[] })
  t.same(records[0]?.services, ['two', 'gone', 'one'], 'the record has the members')
  const said = await run(process.execPath, [mainFile, 'access', '-c', program.configFile, 'lease4-wipe', 'all'])
  t.match([said.code, said.stdout], [2, /^refused: lease4-wipe for two, gone, one\nbecause: of two$/m])
})
