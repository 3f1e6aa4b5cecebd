// What a request body means, and that the envelope written for a daemon says the same and nothing more.

import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { withReadableArguments, writeEnvelope } from '../../src/command/envelope-writer.ts'
import type { Envelope } from '../../src/command/envelope.ts'
import { EnvelopeReader } from '../../src/command/envelope.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToBuffer } from '../../src/json/raw.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')

function read(...chunks: readonly Uint8Array[]): Envelope {
  const reader = new EnvelopeReader()
  for (const chunk of chunks) reader.push(chunk)
  return reader.finish()
}

interface Shown {
  readonly kind: string
  readonly name?: string
  readonly services?: readonly string[]
  readonly arguments?: string | null
  readonly text?: string
}

function shown(envelope: Envelope): Shown {
  if (envelope.kind !== 'command') return envelope
  const args = envelope.arguments
  return { ...envelope, arguments: args === null ? null : rawToBuffer(args).toString('latin1') }
}

function everySplit(text: Buffer): Buffer[][] {
  const single = [...text.keys()].map((i) => text.subarray(i, i + 1))
  return [[text], single, ...[...text.keys()].map((i) => [text.subarray(0, i), text.subarray(i)])]
}

/** The envelope's bytes for a daemon, as Latin-1. */
async function written(envelope: Envelope, services?: readonly string[] | null): Promise<string> {
  return rawToBuffer(await rewritten(envelope, services)).toString('latin1')
}

async function rewritten(envelope: Envelope, services?: readonly string[] | null): Promise<RawJson> {
  if (envelope.kind !== 'command') throw new Error(envelope.text)
  const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }
  const readable = await withReadableArguments({ ...envelope, caller })
  return writeEnvelope(readable, services === undefined ? envelope.services : services)
}

const commands: readonly (readonly [string, Partial<Shown>])[] = [
  ['{"command":"x"}', { name: 'x', services: [], arguments: null }],
  [' \b\f\n\r\t{ "command" : "x" }\f\n', { name: 'x' }],
  ['{"command":""}', { name: '' }],
  ['{"command":" List-Commands "}', { name: ' List-Commands ' }],
  ['{"command":"li\\u0073t\\n\\"\\\\"}', { name: 'list\n"\\' }],
  ['{"command":"a\nb\u0000c"}', { name: 'a\nb\u0000c' }],
  ['{"command":"\u00c3\u00a9\\u6f22\\ud83d\\ude00"}', { name: '\u00e9\u6f22\u{1f600}' }],
  ['{"comm\\u0061nd":"x"}', { name: 'x' }],
  ['{"\\u0063\\u006f\\u006D\\u006d\\u0061\\u006e\\u0064":"x"}', { name: 'x' }],
  ['{"command":1,"command":"x"}', { name: 'x' }],
  ['{"command":"a","comm\\u0061nd":"b"}', { name: 'b' }],
  ['{"command":"b","service":{},"service":["d2"],"command":"a"}', { name: 'a', services: ['d2'] }],
  ['{"command":"x","service":[]}', { services: [] }],
  ['{"command":"x","service":[ ]}', { services: [] }],
  ['{"command":"x","service":["dhcp4"]}', { services: ['dhcp4'] }],
  ['{"service":["dhcp6","dhcp4","dhcp6",],"command":"x"}', { services: ['dhcp6', 'dhcp4', 'dhcp6'] }],
  ['{"command":"x","service":["","DHCP4","\\u0064\\u0032"]}', { services: ['', 'DHCP4', 'd2'] }],
  ['{"command":"__proto__","service":["__proto__"]}', { name: '__proto__', services: ['__proto__'] }],
  ['{"command":"x","service":["a"],"service":[]}', { services: [] }],
  ['{"command":"x","arguments":{}}', { arguments: '{}' }],
  ['{"command":"x","arguments": { "a" : 1,\n"a":+1. } }', { arguments: '{ "a" : 1,\n"a":+1. }' }],
  ['{"command":"x","arguments":null}', { arguments: 'null' }],
  ['{"command":"x","arguments":[1,]}', { arguments: '[1,]' }],
  ['{"command":"x","arguments":"\\u00e9"}', { arguments: '"\\u00e9"' }],
  ['{"command":"x","arguments":-0.10e+05 }', { arguments: '-0.10e+05' }],
  ['{"arguments":1,"command":"x","arguments":2}', { arguments: '2' }],
  ['{"arguments":{"command":"y","service":["z"]},"command":"x"}', { name: 'x', services: [] }],
  ['{"command":"x","remote-address":"10.0.0.1"}', { name: 'x' }],
  ['{"command":"x","remote-address":{"a":[]}}', { name: 'x' }],
  ['{"command":"x","remote\\u002daddress":null,"arguments":{"__proto__":1}}', { arguments: '{"__proto__":1}' }],
]

