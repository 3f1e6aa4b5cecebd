// Handler modules on the built program: what they add, what they see, and that what goes wrong in one stays there.

import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import t from 'tap'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import type { Owner } from '../support/child.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const examples = path.resolve(import.meta.dirname, '../../config/handlers')

type Elements = readonly { result: number; text?: string; arguments?: unknown }[]

async function post(program: Program, command: string, more: object = {}): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${program.port}/`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ command, ...more }),
  })
  return { status: response.status, body: await response.json() }
}

async function ask(program: Program, command: string, more: object = {}): Promise<Elements> {
  return (await post(program, command, more)).body as Elements
}

function moduleFile(owner: Owner, text: string, name = 'module.mjs'): string {
  const file = path.join(temporaryDirectory(owner), name)
  writeFileSync(file, text)
  return file
}

t.test('a module adds commands that go before the agent\'s own and before forwarding', async (t) => {
  const library = moduleFile(t, `
    export const load = () => ({ commands: {
      greet: { access: 'read', run: ({ arguments: args, services, caller }) =>
        ({ result: 0, text: 'hello ' + args.name, arguments: { services, from: caller.remoteAddress } }) },
      'version-get': { access: 'read', run: () => ({ result: 0, text: 'mine' }) },
    } })`)
  const program = await startProgram(t, { 'hooks-libraries': [{ library }] })
  t.same(await ask(program, 'greet', { arguments: { name: 'you' }, service: ['dhcp4', 'nowhere'] }), [
    { arguments: { services: ['dhcp4', 'nowhere'], from: '127.0.0.1' }, result: 0, text: 'hello you' },
  ])
  t.same(await ask(program, 'version-get'), [{ result: 0, text: 'mine' }])
  const [list] = await ask(program, 'list-commands')
  t.ok((list?.arguments as string[]).includes('greet'))
  t.same(list?.arguments, [...new Set(list?.arguments as string[])].sort())
  await program.waitFor(/HOOKS_LIBRARY_LOADED module \S+ loaded: greet, version-get/)
})

t.test('whatever a module does wrong harms only its own command', async (t) => {
  const library = moduleFile(t, `
    export const load = () => ({ commands: Object.fromEntries(Object.entries({
      good: () => ({ result: 0, text: 'good' }),
      throws: () => { throw new Error('secret of the module') },
      rejects: async () => { throw 'no error at all' },
      nothing: () => undefined,
      text: () => 'a text',
      float: () => ({ result: 0.5 }),
      circle: () => { const a = { result: 0 }; a.arguments = a; return a },
      hangs: () => new Promise(() => undefined),
      leaks: () => { Promise.reject(new Error('leaked')); setTimeout(() => { throw new Error('late') }, 1)
        return { result: 0, text: 'leaking' } },
      exits: () => process.exit(1),
    }).map(([name, run]) => [name, { access: 'read', run }])) })`)
  const program = await startProgram(t, { 'hooks-libraries': [{ library, 'timeout-seconds': 3 }] })
  const good = async (): Promise<unknown> => t.same(await ask(program, 'good'), [{ result: 0, text: 'good' }])
  for (const name of ['throws', 'rejects', 'nothing', 'text', 'float', 'circle', 'hangs']) {
    const [answers] = await Promise.all([ask(program, name), good()])
    const [answer] = answers
    t.match(answer, { result: 1, text: new RegExp(`'${name}' cannot be answered: the module \\S+ failed`) }, name)
    t.notMatch(answer?.text, /secret/)
  }
  await program.waitFor(/KEAGATE_MODULE_FAILED .*secret of the module \(at .*module\.mjs:4:\d+\)/)
  t.same(await ask(program, 'leaks'), [{ result: 0, text: 'leaking' }])
  await program.waitFor(/KEAGATE_MODULE_FAILED .*leaked/)
  await program.waitFor(/KEAGATE_MODULE_FAILED .*late/)
  await good()
  t.match(await ask(program, 'exits'), [{ result: 1 }])
  t.match(await ask(program, 'list-commands'), [{ result: 0 }])
  await program.waitFor(/its process ended with exit code 1; it is started again in 1 s/)
  for (let tries = 0; (await ask(program, 'good'))[0]?.result !== 0; tries++) if (tries > 2000) throw new Error('stays dead')
  await good()
})

t.test('what a module asks and logs against every type harms nobody', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "2.2.0" }'))
  t.teardown(() => daemon.close())
  const library = moduleFile(t, `
    const bad = {
      'ask-text': (on, ask) => ask(on, 'version-get', 'dhcp4'),
      'ask-numbers': (on, ask) => ask(on, 5, [5]),
      'ask-nobody': (on, ask) => ask({ caller: { remoteAddress: '127.0.0.1' } }, 'version-get', ['dhcp4']),
      'ask-copy': (on, ask) => ask({ ...on, caller: { ...on.caller, user: 'admin' } }, 'version-get', ['dhcp4']),
      'ask-nowhere': (on, ask) => ask(on, 'version-get', []),
      'ask-function': (on, ask) => ask(on, 'version-get', ['dhcp4'], () => 1),
      'ask-null': (on, ask) => ask(null, null, null, null),
      'throws-oddly': () => { throw { get message() { throw 1 }, toString() { throw 2 } } },
    }
    const harmless = {
      asks: (on, ask) => ask(on, 'version-get', ['dhcp4'], { x: 1 }),
      logs: (on, ask, log) => { log('ODD', 5); log(undefined, null); log('WARN', { toString() { throw 1 } }) },
    }
    export const load = ({ ask, log }) => ({ commands: Object.fromEntries(Object.entries({ ...bad, ...harmless }).map(
      ([name, run]) => [name, { access: 'read', run: async (on) => { await run(on, ask, log); return { result: 0 } } }])) })`)
  const sockets = { dhcp4: { 'socket-name': daemon.path } }
  const program = await startProgram(t, { 'hooks-libraries': [{ library }], 'control-sockets': sockets })
  for (const name of ['ask-text', 'ask-numbers', 'ask-nobody', 'ask-copy', 'ask-nowhere', 'ask-function', 'ask-null', 'throws-oddly']) {
    t.match(await ask(program, name), [{ result: 1, text: /the module \S+ failed/ }], name)
  }
  t.same(daemon.commands().filter((text) => text !== ''), [], 'none of it was asked of a daemon')
  for (const name of ['asks', 'logs', 'asks']) t.same(await ask(program, name), [{ result: 0 }], name)
  await program.waitFor(/KEAGATE_MODULE_INFO module \S+: 5$/m)
  t.equal(daemon.commands().filter((text) => text !== '').length, 2)
})

t.test('a module that goes in a circle, or takes all memory, is ended while everybody else is served', async (t) => {
  const library = moduleFile(t, `
    export const load = ({ log, ask }) => ({ commands: {
      spins: { access: 'read', run: () => { for (;;); } },
      chatters: { access: 'read', run: () => { for (;;) log('DEBUG', 'chatter') } },
      pesters: { access: 'read', run: (on) => { for (;;) ask(on, 'version-get', ['dhcp4']).catch(() => 0) } },
      hoards: { access: 'read', run: () => { for (const all = [];;) all.push(new Array(100_000).fill(1.5)) } },
    } })`)
  const hooks = ['a', 'b', 'c', 'd'].map((name) => {
    const own = path.join(temporaryDirectory(t), `${name}.mjs`)
    // Each in a module of its own, so that they need not wait for one another.
    writeFileSync(own, readFileSync(library, 'utf8').replace(/(spins|chatters|pesters|hoards):/g, `'${name}-$1':`))
    return { library: own }
  })
  const program = await startProgram(t, { 'hooks-libraries': hooks })
  const stuck = ['a-spins', 'b-chatters', 'c-pesters', 'd-hoards'].map((name) => ask(program, name))
  t.match(await ask(program, 'list-commands'), [{ result: 0 }])
  for (const answer of stuck) t.match(await answer, [{ result: 1, text: /failed; see the log/ }])
  await program.waitFor(/a\.mjs: it computed for more than 5000 ms without a pause and was ended/)
  await program.waitFor(/d\.mjs: (it computed|its process ended|it took).*started again/)
  t.match(await ask(program, 'list-commands'), [{ result: 0 }])
})

t.test('the points see what they should and may refuse or answer', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "2.2.0" }'))
  t.teardown(() => daemon.close())
  const library = moduleFile(t, `
    export const load = ({ log }) => ({
      authenticated: ({ remoteAddress }) => process.env.CLOSED ? 'closed from ' + remoteAddress : undefined,
      commandReceived: ({ name, arguments: args }) => {
        if (name === 'closes') process.env.CLOSED = 'yes'
        return name === 'lease4-wipe' ? { result: 1, text: 'not here' } : undefined
      },
      commandProcessed: ({ name, services, results, access }) =>
        log('INFO', 'saw ' + JSON.stringify([name, services, results, access])),
    })`)
  const sockets = { dhcp4: { 'socket-type': 'unix', 'socket-name': daemon.path } }
  const program = await startProgram(t, { 'hooks-libraries': [{ library }], 'control-sockets': sockets })
  t.same(await ask(program, 'lease4-wipe', { service: ['dhcp4'] }), [{ result: 1, text: 'not here' }])
  t.equal(daemon.connections.filter((each) => each.received().length > 0).length, 0)
  await ask(program, 'config-get', { service: ['dhcp4', 'nowhere'] })
  await program.waitFor(/saw \["lease4-wipe",\["dhcp4"\],\[1\],/)
  await program.waitFor(/saw \["config-get",\["dhcp4","nowhere"\],\[0,1\],/)
  await ask(program, 'closes')
  t.same(await post(program, 'list-commands'), {
    status: 403,
    body: { result: 403, text: 'Forbidden: closed from 127.0.0.1' },
  })
})

t.test('a configuration with a module that cannot be used is refused, and the one before stays', async (t) => {
  const good = moduleFile(t, `export const load = () => ({ commands: { mine: { access: 'read', run: () => ({ result: 0 }) } } })`)
  const program = await startProgram(t, { 'hooks-libraries': [{ library: good }] })
  const before = JSON.stringify(await ask(program, 'config-get'))
  const table: [text: string, parameters: object | null, reason: RegExp][] = [
    ['export const nothing = 1', null, /no export named "load"/],
    ['export const load = () => { throw new Error("out of paper") }', null, /out of paper/],
    ['export const load = () => {\n\n', null, /Unexpected end of input \(\/.*\/module\.mjs:3\)/],
    ['import { nothing } from "node:fs"\nexport const load = () => ({})', null, /does not provide .*module\.mjs:1/],
    ['\nthrow new TypeError("out of ink")', null, /TypeError: out of ink \(at .*\/module\.mjs:2:7\)/],
    ['export const load = () => ({}), laod = 1', null, /the export "laod", which is not a part of the contract; did you mean "load"\?/],
    ['export const load = () => ({ comandReceived() {} })', null, /"comandReceived", .*; did you mean "commandReceived"\?/],
    ['export const load = () => ({ foo: 1 })', null, /"foo", .*; there is only commands, authenticated, /],
    ['export const load = () => new (class { commands = {}; helper() {} })()', null, /"helper"/],
    ['export const load = () => ({ start: 5 })', null, /its member "start" is not a function/],
    ['export const load = () => ({ commands: [] })', null, /its member "commands" is not a map/],
    ['export const load = () => ({ commands: { a: { access: "read", run: () => 1, acces: 1 } } })', null, /"acces", .* mean "access"\?/],
    ['export const load = () => ({ commands: { "\\ud800": { access: "read", run: () => 1 } } })', null, /no client can send/],
    ['export const load = () => process.exit(3)', null, /its process ended with exit code 3/],
    ['export const load = () => ({ commands: { a: {} } })', null, /command a has no function "run"/],
    ['export const load = () => ({ commands: { a: { run: () => 1 } } })', null, /does not say "read" or "write"/],
    ['export const load = () => ({ commands: { "list-commands": { access: "read", run: () => 1 } } })', null, /only the agent/],
    ['export const load = () => ({})', { unknown: 1 }, /takes no parameters/],
    [
      'export const parameters = { type: "object", required: ["url"], properties: { url: { type: "string" } } }\n' +
        'export const load = () => ({})',
      { url: 5 },
      /parameters\/url must be a string, not a number/,
    ],
    [
      'export const parameters = { type: "object", properties: { colour: {} }, additionalProperties: false }\n' +
        'export const load = () => ({})',
      { color: 1 },
      /parameters: unknown keyword "color"; did you mean "colour"\?/,
    ],
    [
      'export const parameters = { type: "objekt" }\nexport const load = () => ({})',
      { color: 1 },
      /its export "parameters"\/type must be "array", "boolean", /,
    ],
    ['await new Promise(() => undefined)', null, /./],
  ]
  for (const [text, parameters, reason] of table) {
    const library = moduleFile(t, text)
    // Only the one that never loads is waited for in vain.
    const patience = text.startsWith('await') ? { 'timeout-seconds': 1 } : {}
    const hook = { library, ...patience, ...(parameters === null ? {} : { parameters }) }
    const agent = { 'http-port': program.port, 'hooks-libraries': [hook] }
    writeFileSync(program.configFile, JSON.stringify({ 'Control-agent': agent }))
    const [answer] = await ask(program, 'config-reload')
    t.equal(answer?.result, 1, text)
    t.match(answer?.text, reason)
    t.match(answer?.text, /kea-ctrl-agent\.conf:1:\d+: /, 'with its position')
    t.equal(JSON.stringify(await ask(program, 'config-get')), before)
    t.same(await ask(program, 'mine'), [{ result: 0 }])
  }
})

t.test('answers are held to what a daemon may answer', async (t) => {
  const library = moduleFile(t, `
    const nested = (depth) => depth === 0 ? 1 : [nested(depth - 1)]
    export const load = () => ({ commands: Object.fromEntries(Object.entries({
      'lone-surrogate': () => ({ result: 0, text: 'a\\ud800b' }),
      'lone-key': () => ({ result: 0, arguments: { '\\udc00': 1 } }),
      'deep': () => ({ result: 0, arguments: nested(500) }),
      'deepest': () => ({ result: 0, arguments: nested(5000) }),
      'deep-enough': () => ({ result: 0, arguments: nested(99) }),
      'disguised': () => ({ result: 0, arguments: { toJSON: () => 'x' }, text: 'fine' }),
      'odd': () => ({ result: 0, arguments: () => 1, extra: 1 }),
    }).map(([name, run]) => [name, { access: 'read', run }])) })`)
  const program = await startProgram(t, { 'hooks-libraries': [{ library }] })
  for (const name of ['lone-surrogate', 'lone-key']) {
    t.match(await ask(program, name), [{ result: 1, text: /its answer cannot be used: it is not valid JSON: an escaped surrogate/ }], name)
  }
  t.match(await ask(program, 'deep'), [{ result: 1, text: /more than 100 maps and lists lie inside each other/ }])
  t.match(await ask(program, 'deepest'), [{ result: 1 }])
  t.match(await ask(program, 'deep-enough'), [{ result: 0 }])
  t.same(await ask(program, 'disguised'), [{ arguments: 'x', result: 0, text: 'fine' }])
  t.same(await ask(program, 'odd'), [{ result: 0 }])
})

t.test('a reload takes the new file of a module, and commands under way end with the old one', async (t) => {
  const text = (answer: string): string => `
    let go
    export const load = () => ({ commands: {
      which: { access: 'read', run: () => ({ result: 0, text: '${answer}' }) },
      waits: { access: 'read', run: () => new Promise((resolve) => { go = () => resolve({ result: 0, text: '${answer}' })
        console.log('waiting') }) },
      go: { access: 'read', run: () => { go(); return { result: 0 } } },
    }, stop: () => console.log('stopped ${answer}') })`
  const library = moduleFile(t, text('old'))
  const program = await startProgram(t, { 'hooks-libraries': [{ library, 'timeout-seconds': 5 }] })
  const waiting = ask(program, 'waits')
  await program.waitFor(/waiting/)
  writeFileSync(library, text('new'))
  t.match(await ask(program, 'config-reload'), [{ result: 0 }])
  t.same(await ask(program, 'which'), [{ result: 0, text: 'new' }])
  // Nobody can tell the old one to go on any more: it ends at its time.
  t.match(await waiting, [{ result: 1 }])
  await program.waitFor(/stopped old/)
})

t.test('the example daemon-summary asks every daemon', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "2.2.0" }'))
  t.teardown(() => daemon.close())
  const library = path.join(temporaryDirectory(t), 'daemon-summary.mjs')
  copyFileSync(path.join(examples, 'daemon-summary.mjs'), library)
  const sockets = { dhcp4: { 'socket-name': daemon.path }, d2: { 'socket-name': `${daemon.path}-absent` } }
  const hooks = [{ library, parameters: { services: ['dhcp4', 'd2'] } }]
  const program = await startProgram(t, { 'hooks-libraries': hooks, 'control-sockets': sockets })
  const [answer] = await ask(program, 'daemon-summary')
  t.match(answer, {
    result: 1,
    text: '1 of 2 daemons do not answer',
    arguments: { daemons: [{ service: 'dhcp4', answers: true }, { service: 'd2', answers: false, reason: /likely to be offline/ }] },
  })
})

t.test('the example write-webhook reports what changes something', async (t) => {
  const events: unknown[] = []
  const heard = new Promise<void>((resolve) => {
    const server = http.createServer((request, response) => {
      request.setEncoding('utf8').on('data', (text: string) => events.push(JSON.parse(text)))
      request.on('end', () => {
        response.end()
        resolve()
      })
    })
    server.listen(0, '127.0.0.1', () => port(server))
    t.teardown(() => server.close())
  })
  let known: (port: number) => void
  const listening = new Promise<number>((resolve) => (known = resolve))
  function port(server: http.Server): void {
    const address = server.address()
    known(typeof address === 'object' && address !== null ? address.port : 0)
  }
  const library = path.join(temporaryDirectory(t), 'write-webhook.mjs')
  copyFileSync(path.join(examples, 'write-webhook.mjs'), library)
  const hooks = [{ library, parameters: { url: `http://127.0.0.1:${await listening}/` } }]
  const program = await startProgram(t, { 'hooks-libraries': hooks })
  await ask(program, 'version-get')
  await ask(program, 'config-reload')
  await heard
  t.match(events, [{ command: 'config-reload', services: [], results: [0], address: '127.0.0.1', user: null }])
})

