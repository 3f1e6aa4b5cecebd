// One command to one daemon over a UNIX socket: the bytes, every failure by name, the deadlines, the turns.

import { execFileSync } from 'node:child_process'
import { getEventListeners } from 'node:events'
import { chmodSync, closeSync, linkSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs'
import { symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import { limitsOf, upstreamLimitRows } from '../../src/config/limits.ts'
import type { UpstreamLimits } from '../../src/config/types.ts'
import { probeUnixSocket } from '../../src/forward/probe.ts'
import { createUnixUpstream } from '../../src/forward/unix/upstream.ts'
import type { Upstream, UpstreamResult } from '../../src/forward/upstream.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import type { Script } from '../support/fake-daemon.ts'
import {
  answering, blurting, closingEarly, deaf, dripping, FakeDaemon, flooding, freshSocketPath, gate, hangingUp, silent,
  splitting,
} from '../support/fake-daemon.ts'
import { patient } from '../support/command-scope.ts'

const limits = limitsOf(upstreamLimitRows, () => null)

const asker = { client: '192.0.2.1', scope: patient }

type Changed = Partial<UpstreamLimits>

function upstreamTo(path: string, changed: Changed = {}, onTrailingBytes = (): void => undefined): Upstream {
  return createUnixUpstream({ path, limits: { ...limits, ...changed }, onTrailingBytes })
}

async function askAt(path: string, command = '{ "command": "x" }', changed: Changed = {}): Promise<string> {
  return inWords(await upstreamTo(path, changed).send(rawJson(command), asker))
}

function inWords(result: UpstreamResult): string {
  if (result.ok) return rawToString(result.answer)
  return `${result.offline ? 'offline' : 'not offline'}, ${result.sent ? 'sent' : 'not sent'}: ${result.reason}`
}

/** Texts that a parser and printer would change. */
const delicate = [
  '{ "n": 1234567890123456789012345678901234567890, "f": 1.2345678901234567, "e": 1e400 }',
  '{ "raw": "\u00e9 \u6f22\u5b57 \u{1f600}", "escaped": "\\u00e9\\u00c3\\u00a9", "slash": "\\/" }',
  '{ "": 1, "a\\": 1 }, \\"command\\": \\"version-get\\" }": [ {}, [  ] ], "b":0,"a":-0.0 }',
  '[ { "result": 0 }, { "result": 1 } ]',
  '{}',
]

t.test('commands and answers pass byte for byte, each command on its own connection', async (t) => {
  const daemon = await FakeDaemon.listen(answering((command) => command))
  t.teardown(() => daemon.close())
  const upstream = upstreamTo(daemon.path)
  for (const text of delicate) t.equal(inWords(await upstream.send(rawJson(text), asker)), text)
  t.same(daemon.commands(), delicate)
})

t.test('a large command in chunks of any size arrives whole', async (t) => {
  const chunks = Array.from({ length: 400 }, (_, i) => Buffer.from(`"${String(i).repeat((i * 7919) % 6000)}",`))
  const command = Buffer.concat([Buffer.from('['), ...chunks, Buffer.from('1]')])
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const raw = { chunks: [Buffer.from('['), ...chunks, Buffer.from('1]')], length: command.length }
  t.equal(inWords(await upstreamTo(daemon.path).send(raw, asker)), '{ "result": 0 }')
  t.ok(daemon.connections[0]?.received().equals(command))
})

t.test('a daemon sees no half-close before it has answered, and a close after', async (t) => {
  let openWhenAsked = false
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    await new Promise((resolve) => setImmediate(resolve))
    openWhenAsked = !connection.socket.readableEnded
    await connection.write('{ "result": 0 }')
  })
  t.teardown(() => daemon.close())
  t.equal(await askAt(daemon.path), '{ "result": 0 }')
  t.ok(openWhenAsked)
  await daemon.connections[0]?.closed
})

t.test('an answer may arrive in any parts', async (t) => {
  let script: Script = silent
  const daemon = await FakeDaemon.listen((connection) => script(connection))
  t.teardown(() => daemon.close())
  const upstream = upstreamTo(daemon.path)
  const run = fc.asyncProperty(
    fc.constantFrom(...delicate),
    fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
    async (text, sizes) => {
      script = splitting(text, sizes)
      return inWords(await upstream.send(rawJson('{}'), asker)) === text
    },
  )
  const seed = Date.now() | 0
  t.comment(`seed ${seed}`)
  await t.resolves(fc.assert(run, { seed, numRuns: 40 }))
})