t.test('a command is its name, its services and its arguments, however the body is cut', (t) => {
  for (const [body, expected] of commands) {
    const whole = shown(read(bytes(body)))
    t.match(whole, { kind: 'command', ...expected }, body)
    for (const chunks of everySplit(bytes(body))) deepStrictEqual(shown(read(...chunks)), whole)
  }
  t.end()
})

const listText = "'service' must be a list"
const memberText = "'service' must be a list of strings"
const missingText = "the command has no 'command' member"
const malformed: readonly (readonly [string, string])[] = [
  ['', 'no command was given: the body is empty'],
  ...['[]', '[{"command":"x"}]', '"command"', '1', '-1.5', 'true', 'null', ' [1,] '].map(
    (body) => [body, 'a command must be a map'] as const,
  ),
  ['{}', missingText],
  ['{"Command":"x"}', missingText],
  ['{"command ":"x"}', missingText],
  ['{"foo":1}', missingText],
  ['{"service":["dhcp4"],"arguments":{"command":"x"}}', missingText],
  ['{"__proto__":{"command":"x"}}', missingText],
  ...['1', 'null', 'true', '[]', '["x"]', '{}', '{"command":"x"}'].map(
    (value) => [`{"command":${value}}`, "'command' must be a string"] as const,
  ),
  ['{"command":"x","command":1}', "'command' must be a string"],
  ['{"command":"x","foo":1}', "unsupported parameter 'foo' in the command"],
  ['{"command":1,"foo":1,"bar":2,"service":3}', "unsupported parameter 'foo' in the command"],
  ['{"command":"x","":1}', "unsupported parameter '' in the command"],
  ['{"command":"x","f\\u006fo\\n":1}', "unsupported parameter 'foo\n' in the command"],
  ['{"command":"x","\u00c3\u00a9":1}', "unsupported parameter '\u00e9' in the command"],
  ['{"command":"x","__proto__":1}', "unsupported parameter '__proto__' in the command"],
  ['{"command":"x","constructor":1}', "unsupported parameter 'constructor' in the command"],
  ['{"command":"x","toString":1}', "unsupported parameter 'toString' in the command"],
  ['{"command":"x","Service":[]}', "unsupported parameter 'Service' in the command"],
  ...['"dhcp4"', '{}', 'null', '1', 'true', '{"0":"dhcp4"}'].map(
    (value) => [`{"command":"x","service":${value}}`, listText] as const,
  ),
  ['{"command":"x","service":["a"],"service":"a"}', listText],
  ...['[1]', '["dhcp4",1]', '[null]', '[["dhcp4"]]', '["dhcp4",{}]', '[true,"dhcp4"]'].map(
    (value) => [`{"command":"x","service":${value}}`, memberText] as const,
  ),
]

t.test('what is JSON but no command says why, in the order of Kea', (t) => {
  for (const [body, text] of malformed) {
    for (const chunks of everySplit(bytes(body))) deepStrictEqual(read(...chunks), { kind: 'malformed', text })
    t.pass(`${body}: ${text}`)
  }
  t.end()
})

const notJson: readonly (readonly [string, string])[] = [
  [' ', 'byte 1, line 1 column 2'], ['\n', 'byte 1, line 2 column 1'], ['{', 'byte 1'], ['{"command":"x"', 'byte 14'],
  ['{"command":"x",}', 'byte 15'], ['{"command":"x"} x', 'byte 16'], ['{"command":"x"}{"command":"y"}', 'byte 15'],
  ['{"command":"x"},', 'byte 15'], ['{"command":"x"}\u0000', 'byte 15'], ['{"command":"x"}\u00ff', 'byte 15'],
  ['\u00ef\u00bb\u00bf{"command":"x"}', 'byte 0'], ['// c\n{"command":"x"}', 'byte 0'],
  ['{"command":"\u00ff"}', 'byte 12'],
  ['{"command":"x",\n  "arguments":tru}', 'byte 33, line 2 column 18'], ['{"command":"\\ud800"}', 'byte 18'],
  ['{\n"\u00c3\u00a9":"\u00c3\u00a9", x', 'byte 13, line 2 column 10'], ["{'command':'x'}", 'byte 1'],
  ['nope', 'byte 1'],
]

