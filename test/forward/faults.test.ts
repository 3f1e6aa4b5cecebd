// Every way in which a daemon can fail, with the exact element that its callers get, and that the next command passes.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { answerList } from '../../src/command/answer.ts'
import { limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import type { UpstreamLimits } from '../../src/config/types.ts'
import { Router } from '../../src/forward/router.ts'
import { createUnixUpstream } from '../../src/forward/unix/upstream.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { Script } from '../support/fake-daemon.ts'
import {
  answering, blurting, closingEarly, deaf, dripping, FakeDaemon, flooding, hangingUp, readingOnly, silent, splitting,
  stalling, trickling,
} from '../support/fake-daemon.ts'
import { patient } from '../support/command-scope.ts'

const good = '{ "result": 0 }'
const limits = limitsOf(upstreamLimitRows, () => null)
const log = { write: () => undefined, enabled: () => false }

type Changed = Partial<UpstreamLimits>

/** A single place at a time, so that one that is not given back would be missed by the next command. */
function routerTo(path: string, changed: Changed = {}): Router {
  const upstream = createUnixUpstream({
    path,
    limits: { ...limits, maxInFlight: 1, ...changed },
    onTrailingBytes: () => undefined,
  })
  return new Router(new Map([['s', upstream]]), log)
}

async function ask(router: Router, args: RawJson | null = null): Promise<string> {
  const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }
  const command = { name: 'c', services: ['s'], arguments: args, caller }
  return rawToString(answerList(await router.forward(command, ['s'], patient)))
}

function element(reason: string): string {
  return `[ { "result": 1, "text": ${JSON.stringify(`no usable answer from service s: ${reason}`)} } ]`
}

function folder(owner: { teardown(step: () => void): void }): string {
  const path = mkdtempSync(join(tmpdir(), 'faults-'))
  owner.teardown(() => rmSync(path, { recursive: true, force: true }))
  return path
}

const makeDirectory = (path: string): void => {
  mkdirSync(path)
}

const offline = 'server is likely to be offline'
const endOfFile = `End of file; ${offline}`
const stalled = `Operation canceled: the limit of 0.04 s without a byte was reached; ${offline}`
const tooLong = `Operation canceled: the limit of 0.08 s in all was reached; ${offline}`
const notJson = (what: string): string => `the answer is not valid JSON: ${what}`
const noAnswer = (first: string): string => notJson(`a map or a list is expected, but ${first} is there (byte 0)`)
const stall = { stallTimeout: 40 }
const total = { totalTimeout: 80 }
const large = rawJson(`[${' '.repeat(4_000_000)}]`)

interface Fault {
  readonly script: Script
  readonly reason: string
  readonly limits?: Changed
  /** Of the command. */
  readonly arguments?: RawJson
}