t.test('bytes after the answer are ignored and reported', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }{ "result": 1 }'))
  t.teardown(() => daemon.close())
  let reports = 0
  const upstream = upstreamTo(daemon.path, {}, () => reports++)
  t.equal(inWords(await upstream.send(rawJson('{}'), asker)), '{ "result": 0 }')
  t.equal(reports, 1)
})

t.test('a path without a daemon is told apart', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sockets-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const at = (name: string): string => join(folder, name)
  t.equal(await askAt(at('nothing')), 'offline, not sent: No such file or directory')

  const daemon = await FakeDaemon.listen(silent, at('alive'))
  linkSync(at('alive'), at('stale'))
  await daemon.close()
  t.equal(await askAt(at('stale')), 'offline, not sent: Connection refused', 'nobody listens')
  writeFileSync(at('file'), '')
  t.equal(await askAt(at('file')), 'offline, not sent: Connection refused', 'a file')
  t.equal(await askAt(folder), 'offline, not sent: Connection refused', 'a directory')
  t.equal(await askAt(at('file/socket')), 'offline, not sent: Not a directory')
  symlinkSync(at('loop'), at('loop'))
  t.equal(await askAt(at('loop')), 'offline, not sent: Too many levels of symbolic links')
})

t.test('a socket that may not be opened is named so', async (t) => {
  const daemon = await FakeDaemon.listen(silent)
  t.teardown(() => daemon.close())
  chmodSync(dirname(daemon.path), 0o700)
  chmodSync(daemon.path, 0)
  const root = process.geteuid?.() === 0
  if (root) process.seteuid?.(65_534)
  const asked = askAt(daemon.path)
  if (root) process.seteuid?.(0)
  t.equal(await asked, 'offline, not sent: Permission denied')
})

t.test('a path that the system cannot take is refused with a sentence, however long', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sockets-'))
  t.teardown(() => rmSync(folder, { recursive: true }))
  const longest = join(folder, 'x'.repeat(107 - folder.length - 1))
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'), longest)
  t.teardown(() => daemon.close())
  t.equal(await askAt(longest), '{ "result": 0 }', '107 bytes are fine')
  t.match(await askAt(`${longest}x`), /^not offline, not sent: .*108 bytes/)
  t.match(await askAt(`/${'\u00e9'.repeat(54)}`), /^not offline, not sent: .*109 bytes/, 'bytes count, not characters')
  t.match(await askAt('/'.padEnd(100_000, 'x')), /^not offline, not sent: /)
  t.match(await askAt(''), /^not offline, not sent: /)
  t.match(await askAt('/tmp/a\0b'), /^not offline, not sent: /)
  t.same(readdirSync(folder).length, 1)
})

t.test('a daemon that fails in the middle is named by what it did', async (t) => {
  const endOfFile = 'offline, sent: End of file'
  const table: readonly (readonly [string, Script, string | RegExp])[] = [
    ['closes without an answer', hangingUp, endOfFile],
    ['closes before reading', closingEarly, /^offline, (not )?sent: End of file$/],
    ['closes amid an answer', answering('{ "result": 0'), endOfFile],
    ['closes after blanks', answering('  \n'), endOfFile],
    ['sends a string', answering('"result"'), /^not offline, sent: /],
    ['sends a number', answering('42 '), /^not offline, sent: /],
    ['sends garbage', answering('Hello!'), /^not offline, sent: /],
    ['sends JSON that is none', answering('{ "result": , }'), /^not offline, sent: /],
    ['sends text that is not UTF-8', answering(Buffer.from('7b2261223a22ff227d', 'hex')), /^not offline, sent: /],
    ['closes too many brackets', answering(']'), /^not offline, sent: /],
  ]
  for (const [name, script, expected] of table) {
    const daemon = await FakeDaemon.listen(script)
    const result = await askAt(daemon.path)
    if (typeof expected === 'string') t.equal(result, expected, name)
    else t.match(result, expected, name)
    await daemon.close()
  }
})

t.test('an answer that is too large ends the exchange at the limit', async (t) => {
  const daemon = await FakeDaemon.listen(flooding)
  t.teardown(() => daemon.close())
  t.match(await askAt(daemon.path, '{}', { maxAnswerSize: 1_000_000 }), /^not offline, sent: /)
  await daemon.connections[0]?.closed
})

