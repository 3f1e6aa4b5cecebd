// What a daemon may send, where its answer ends, and that not a byte of it changes.

import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { AnswerReader } from '../../src/forward/answer-reader.ts'
import { rawToBuffer } from '../../src/json/raw.ts'
import { unlimited } from '../support/command-scope.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

interface Read {
  readonly state: string
  readonly answer: string | null
  readonly problem: string
  readonly trailing: boolean
}

function read(chunks: readonly Uint8Array[], maxSize = 1_000_000): Read {
  const reader = new AnswerReader(maxSize, unlimited)
  let state = 'more'
  for (const chunk of chunks) state = reader.push(chunk)
  return {
    state,
    answer: state === 'done' ? rawToBuffer(reader.answer()).toString('latin1') : null,
    problem: reader.problem(),
    trailing: reader.trailing(),
  }
}

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

function everySplit(text: Buffer): Buffer[][] {
  const single = [...text.keys()].map((i) => text.subarray(i, i + 1))
  return [[text], single, ...[...text.keys()].map((i) => [text.subarray(0, i), text.subarray(i)])]
}

const taken = [
  '{}', '[]', '{  }', '[  ]', '{ "result": 0 }', '{ "result": 0, "text": "" }', '[ { "result": 0 } ]', '[[]]',
  '{"a":{}}',
  '{ "arguments": { "a": [ 1, 2 ] }, "result": 0 }', '{"result":"no number"}', '[1,2,3]', '["a"]', '[null]',
  '{"a":1,"a":2}',
  '[0,-0,1.5,1e3,1E-3,1e+30,-1.25e-7]', '[1e400]', '[9223372036854775808]',
  '[1234567890123456789012345678901234567890]',
  '[3.14159265358979,0.1000000000000000055511151231257827]', '[true,false,null]', '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
  '["\\u00c3\\u00a9"]', '["\\u6f22"]', '["\\ud83d\\ude00"]', '["\\ud83d"]', '["\\udc00x"]', '["\\u0000"]',
  `["${utf8('é 漢字 😀')}"]`,
  `{"${utf8('ключ')}":1}`, '{"":1}', '{"__proto__":{"x":1}}', '["}]{["]', '["\u007f"]',
  '{"a\\"}":"]"}',
  '{\n  "a": [\r\n\t1 ]\n}', '["// not a comment", "# nor this"]', `${'['.repeat(100)}${']'.repeat(100)}`,
]

t.test('every answer that is JSON comes through byte for byte, however it is cut', (t) => {
  for (const text of taken) {
    for (const chunks of everySplit(bytes(text))) {
      deepStrictEqual(read(chunks), { state: 'done', answer: text, problem: '', trailing: false })
    }
    t.pass(text.slice(0, 40))
  }
  t.end()
})

const refused = [
  '1', '-1', '"a"', 'true', 'null', 'Hello', "'a'", '# c\n{}', '// c\n{}', '/* c */{}', '}', ']', ',', ':',
  '\u0000{}', '\v{}',
  '\f{}', '\b{}', `${utf8('\ufeff')}{}`, '\u00ff', 'HTTP/1.1 200 OK', '<html>',
  '{a:1}', '{1:2}', "{'a':1}", '{"a"}', '{"a":}', '{"a" 1}', '{"a":1,}', '{,}', '{"a":1 "b"', '{"a":1]', '{"a":1;',
  '{"a"::',
  '[,', '[1,]', '[1,,', '[1 2', '[1}', '[1;', '[\f', '[// c', '[/* c */', '{"a":1 # c', '[TRUE', '[True', '[nul]',
  '[truex', '[nan',
  '[Infinity', '[undefined', '[01', '[+1', '[.5', '[1.]', '[1.e3', '[-]', '[--', '[1e]', '[1e+]', '[0x', '[1_',
  '[1.5.', '[00',
  '[-01', '[1e+06.0', '[1e-07.0', '["\\x', '["\\u00g', '["\\U', "[\"\\'", '["a\nb', '["a\tb', '["\u0000', '["\u001f',
  '{"a\rb',
  '["\u00ff', '["\u00c3"', '["\u00c0\u0080', '["\u00e0\u0080\u0080', '["\u00ed\u00a0\u0080',
  '["\u00f4\u0090\u0080\u0080',
  '["\u00f8', '{"\u0080', '["\u00e2\u0082"', '['.repeat(101),
]

t.test('anything else is refused as soon as its last byte is there, however it is cut', (t) => {
  for (const text of refused) {
    const expected = read([bytes(text)])
    t.match(expected, { state: 'bad', answer: null, problem: /^the answer is not valid JSON: .+ \(byte \d+\)$/ }, text)
    for (const chunks of everySplit(bytes(text))) deepStrictEqual(read(chunks), expected)
  }
  t.end()
})