const faults: Readonly<Record<string, Fault>> = {
  // Closes, at each stage.
  'closes at once': { script: closingEarly, reason: endOfFile },
  'closes when it has read the command': { script: hangingUp, reason: endOfFile },
  'closes with half of a small command unread': { script: readingOnly(5), reason: endOfFile },
  'closes with most of a large command unread': { script: readingOnly(100_000), reason: endOfFile, arguments: large },
  'closes after blanks': { script: answering(' \n'), reason: endOfFile },
  'closes after the first bracket': { script: answering('{'), reason: endOfFile },
  'closes amid a key': { script: answering('{ "res'), reason: endOfFile },
  'closes amid a number': { script: answering('{ "result": 1'), reason: endOfFile },
  'closes amid a string': { script: answering('{ "text": "o'), reason: endOfFile },
  'closes amid an escape': { script: answering('{ "text": "\\u00'), reason: endOfFile },
  'closes amid a character': { script: answering(Buffer.from('7b2022e2', 'hex')), reason: endOfFile },
  'closes before the last bracket': { script: answering('{ "result": 0 '), reason: endOfFile },
  'dies amid a large answer': { script: answering(`[ ${'1, '.repeat(500_000)}`), reason: endOfFile },
  'says a part of an answer, reads nothing and dies': { script: blurting('{ "result"'), reason: endOfFile },

  // Stalls, at each stage.
  'never answers': { script: silent, reason: stalled, limits: stall },
  'never reads a small command': { script: deaf, reason: stalled, limits: stall },
  'never reads a large command': { script: deaf, reason: stalled, limits: stall, arguments: large },
  'stalls after blanks': { script: stalling('  '), reason: stalled, limits: stall },
  'stalls after the first bracket': { script: stalling('['), reason: stalled, limits: stall },
  'stalls amid a string': { script: stalling('{ "text": "a'), reason: stalled, limits: stall },
  'stalls before the last bracket': { script: stalling('{ "result": 0 '), reason: stalled, limits: stall },

  // Goes on for ever.
  'drips blanks': { script: dripping(), reason: tooLong, limits: total },
  'drips blanks and reads nothing': {
    script: dripping({ deaf: true }), reason: tooLong, limits: total, arguments: large,
  },
  'drips a string': { script: trickling('{ "text": "', 'x'), reason: tooLong, limits: total },
  'drips list elements': { script: trickling('[1', ',1'), reason: tooLong, limits: total },
  floods: { script: flooding, reason: 'the answer is longer than 300000 bytes', limits: { maxAnswerSize: 300_000 } },
  'floods blanks': {
    script: answering(' '.repeat(2_000_000)),
    reason: 'the answer is longer than 300000 bytes',
    limits: { maxAnswerSize: 300_000 },
  },
  'answers a byte too much': {
    script: answering(`[${' '.repeat(1023)}]`),
    reason: 'the answer is longer than 1024 bytes',
    limits: { maxAnswerSize: 1024 },
  },

  // Answers something that is none.
  'sends text': { script: answering('Hello'), reason: noAnswer("'H'") },
  'sends a string': { script: answering('"ok"'), reason: noAnswer("'\"'") },
  'sends a number': { script: answering('42'), reason: noAnswer("'4'") },
  'sends null': { script: answering('null'), reason: noAnswer("'n'") },
  'speaks HTTP': {
    script: answering('HTTP/1.1 400 Bad Request\r\n\r\n'),
    reason: noAnswer("'H'"),
  },
  'speaks TLS': {
    script: answering(Buffer.from('15030100020228', 'hex')),
    reason: noAnswer('byte 0x15'),
  },
  'sends a comment': { script: answering('# c\n{}'), reason: noAnswer("'#'") },
  'closes the wrong bracket': {
    script: answering('{ "a": [ 1 }'),
    reason: notJson("',' or ']' is expected, but '}' is there (byte 11)"),
  },
  'closes a bracket that is not open': { script: answering(']'), reason: noAnswer("']'") },
  'forgets a comma': {
    script: answering('{ "a": 1 "b": 2 }'),
    reason: notJson("',' or '}' is expected, but '\"' is there (byte 9)"),
  },
  'prints a float that is none': {
    script: answering('{ "x": 1e+06.0 }'),
    reason: notJson("a number cannot go on with '.' (Number overflow) (byte 12)"),
  },
  'sends bytes that are not UTF-8': {
    script: answering(Buffer.from('7b2261223a22ff227d', 'hex')), reason: notJson('the bytes are not UTF-8 (byte 6)'),
  },
  'sends a raw line end in a string': {
    script: answering('{ "text": "a\nb" }'), reason: notJson('byte 0x0a must be escaped in a string (byte 12)'),
  },
  'nests too deeply': {
    script: answering('['.repeat(1_000_000)),
    reason: notJson('more than 100 maps and lists lie inside each other (byte 100)'),
  },
}

for (const [name, fault] of Object.entries(faults)) {
  t.test(`a daemon that ${name}: its callers learn so, the next command passes`, async (t) => {
    let script = fault.script
    const daemon = await FakeDaemon.listen((connection) => script(connection))
    t.teardown(() => daemon.close())
    const router = routerTo(daemon.path, fault.limits)
    t.equal(await ask(router, fault.arguments ?? null), element(fault.reason))
    script = answering(good)
    t.equal(await ask(routerTo(daemon.path)), `[ ${good} ]`)
    // The same one, which has one place only; its limits may be too short for a busy machine, but not for a place.
    t.notMatch(await ask(router), 'too many commands')
  })
}

