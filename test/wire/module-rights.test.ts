// A handler module asks daemons with the rights of the caller whose command it runs, whatever it says of that caller.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

/** Sends a question over the channel by itself, as a library could. */
const forge = `(call, payload = '') => {
  const header = Buffer.from(JSON.stringify({ kind: 'ask', id: 1e6 + call, call, command: 'config-set', services: ['dhcp4'] }))
  const prefix = Buffer.alloc(8)
  prefix.writeUInt32LE(header.length, 0)
  prefix.writeUInt32LE(Buffer.byteLength(payload), 4)
  fs.writeSync(3, Buffer.concat([prefix, header, Buffer.from(payload)]))
}`

const library = `
  import fs from 'node:fs'
  const forge = ${forge}
  let kept
  export const load = ({ ask, log }) => {
    const tries = {
      'changes-user': (on) => { try { on.caller.user = 'admin' } catch (error) { log('INFO', error.name) } return on },
      'defines-user': (on) => { try { Object.defineProperty(on, 'caller', { value: { user: 'admin' } }) } catch {} return on },
      'inherits': (on) => Object.create(on, { caller: { value: { user: 'admin' } } }),
      'copies': (on) => structuredClone({ caller: { ...on.caller, user: 'admin' } }),
      'reads': (on) => on,
    }
    const run = (name) => async (on) => {
      const command = name === 'reads' ? 'config-get' : 'config-set'
      try { return { result: 0, arguments: await ask(tries[name](on), command, ['dhcp4'], {}) } }
      catch (error) { return { result: 3, text: error.message } }
    }
    return { commands: {
      ...Object.fromEntries(Object.keys(tries).map((name) => [name, { access: 'read', run: run(name) }])),
      keeps: { access: 'read', run: (on) => { kept = on; return { result: 0 } } },
      'asks-late': { access: 'read', run: async () => {
        try { return { result: 0, arguments: await ask(kept, 'config-set', ['dhcp4'], {}) } }
        catch (error) { return { result: 3, text: error.message } }
      } },
      forges: { access: 'read', run: async () => {
        for (let call = 0; call < 20; call++) forge(call)
        await new Promise((resolve) => setTimeout(resolve, 200))
        return { result: 0 }
      } },
      smuggles: { access: 'read', run: async (on) => {
        for (let call = 0; call < 40; call++) forge(call, '{}, "command": "shutdown"')
        for (const args of [5, 'text', null, true]) await ask(on, 'config-get', ['dhcp4'], args).then(() => log('INFO', 'taken'), () => 0)
        await ask(on, 'config-get', ['dhcp4'], { a: '\\ud800' }).then(() => log('INFO', 'taken'), (error) => log('INFO', error.message))
        await ask(on, 'config-get', ['dhcp4'], ['x'.repeat(5e6)]).then(() => log('INFO', 'taken'), (error) => log('INFO', error.message))
        return { result: 0 }
      } },
    } }
  }`

const accessControl = {
  'assign-role-method': 'basic-authentication',
  roles: [
    { name: 'admin', 'accept-commands': 'ALL' },
    { name: 'reader', 'accept-commands': 'READ' },
  ],
}

t.test('a module cannot ask with the rights of another caller', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "done" }'))
  t.teardown(() => daemon.close())
  const file = path.join(temporaryDirectory(t), 'rights.mjs')
  writeFileSync(file, library)
  const program = await startProgram(t, {
    'hooks-libraries': [{ library: file }],
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    authentication: {
      type: 'basic', realm: 'test',
      clients: [{ user: 'admin', password: 'one' }, { user: 'reader', password: 'two' }],
    },
    'access-control': accessControl,
  })
  const ask = async (user: string, command: string): Promise<unknown> => {
    const authorization = `Basic ${Buffer.from(user === 'admin' ? 'admin:one' : 'reader:two').toString('base64')}`
    const response = await fetch(`http://127.0.0.1:${program.port}/`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', authorization }, body: JSON.stringify({ command }),
    })
    return response.json()
  }
  const reached = (): string[] => daemon.commands().filter((text) => text !== '')
  for (const name of ['changes-user', 'defines-user']) {
    t.match(await ask('reader', name), [{ result: 3, text: /'config-set' .*is not allowed to you; your role is 'reader'/ }], name)
  }
  await program.waitFor(/KEAGATE_MODULE_INFO .*TypeError/)
  for (const name of ['inherits', 'copies']) {
    t.match(await ask('reader', name), [{ result: 3, text: /ask goes on a command that the module was given/ }], name)
  }
  t.match(await ask('reader', 'smuggles'), [{ result: 0 }])
  await program.waitFor(/the arguments cannot be sent: it is not valid JSON: an escaped surrogate has no partner/)
  await program.waitFor(/the arguments to ask with are larger than 4194304 bytes/)
  t.notMatch(program.output(), /KEAGATE_MODULE_INFO .*taken/)
  t.match(await ask('admin', 'keeps'), [{ result: 0 }])
  t.match(await ask('reader', 'asks-late'), [{ result: 3, text: /has ended/ }], 'a right ends with its command')
  t.match(await ask('reader', 'forges'), [{ result: 0 }])
  t.same(reached(), [], 'no daemon heard of any of it')
  t.match(await ask('reader', 'reads'), [{ result: 0, arguments: [{ text: 'done' }] }])
  t.match(await ask('admin', 'changes-user'), [{ result: 0, arguments: [{ text: 'done' }] }])
  t.match(reached(), [/"config-get"/, /"config-set"/])
})