t.test('what is not JSON says what is wrong and where', (t) => {
  for (const [body, place] of notJson) {
    const whole = read(bytes(body))
    t.equal(whole.kind, 'not-json', JSON.stringify(body))
    t.match(whole.kind === 'not-json' && whole.text, /^the body is not JSON: /)
    t.match(whole.kind === 'not-json' && whole.text, `(${place}`)
    for (const chunks of everySplit(bytes(body))) deepStrictEqual(read(...chunks), whole)
  }
  const late = read(bytes(`{"command":"x","arguments":"${'x'.repeat(100_000)}"`), bytes(' oops'))
  t.match(late, { kind: 'not-json', text: /\(byte 100030\)$/ }, 'far into a body the byte alone is told')
  t.end()
})

t.test('arguments for the agent itself know where they stood in the body', (t) => {
  const begin = (body: string): unknown => {
    const envelope = read(...everySplit(Buffer.from(body)).at(-2) ?? [])
    return envelope.kind === 'command' ? (envelope.arguments?.begin ?? null) : envelope
  }
  t.same(begin('{"command":"x","arguments":{}}'), { line: 1, column: 28 })
  t.same(begin('{ "arguments": 1, "command": "é漢\u{1f600}",\n\n  "arguments": {} }'), { line: 3, column: 16 }, 'the last one')
  t.equal(begin('{"command":"x","service":["dhcp4"],"arguments":{}}'), null, 'nobody asks for those of a daemon')
  const far = `{"command":"x",${' '.repeat(70_000)}"arguments":{}}`
  t.match(shown(read(bytes(far))), { kind: 'command', arguments: '{}' })
  const distant = read(bytes(far))
  t.equal(distant.kind === 'command' ? distant.arguments?.begin : 'no command', undefined, 'too far to count')
  t.end()
})

t.test('sixty-four services are the most, and longer lists are not even read', (t) => {
  const list = (count: number, member = '"dhcp4"'): Buffer =>
    bytes(`{"command":"x","service":[${Array<string>(count).fill(member).join(',')}]}`)
  t.match(shown(read(list(64))), { kind: 'command', services: Array<string>(64).fill('dhcp4') })
  const tooMany = { kind: 'malformed', text: /^'service' may name 64 services at most/ }
  const bodies = [list(65), list(10_000), list(3_000_000), list(10_000, '1'), list(1, `"${'a'.repeat(5_000_000)}"`)]
  for (const body of bodies) t.match(read(body), tooMany)
  t.end()
})

t.test('a name nobody can mean is refused, however long', (t) => {
  const key = read(bytes(`{"command":"x","${'k'.repeat(1_000_000)}":1}`))
  t.ok(key.kind === 'malformed' && key.text.startsWith("unsupported parameter 'kkkk") && key.text.length < 200)
  t.match(read(bytes(`{"command":"${'x'.repeat(1_000_000)}"}`)), { kind: 'malformed', text: /at most 4096 bytes/ })
  t.match(shown(read(bytes(`{"command":"${'x'.repeat(4094)}"}`))), { kind: 'command' })
  t.end()
})

t.test('of twenty thousand members the last ones count, whole or in a drip', (t) => {
  const body = bytes(`{${'"command":"a","service":1,'.repeat(10_000)}"command":"b","service":["c"]}`)
  const expected = { kind: 'command', name: 'b', services: ['c'], arguments: null }
  t.strictSame(read(body), expected)
  const dripping = new EnvelopeReader()
  for (const byte of body) dripping.push(Uint8Array.of(byte))
  t.strictSame(dripping.finish(), expected)
  t.end()
})