t.test('what looks odd but is an answer, is one', async (t) => {
  const odd: Readonly<Record<string, Script>> = {
    'two answers': answering(`${good}{ "result": 1 }`),
    'an answer and garbage': answering(`${good}\u0000garbage`),
    'an answer with blanks around it': answering(` \r\n\t${good}\n\n`),
    'an answer byte by byte': splitting(good, [1]),
    'an answer without reading': blurting(good),
    'an answer and no close': stalling(good),
    'an answer in two parts, cut amid a word': splitting(good, [6, 100]),
  }
  for (const [name, script] of Object.entries(odd)) {
    const daemon = await FakeDaemon.listen(script)
    t.equal(await ask(routerTo(daemon.path)), `[ ${good} ]`, name)
    await daemon.close()
  }
})

t.test('a path with no daemon behind it: its callers learn so, and a daemon that comes there is asked', async (t) => {
  const places: Readonly<Record<string, readonly [make: (path: string) => void, reason: string]>> = {
    missing: [() => undefined, `No such file or directory; ${offline}`],
    file: [(path) => writeFileSync(path, 'x'), `Connection refused; ${offline}`],
    directory: [makeDirectory, `Connection refused; ${offline}`],
    'loop of links': [(path) => symlinkSync(path, path), `Too many levels of symbolic links; ${offline}`],
    'link to nothing': [(path) => symlinkSync(`${path}-absent`, path), `No such file or directory; ${offline}`],
    'link to a device': [(path) => symlinkSync('/dev/null', path), `Connection refused; ${offline}`],
  }
  for (const [name, [make, reason]] of Object.entries(places)) {
    const path = join(folder(t), 'socket')
    const first = await FakeDaemon.listen(answering(good), path)
    const router = routerTo(path)
    t.equal(await ask(router), `[ ${good} ]`)
    await first.close()
    make(path)
    t.equal(await ask(router), element(reason), name)
    rmSync(path, { recursive: true, force: true })
    const second = await FakeDaemon.listen(answering(good), path)
    t.equal(await ask(router), `[ ${good} ]`, `${name}, then a daemon`)
    await second.close()
  }
})

t.test('a socket that ended with its daemon is refused until the next one listens', async (t) => {
  const path = join(folder(t), 'socket')
  const program = `require('net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`
  const child = spawn(process.execPath, ['-e', program])
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const router = routerTo(path)
  t.equal(await ask(router), element(`Connection refused; ${offline}`))
  unlinkSync(path)
  const daemon = await FakeDaemon.listen(answering(good), path)
  t.teardown(() => daemon.close())
  t.equal(await ask(router), `[ ${good} ]`)
})

t.test('a path of 107 bytes is used, one of 108 or more is refused with a sentence', async (t) => {
  const base = folder(t)
  const path = join(base, 'x'.repeat(107 - base.length - 1))
  const daemon = await FakeDaemon.listen(answering(good), path)
  t.teardown(() => daemon.close())
  t.equal(await ask(routerTo(path)), `[ ${good} ]`)
  for (const more of [1, 2, 1000]) {
    const reason = `the path of its control socket has ${107 + more} bytes, and the system takes at most 107`
    t.equal(await ask(routerTo(path + 'x'.repeat(more))), element(reason))
  }
})

t.test('a stopped daemon with a full queue counts as refused; when it goes on, a patient command passes', async (t) => {
  const path = join(folder(t), 'socket')
  const program = `
    const server = require('net').createServer((socket) => {
      socket.on('error', () => undefined).on('data', () => socket.end(${JSON.stringify(good)}))
    })
    server.listen({ path: ${JSON.stringify(path)}, backlog: 1 }, () => {
      console.log('up')
      process.kill(process.pid, 'SIGSTOP')
    })`
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  // It says so before it stops.
  const stopped = (): boolean => readFileSync(`/proc/${child.pid}/stat`, 'latin1').includes(') T ')
  while (!stopped()) await new Promise((resolve) => setImmediate(resolve))
  const fill = async (): Promise<boolean> => {
    const socket = connect({ path })
    t.teardown(() => socket.destroy())
    return new Promise((resolve) => socket.once('connect', () => resolve(true)).once('error', () => resolve(false)))
  }
  while (await fill());
  t.equal(await ask(routerTo(path)), element(`Connection refused; ${offline}`))
  const asked = ask(routerTo(path, { connectRetry: 20_000 }))
  child.kill('SIGCONT')
  t.equal(await asked, `[ ${good} ]`)
})
