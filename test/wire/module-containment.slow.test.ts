// What a handler module, or a client or a daemon through one, does to the agent: nothing. Most cases ended or stopped
// the agent of a version in which modules were threads.

import { copyFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import type { Test } from 'tap'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'
import { withBystander } from '../support/bystander.ts'
import { residentMemory } from '../support/steady-load.ts'

const examples = path.resolve(import.meta.dirname, '../../config/handlers')

type Elements = readonly { result: number; text?: string; arguments?: unknown }[]

t.test('anonymous commands with 60 MB of arguments, and a module that observes them', async (t) => {
  const program = await startProgram(t, {
    'hooks-libraries': [{ library: example(t, 'write-webhook.mjs'), parameters: { url: 'http://127.0.0.1:9/' } }],
  })
  const body = Buffer.from(`{ "command": "what-is-this", "arguments": { "a": "${'x'.repeat(60_000_000)}" } }`)
  await unharmed(t, program, async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(program, body)))
    // The memory for bodies may refuse some of them.
    for (const { status } of answers) t.ok([200, 503].includes(status), `status ${status}`)
    t.ok(answers.some(({ status }) => status === 200))
  })
  t.notMatch(program.output(), /started again/)
})

t.test('a list of 31 million numbers, and a module that reads arguments', async (t) => {
  const library = moduleFile(t, `export const load = ({ log }) => ({
    commandReceived: ({ name, arguments: args, argumentsText, argumentsSize }) => {
      log('INFO', ['saw', name, typeof args, typeof argumentsText, argumentsSize].join(' '))
    },
  })`)
  const program = await startProgram(t, { 'hooks-libraries': [{ library }] })
  const list = Buffer.from(`[1${',1'.repeat(31_000_000 - 1)}]`)
  const body = Buffer.concat([Buffer.from('{ "command": "list-commands", "arguments": { "a":'), list, Buffer.from('} }')])
  await unharmed(t, program, async () => {
    const { status } = await post(program, body)
    t.equal(status, 200)
  })
  await program.waitFor(/saw list-commands undefined undefined 62000008/)
  t.match(await ask(program, 'list-commands', { arguments: { a: [1, 2] } }), [{ result: 0 }])
  await program.waitFor(/saw list-commands object string 11/)
})

t.test('a command with almost 4 MiB of the costliest JSON, many times at once, and a module that parses it', async (t) => {
  const library = moduleFile(t, `export const load = () => ({ commands: { count: { access: 'read', run: async ({ arguments: args }) => {
    const { length } = args.a
    await new Promise((resolve) => setTimeout(resolve, 10))
    return { result: 0, arguments: { length, kept: args.a.length } }
  } } } })`)
  const program = await startProgram(t, { 'hooks-libraries': [{ library, 'timeout-seconds': 120 }] })
  const body = Buffer.from(`{ "command": "count", "arguments": { "a": [{}${',{}'.repeat(1_390_000 - 1)}] } }`)
  await unharmed(t, program, async () => {
    for (const { status, body: answer } of await Promise.all(Array.from({ length: 5 }, () => post(program, body)))) {
      t.equal(status, 200)
      t.match(answer, [{ result: 0, arguments: { length: 1_390_000 } }])
    }
  })
})

t.test('a daemon that answers 33 MB, and a module that asks it', async (t) => {
  const large = `{ "result": 0, "arguments": { "a": [ {}${',{}'.repeat(11_000_000)} ] } }`
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    connection.socket.end(large)
  })
  t.teardown(() => daemon.close())
  const small = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    connection.socket.end('{ "result": 0, "text": "2.2.0" }')
  })
  t.teardown(() => small.close())
  const program = await startProgram(t, {
    'hooks-libraries': [{ library: example(t, 'daemon-summary.mjs'), parameters: { services: ['dhcp4', 'dhcp6'] } }],
    'control-sockets': { dhcp4: { 'socket-name': daemon.path }, dhcp6: { 'socket-name': small.path } },
  })
  await unharmed(t, program, async () => {
    t.match(await ask(program, 'daemon-summary'), [{
      result: 1,
      arguments: {
        daemons: [
          { service: 'dhcp4', answers: false, reason: /larger than 4194304 bytes/ },
          { service: 'dhcp6', answers: true, version: '2.2.0' },
        ],
      },
    }])
  })
})

/** A slow machine is still making room when the time is over. */
const memoryEnd = /(its process ended \(SIG[A-Z]+\)|it took \d+ MiB of memory|it computed for).*started again in/