t.test('every wait ends: no answer, drops for ever, a command that is not read', async (t) => {
  const canceled = (limit: string): string => `offline, sent: Operation canceled: the limit of ${limit} was reached`
  const large = `[${' '.repeat(4_000_000)}]`
  const table: readonly (readonly [string, Script, string, Changed, limit: string])[] = [
    ['silent', silent, '{}', { stallTimeout: 30 }, '0.03 s without a byte'],
    ['dripping', dripping(), '{}', { stallTimeout: 10_000, totalTimeout: 60 }, '0.06 s in all'],
    ['deaf', deaf, large, { stallTimeout: 30 }, '0.03 s without a byte'],
    ['deaf but dripping', dripping({ deaf: true }), large, { totalTimeout: 60 }, '0.06 s in all'],
  ]
  for (const [name, script, command, changed, limit] of table) {
    const daemon = await FakeDaemon.listen(script)
    t.equal(await askAt(daemon.path, command, changed), canceled(limit), name)
    await daemon.close()
  }
})

t.test('each byte that moves, in either direction, puts the stall limit off', async (t) => {
  const answer = '{ "result": 0, "text": "slow" }'
  const pause = async (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))
  const daemon = await FakeDaemon.listen(async (connection) => {
    connection.socket.on('readable', () => undefined)
    let read = 0
    while (read < 1_000_002) {
      const chunk = connection.socket.read() as Buffer | null
      read += chunk?.length ?? 0
      await pause()
    }
    for (const character of answer) {
      await connection.write(character)
      await pause()
    }
  })
  t.teardown(() => daemon.close())
  t.equal(await askAt(daemon.path, `[${' '.repeat(1_000_000)}]`, { stallTimeout: 400 }), answer)
})

t.test('a daemon may answer and close before it has read the command: the answer counts', async (t) => {
  const answer = '{ "result": 1, "text": "no" }'
  const daemon = await FakeDaemon.listen(blurting(answer))
  t.teardown(() => daemon.close())
  const upstream = upstreamTo(daemon.path)
  for (let i = 0; i < 50; i++) t.equal(inWords(await upstream.send(rawJson('{}'), asker)), answer)
  const large = rawJson(`[${' '.repeat(8_000_000)}]`)
  for (let i = 0; i < 5; i++) t.equal(inWords(await upstream.send(large, asker)), answer, 'of a large command')
})

t.test('a missing daemon is waited for as long as configured, and the command is sent once', async (t) => {
  const path = freshSocketPath()
  t.teardown(() => rmSync(dirname(path), { recursive: true, force: true }))
  t.equal(await askAt(path, '{}', { connectRetry: 70 }), 'offline, not sent: No such file or directory')

  const asked = askAt(path, '{ "once": 1 }', { connectRetry: 10_000 })
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'), path)
  t.teardown(() => daemon.close())
  t.equal(await asked, '{ "result": 0 }')
  t.same(daemon.commands(), ['{ "once": 1 }'])
})

t.test('a command that may have been sent is not sent again', async (t) => {
  const daemon = await FakeDaemon.listen(hangingUp)
  t.teardown(() => daemon.close())
  t.equal(await askAt(daemon.path, '{}', { connectRetry: 1000 }), 'offline, sent: End of file')
  t.equal(daemon.connections.length, 1)
})

t.test('no more commands run at a time than allowed; the next starts when one ends', async (t) => {
  const hold = gate()
  let running = 0
  let most = 0
  const daemon = await FakeDaemon.listen(async (connection) => {
    const command = await connection.command()
    most = Math.max(most, ++running)
    await hold.opened
    running--
    await connection.write(command)
  })
  t.teardown(() => daemon.close())
  const upstream = upstreamTo(daemon.path, { maxInFlight: 3, maxWaiting: 5 })
  const asked = Array.from({ length: 9 }, async (_, i) => inWords(await upstream.send(rawJson(`[${i}]`), asker)))
  t.match(await asked[8], /^not offline, not sent: too many commands/, 'one too many is told at once')
  await Promise.all([0, 1, 2].map(async (i) => {
    await daemon.accepted(i + 1)
    await daemon.connections[i]?.command()
  }))
  hold.open()
  t.same(await Promise.all(asked.slice(0, 8)), [0, 1, 2, 3, 4, 5, 6, 7].map((i) => `[${i}]`))
  t.equal(most, 3)
})

t.test('a command that waits in vain is canceled and never sent', async (t) => {
  const daemon = await FakeDaemon.listen(silent)
  t.teardown(() => daemon.close())
  const upstream = upstreamTo(daemon.path, { maxInFlight: 1, totalTimeout: 50 })
  const canceled = 'Operation canceled: the limit of 0.05 s in all was reached'
  const wanted = [`offline, sent: ${canceled}`, `offline, not sent: ${canceled}`]
  // On a busy machine a millisecond may pass between the two, and the second has that long when the first has ended.
  let said: string[] = []
  let sent = 0
  for (let tries = 0; tries < 5 && said[1] !== wanted[1]; tries++) {
    sent = daemon.commands().length
    const both = await Promise.all([upstream.send(rawJson('[1]'), asker), upstream.send(rawJson('[2]'), asker)])
    said = both.map(inWords)
  }
  t.same(said, wanted)
  t.same(daemon.commands().slice(sent), ['[1]'])
})