t.test('arguments are views on what was received, not copies', (t) => {
  const chunks = [bytes('{"command":"x","arguments":["aaa'), bytes('b'.repeat(1000)), bytes('ccc"],"service":["d2"]}')]
  const envelope = read(...chunks)
  const buffers = chunks.map(({ buffer }) => buffer)
  t.strictSame(envelope.kind === 'command' && envelope.arguments?.chunks.map(({ buffer }) => buffer), buffers)
  t.end()
})

t.test('a daemon gets an envelope of our own around the exact bytes of the arguments', async (t) => {
  const args = '{"a":\t[+1.,"\\u00c3\\u00a9"]}'
  const body = `{"remote-address":"6.6.6.6","arguments":${args} ,"service":["a","d2"],"command":"x\\n"}`
  t.equal(
    await written(read(bytes(body))),
    `{ "command": "x\\n", "service": [ "a", "d2" ], "remote-address": "192.0.2.1", "arguments": ${args} }`,
  )
  t.equal(
    await written(read(bytes('{"command":"\\u6f22\\"\\u0001"}')), ['dhcp4']),
    bytes('{ "command": "').toString('latin1') + Buffer.from('\u6f22').toString('latin1') +
      '\\"\\u0001", "service": [ "dhcp4" ], "remote-address": "192.0.2.1" }',
  )
})

t.test('an argument key full of quotes and braces smuggles no second command', async (t) => {
  const key = 'a": 1 }, "command": "version-get", "x": { "y'
  const body = Buffer.from(JSON.stringify({ command: 'nope', service: ['dhcp4'], arguments: { [key]: 1 } }))
  const envelope = JSON.parse(await written(read(body))) as Record<string, unknown>
  t.strictSame(Object.keys(envelope), ['command', 'service', 'remote-address', 'arguments'])
  t.equal(envelope['command'], 'nope')
  t.strictSame(envelope['arguments'], { [key]: 1 })
  for (const name of [key, 'a","service":["d2"],"b":"', '\\', '"', '\u0000', '\u2028']) {
    const smuggled = Buffer.from(JSON.stringify({ command: name, service: [name] }))
    const sent = Buffer.from(await written(read(smuggled)), 'latin1').toString()
    const { command, service } = JSON.parse(sent) as Record<string, unknown>
    t.strictSame([command, service], [name, [name]])
  }
})

t.test('strings with escapes beyond U+00FF are respelled, all others stay as they are', async (t) => {
  const utf8 = latin1
  const head = '{ "command": "x", "service": [ "a" ], "remote-address": "192.0.2.1", "arguments": '
  const spellings = [
    ['"\\u6f22\\u5b57"', `"${utf8('漢字')}"`],
    ['"\\u0100\\u0080\\u00e9\\u07ff\\u0800\\uffff"', `"${utf8('\u0100\u0080\u00e9\u07ff\u0800\uffff')}"`],
    ['"\\u00e9 \\u6f22"', `"${utf8('é 漢')}"`],
    ['"\\ud83d\\ude00\\uD834\\uDD1E"', `"${utf8('😀𝄞')}"`],
    ['"\\u6f22\\u0022\\u005c\\u0000"', `"${utf8('漢')}\\u0022\\u005c\\u0000"`],
    ['"\\u001f\\u007f\\n\\"\\\\\\/\\u6f22"', `"\\u001f\\u007f\\n\\"\\\\\\/${utf8('漢')}"`],
    ['"\\\\u6f22"', '"\\\\u6f22"'],
    ['"\\\\\\u6f22\\\\"', `"\\\\${utf8('漢')}\\\\"`],
    ['"\\u00c3\\u00a9"', '"\\u00c3\\u00a9"'],
    ['["\\u00e9","\\u6f22","\\u00e9"]', `["\\u00e9","${utf8('漢')}","\\u00e9"]`],
    ['{"\\u6f22":"\\u00e9","\\u00e9":"\\u6f22\\u00e9"}', `{"${utf8('漢')}":"\\u00e9","\\u00e9":"${utf8('漢é')}"}`],
    [`"${utf8('é')}\\u6f22"`, `"${utf8('é漢')}"`],
    ['{"a":1.50,"b":[+1,],"c":"\\u20ac" ,\n"d":"x"}', `{"a":1.50,"b":[+1,],"c":"${utf8('€')}" ,\n"d":"x"}`],
  ] as const
  for (const [received, sent] of spellings) {
    const body = bytes(`{"command":"x","arguments":${received}}`)
    for (const chunks of everySplit(body)) {
      deepStrictEqual(await written(read(...chunks), ['a']), `${head}${sent} }`)
    }
    t.pass(received)
  }
})