const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/handlers.md'), 'utf8')
const shown = [...page.matchAll(/^```js\n([^]*?)^```$/gm)].map(([, text = '']) => text)

t.test('the modules that the documentation shows work as they stand there: one that asks daemons', async (t) => {
  const library = moduleFile(t, shown.find((text) => text.includes('ask(')) ?? '')
  const counts = { 'subnet[1].assigned-addresses': [[3, 'x']], 'subnet[7].assigned-addresses': [[4, 'x']], 'pkt4-received': [[9, 'x']] }
  const daemon = await FakeDaemon.listen(answering(JSON.stringify({ result: 0, arguments: counts })))
  t.teardown(() => daemon.close())
  const program = await startProgram(t, {
    'hooks-libraries': [{ library }], 'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
  })
  t.same(await ask(program, 'assigned-addresses'), [{ result: 0, text: '7 addresses', arguments: { assigned: 7 } }])
  t.equal(shown.find((text) => text.includes('ask(')), readFileSync(path.join(examples, 'assigned-addresses.mjs'), 'utf8'))
})

t.test('the test beside the example passes, and is as the documentation shows it', async (t) => {
  const file = path.join(examples, 'assigned-addresses.test.mjs')
  const ran = spawnSync(process.execPath, ['--test', file], { encoding: 'utf8', env: { PATH: process.env['PATH'] ?? '' } })
  t.equal(ran.status, 0, ran.stdout)
  t.match(ran.stdout, /pass 1/)
  t.ok(shown.includes(readFileSync(file, 'utf8')))
})

t.test('the module that the documentation shows works as it stands there', async (t) => {
  const text = shown[0]
  t.ok(text)
  const folder = path.join(temporaryDirectory(t), 'new')
  mkdirSync(folder)
  const library = path.join(folder, 'uptime-text.mjs')
  writeFileSync(library, text ?? '')
  const program = await startProgram(t, { 'hooks-libraries': [{ library, parameters: { greeting: 'Up' } }] })
  t.match(await ask(program, 'uptime-text'), [{ result: 0, text: /^Up for \d+ s$/ }])
})