t.test('when a client has gone, what waits is dropped and what runs goes on', async (t) => {
  const hold = gate()
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    await hold.opened
    await connection.write('{ "result": 0 }')
  })
  t.teardown(() => daemon.close())
  const leaving = new AbortController()
  const leaver = { client: '192.0.2.2', scope: { ...patient, signal: leaving.signal } }
  const upstream = upstreamTo(daemon.path, { maxInFlight: 1 })
  const running = upstream.send(rawJson('[1]'), leaver)
  const waiting = upstream.send(rawJson('[2]'), leaver)
  await daemon.accepted(1)
  leaving.abort()
  hold.open()
  t.equal(inWords(await running), '{ "result": 0 }')
  t.match(inWords(await waiting), /^not offline, not sent: the client went away/)
  t.equal(daemon.connections.length, 1)
})

t.test('a command leaves nothing at the signal, which all commands of a connection share', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const { signal } = new AbortController()
  const upstream = upstreamTo(daemon.path, { maxInFlight: 1, maxWaiting: 3 })
  const sent = Array.from({ length: 6 }, () => upstream.send(rawJson('[1]'), { client: '192.0.2.2', scope: { ...patient, signal } }))
  t.equal(getEventListeners(signal, 'abort').length, 3, 'those that wait')
  const results = (await Promise.all(sent)).map(({ ok }) => ok)
  t.same(results.filter(Boolean).length, 4, 'the others were refused')
  t.equal(getEventListeners(signal, 'abort').length, 0)
})

t.test('closing refuses what waits and lets run what runs', async (t) => {
  const hold = gate()
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    await hold.opened
    await connection.write('{ "result": 0 }')
  })
  t.teardown(() => daemon.close())
  const upstream = upstreamTo(daemon.path, { maxInFlight: 1 })
  const running = upstream.send(rawJson('[1]'), asker)
  const waiting = upstream.send(rawJson('[2]'), asker)
  upstream.close()
  t.match(inWords(await waiting), /^not offline, not sent: keagate is stopping/)
  hold.open()
  t.equal(inWords(await running), '{ "result": 0 }')
})

t.test('with no descriptor left a command fails, and the next one passes', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const pid = String(process.pid)
  const limit = execFileSync('prlimit', ['--pid', pid, '--nofile', '--noheadings', '--output=SOFT']).toString().trim()
  const setLimit = (soft: string): void => void execFileSync('prlimit', ['--pid', pid, `--nofile=${soft}:`])
  setLimit('128')
  const held: number[] = []
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch (error) {
    t.equal((error as NodeJS.ErrnoException).code, 'EMFILE')
  }
  const result = await askAt(daemon.path)
  for (const descriptor of held) closeSync(descriptor)
  setLimit(limit)
  t.equal(result, 'not offline, not sent: Too many open files')
  t.equal(await askAt(daemon.path), '{ "result": 0 }')
})

t.test('nothing is left over, neither descriptors nor timers', async (t) => {
  const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const descriptors = (): number => readdirSync('/proc/self/fd').length
  const before = { timers: timers(), descriptors: descriptors() }
  for (const script of [answering('{}'), hangingUp, closingEarly, answering('x'), silent, blurting('{}')]) {
    const daemon = await FakeDaemon.listen(script)
    const upstream = upstreamTo(daemon.path, { stallTimeout: 20, connectRetry: 20, maxInFlight: 4 })
    await Promise.all(Array.from({ length: 10 }, async () => upstream.send(rawJson('{}'), asker)))
    await daemon.close()
    await upstream.send(rawJson('{}'), asker)
  }
  while (descriptors() > before.descriptors) await new Promise((resolve) => setImmediate(resolve))
  t.equal(timers(), before.timers)
})

t.test('why nothing takes commands at a path is told apart', async (t) => {
  const daemon = await FakeDaemon.listen(silent)
  t.teardown(() => daemon.close())
  t.equal(await probeUnixSocket(daemon.path), null)
  t.match(await probeUnixSocket(join(dirname(daemon.path), 'missing')), /does not exist/)
  const file = join(dirname(daemon.path), 'file')
  writeFileSync(file, '')
  for (const path of [file, dirname(daemon.path)]) t.match(await probeUnixSocket(path), /^it is not a socket/)
})