t.test('without such a string nothing is copied', async (t) => {
  const chunks = [bytes('{"command":"\\u6f22","arguments":["\\u00e9\\\\u6f22"'), bytes(', "b"]}')]
  const { chunks: sent } = await rewritten(read(...chunks), ['a'])
  t.strictSame(sent.slice(1, -1).map(({ buffer }) => buffer), chunks.map(({ buffer }) => buffer))
  const ours = rawJson('["\\u00e9"]')
  const command = { name: 'x', services: [], arguments: ours, caller: { remoteAddress: '::1', tls: null, user: null } }
  t.equal((await withReadableArguments(command)).arguments, ours, 'nor where nobody had looked')
})

t.test('respelling a large body lets others have their turn', async (t) => {
  const strings = Array<string>(400_000).fill('"\\u00e9\\u6f22"').join(',')
  const long = `"${'\\u00e9'.repeat(300_000)}\\u6f22"`
  const envelope = read(bytes(`{"command":"x","arguments":[${strings},${long}]}`))
  let turns = 0
  const count = (): void => {
    turns++
    running = setImmediate(count)
  }
  let running = setImmediate(count)
  const sent = await written(envelope, ['a'])
  clearImmediate(running)
  t.ok(turns > 50, `${turns} turns`)
  const respelled = `${Array<string>(400_000).fill('"\u00e9\u6f22"').join(',')},"${'\u00e9'.repeat(300_000)}\u6f22"`
  t.ok(sent.includes(`[${latin1(respelled)}]`))
})

const split = fc.array(fc.nat(100_000), { maxLength: 5 })

function cut(text: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return sorted.slice(1).map((end, i) => text.subarray(sorted[i], end))
}

/** Valid JSON without lone surrogates. */
const jsonText = fc.jsonValue({ noUnicodeString: false, maxDepth: 6 }).map((value) => JSON.stringify(value))
  .map((text) => text.replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f]../g, '$1'))

t.test('what was written reads back as the same name, services and argument bytes', async () => {
  const name = fc.string({ unit: 'grapheme', maxLength: 30 })
  const services = fc.array(name, { maxLength: 64 })
  const property = fc.asyncProperty(name, services, jsonText, split, async (command, service, args, places) => {
    const names = `"service" : ${JSON.stringify(service)}, "command":${JSON.stringify(command)}`
    const envelope = read(...cut(Buffer.from(`{ "arguments":${args},${names}}`), places))
    deepStrictEqual(shown(envelope), { kind: 'command', name: command, services: service, arguments: latin1(args) })
    const again = read(...(await rewritten(envelope)).chunks)
    deepStrictEqual(shown(again), shown(envelope))
  })
  await fc.assert(property, { seed, numRuns: 500 })
})

function latin1(text: string): string {
  return Buffer.from(text).toString('latin1')
}

t.test('respelled arguments mean what they meant, and hold no escape that Kea refuses', async () => {
  const property = fc.asyncProperty(jsonText, fc.infiniteStream(fc.boolean()), split, async (plain, coins, places) => {
    // Some characters as escapes, some as UTF-8; surrogate pairs only together.
    const args = plain.replaceAll(/[\u0080-\ud7ff\ue000-\uffff]|[\ud800-\udbff][\udc00-\udfff]/g, (character) =>
      coins.next().value === true ? escaped(character) : character)
    const envelope = read(...cut(Buffer.from(`{"command":"x","arguments":${args}}`), places))
    const sent = Buffer.from(await written(envelope, ['a']), 'latin1').toString()
    deepStrictEqual((JSON.parse(sent) as { arguments: unknown }).arguments, JSON.parse(args))
    const escapes = sent.replaceAll(/\\[^u]/g, '').matchAll(/\\u(..)/g)
    for (const [, high] of escapes) deepStrictEqual(high, '00')
  })
  await fc.assert(property, { seed, numRuns: 500 })
})

function escaped(character: string): string {
  return [...character.split('')].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')
}