t.test('a beginning is no answer yet', (t) => {
  for (const text of ['', ' ', '\n', '{', '{"a', '{"a":1', '{"a":1,', '[1', '["\\u00', '["\u00e2\u0082', '[tru', '[-',
  '[[]']) {
    t.match(read([bytes(text)]), { state: 'more' }, JSON.stringify(text))
  }
  t.end()
})

t.test('the number that Kea 2.2 prints wrongly is named by the words clients know', (t) => {
  t.equal(
    read([bytes('{ "x": 1e+06.0 }')]).problem,
    "the answer is not valid JSON: a number cannot go on with '.' (Number overflow) (byte 12)",
  )
  t.end()
})

t.test('blanks around the answer are cut off, bytes behind it are ignored and noted', (t) => {
  const around = [
    [' \n\r\t', '{"a":1}', '\n', false], ['', '[]', ' \r\n\t', false], ['', '{}', '{}', true], ['\n', '[1]', ' x',
    true],
    ['', '{}', '\u00ff', true], ['', '[[1],{}]', ']', true], ['', '{}', '\u0000', true],
  ] as const
  for (const [before, answer, behind, trailing] of around) {
    const text = bytes(before + answer + behind)
    for (const chunks of everySplit(text)) {
      deepStrictEqual(read(chunks), { state: 'done', answer, problem: '', trailing })
    }
    t.pass(JSON.stringify(before + answer + behind))
  }
  t.end()
})

t.test('an answer over the limit is refused with the limit, one at the limit is not', (t) => {
  const answer = bytes(`["${'x'.repeat(96)}"]`)
  for (const chunks of everySplit(answer)) {
    deepStrictEqual(read(chunks, 100).state, 'done')
    const over = read(chunks, 99)
    deepStrictEqual([over.state, over.problem], ['bad', 'the answer is longer than 99 bytes'])
  }
  t.equal(read([bytes('{}  and more')], 2).state, 'done', 'what follows does not count')
  t.equal(read([bytes(`${' '.repeat(10)}{}`)], 5).state, 'bad', 'blanks before it do: they could go on for ever')
  const endless = new AnswerReader(1000, unlimited)
  let received = bytes('[ ').length
  endless.push(bytes('[ '))
  while (endless.push(bytes('"more", ')) === 'more') received += 8
  t.equal(received, 994, 'an answer without end is refused as soon as it is too long')
  t.end()
})

t.test('a drip of single bytes is kept in a few pieces', (t) => {
  const text = bytes(`[${'1,'.repeat(50_000)}1]`)
  const reader = new AnswerReader(1_000_000, unlimited)
  for (const byte of text) reader.push(Uint8Array.of(byte))
  const answer = reader.answer()
  t.ok(answer.chunks.length < 50, `${answer.chunks.length} chunks`)
  t.ok(rawToBuffer(answer).equals(text))
  t.end()
})

t.test('what arrives in large chunks is not copied', (t) => {
  const chunks = [bytes(` ["${'a'.repeat(5000)}`), bytes('b'.repeat(5000)), bytes(`${'c'.repeat(5000)}"] x`)]
  const reader = new AnswerReader(1_000_000, unlimited)
  for (const chunk of chunks) reader.push(chunk)
  t.strictSame(reader.answer().chunks.map(({ buffer }) => buffer), chunks.map(({ buffer }) => buffer))
  t.end()
})

t.test('any JSON map or list arrives unchanged in any split', (t) => {
  const values = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()))
  const sizes = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1 })
  const property = fc.property(values, fc.nat(4), sizes, (value, indent, steps) => {
    const text = Buffer.from(JSON.stringify(value, null, indent))
    const padded = Buffer.concat([bytes('\n'), text, bytes('\n')])
    const chunks: Buffer[] = []
    for (let at = 0, i = 0; at < padded.length; i++) {
      const next = at + (steps[i % steps.length] ?? 1)
      chunks.push(padded.subarray(at, next))
      at = next
    }
    const found = read(chunks)
    return found.state === 'done' && found.answer === text.toString('latin1') && !found.trailing
  })
  fc.assert(property, { seed, numRuns: 1000 })
  t.end()
})

t.test('an answer that finds no memory is refused, and what it had comes back', (t) => {
  let held = 0
  const memory = {
    tryReserve: (size: number) => {
      if (held + size > 100) return false
      held += size
      return true
    },
    release: (size: number) => void (held -= size),
  }
  const reader = new AnswerReader(1_000_000, memory)
  t.equal(reader.push(bytes(`["${'x'.repeat(90)}`)), 'more')
  t.equal(held, 92)
  t.equal(reader.push(bytes('x'.repeat(9))), 'bad')
  t.match(reader.problem(), /as much memory as they may/)
  t.equal(held, 0)
  const dropped = new AnswerReader(1_000_000, memory)
  dropped.push(bytes('[1'))
  dropped.discard()
  t.equal(held, 0)
  t.end()
})