/** A state that one command brings its module into, and what its caller is told. */
const states: readonly { name: string; run: string; answer: object; log?: RegExp }[] = [
  {
    name: 'an answer of 300 million characters',
    run: `() => ({ result: 0, text: 'y'.repeat(300e6) })`,
    answer: { result: 1, text: /its answer has 300000000 bytes, and 4194304 are the most/ },
  },
  {
    name: 'an answer that is a little too large',
    run: `() => ({ result: 0, arguments: { a: new Array(500_000).fill('zzzzzzz') } })`,
    answer: { result: 1, text: /its answer has 50000\d\d bytes/ },
  },
  {
    name: 'memory in one step',
    run: `() => ({ result: new Array(6e7).fill(0).length })`,
    answer: { result: 1, text: /failed; see the log/ },
    log: memoryEnd,
  },
  {
    name: 'memory in small steps',
    run: `() => { for (const all = [];;) all.push({ a: [1.5, 2.5] }) }`,
    answer: { result: 1, text: /failed; see the log/ },
    log: memoryEnd,
  },
  {
    name: 'memory that is not of the heap',
    run: `() => { for (const all = [];;) all.push(Buffer.alloc(10e6, 1)) }`,
    answer: { result: 1, text: /failed; see the log/ },
    log: memoryEnd,
  },
  {
    name: 'an endless loop',
    run: `() => { for (;;); }`,
    answer: { result: 1, text: /failed; see the log/ },
    log: /it computed for more than 5000 ms without a pause and was ended; it is started again in/,
  },
  {
    name: 'a throw',
    run: `() => { throw new Error('out of ink') }`,
    answer: { result: 1, text: /failed; see the log/ },
    log: /out of ink \(at .*state\.mjs:\d+:\d+/,
  },
  {
    name: 'an exit',
    run: `() => process.exit(3)`,
    answer: { result: 1, text: /failed; see the log/ },
    log: /its process ended with exit code 3; it is started again in/,
  },
  {
    name: 'a million lines',
    run: `() => { for (let i = 0; i < 1e6; i++) console.log('line ' + i + ' of a module that says too much'); return { result: 0 } }`,
    // Node.js writes them when the loop is over. Where that takes too long, it is an endless loop.
    answer: { result: Number },
  },
  {
    name: 'a million lines, with pauses',
    run: `async () => {
      for (let i = 0; i < 1e6; i++) {
        console.log('line ' + i + ' of a module that says too much')
        if (i % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
      return { result: 0 }
    }`,
    answer: { result: 0 },
    log: /\d{4,} lines more were left out/,
  },
  {
    name: 'a line without an end',
    run: `() => { for (let i = 0; i < 200; i++) process.stdout.write('x'.repeat(1e6)); console.log(); return { result: 0 } }`,
    answer: { result: 0 },
    log: /KEAGATE_MODULE_INFO .*state\.mjs: x{1000}/,
  },
  {
    name: 'nonsense for an answer',
    run: `() => 5`,
    answer: { result: 1, text: /failed; see the log/ },
    log: /what it returned is not an answer map/,
  },
  {
    name: 'garbage in the channel',
    run: `() => { fs.writeSync(3, 'GET / HTTP/1.1\\r\\n\\r\\n'.repeat(100)); return { result: 0 } }`,
    answer: { result: 1, text: /failed; see the log/ },
    log: /it wrote into the channel of the agent \(descriptor 3\) and was ended/,
  },
  {
    name: 'a frame that never ends',
    run: `() => { fs.writeSync(3, Buffer.from([16, 0, 0, 0, 0, 0, 64, 0])); fs.writeSync(3, '{"kind":"pong"}\\n'); return { result: 0 } }`,
    answer: { result: 1, text: /failed; see the log/ },
  },
  {
    name: 'a flood of frames',
    run: `() => { const frame = Buffer.from('\\x10\\0\\0\\0\\0\\0\\0\\0{"kind": "pong"}', 'latin1')
      const many = Buffer.concat(new Array(4000).fill(frame))
      for (let i = 0, at = 0; i < 400; i++) for (at = 0; at < many.length;) {
        try { at += fs.writeSync(3, many, at) } catch (error) { if (error.code !== 'EAGAIN') throw error }
      }
      return { result: 0 } }`,
    answer: { result: 0 },
  },
]

for (const { name, run, answer, log } of states) {
  t.test(`a module with ${name} spoils nothing but its own commands`, async (t) => {
    const library = moduleFile(t, `import fs from 'node:fs'
      export const load = () => ({ commands: {
        state: { access: 'read', run: ${run} },
        good: { access: 'read', run: () => ({ result: 0, text: 'good' }) },
      } })`, 'state.mjs')
    const program = await startProgram(t, { 'hooks-libraries': [{ library }] })
    const before = residentMemory(program.pid)
    let most = before
    const weighing = setInterval(() => {
      try {
        most = Math.max(most, residentMemory(program.pid))
      } catch {
        // It has ended, which is what the rest is about.
      }
    }, 50)
    t.teardown(() => clearInterval(weighing))
    await unharmed(t, program, async () => {
      t.match(await ask(program, 'state'), [answer])
      if (log !== undefined) await program.waitFor(log)
    })
    clearInterval(weighing)
    t.comment(`the agent took ${before} MiB before and ${most} MiB at most`)
    t.ok(most < before + 150, 'the memory of the agent is bounded')
    const begin = performance.now()
    while ((await ask(program, 'good'))[0]?.result !== 0) await setTimeout(20)
    t.ok(performance.now() - begin < 15_000, 'serves again, and no command waited for that in vain')
  })
}

/** Does something while a bystander is served by the same process as before. */
async function unharmed(t: Test, program: Program, act: () => Promise<unknown>): Promise<void> {
  const { count, failed, p50, p99, worst } = await withBystander(t, program.port, act)
  t.comment(`${count} commands of a bystander: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, worst ${worst.toFixed(1)} ms`)
  t.equal(failed, 0, 'every command of the bystander is answered')
  t.ok(p99 < 1000, 'and soon')
  t.equal((await ask(program, 'status-get'))[0]?.arguments instanceof Object, true)
  t.match(await ask(program, 'status-get'), [{ arguments: { pid: program.pid } }], 'by the same process')
}

async function ask(program: Program, command: string, more: object = {}): Promise<Elements> {
  return (await post(program, Buffer.from(JSON.stringify({ command, ...more })))).body as Elements
}

async function post(program: Program, body: Buffer): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/json', 'content-length': body.length }
  return new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: program.port, method: 'POST', headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

function moduleFile(t: Test, text: string, name = 'module.mjs'): string {
  const file = path.join(temporaryDirectory(t), name)
  writeFileSync(file, text)
  return file
}

function example(t: Test, name: string): string {
  const file = path.join(temporaryDirectory(t), name)
  copyFileSync(path.join(examples, name), file)
  return file
}
