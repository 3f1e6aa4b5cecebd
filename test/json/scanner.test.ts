// Which bytes pass as a command body, that no split of them matters, and where the members of the outermost map lie.

import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { ScanDialect } from '../../src/json/scan/types.ts'
import { Scanner } from '../../src/json/scan/scanner.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

interface Scan {
  readonly verdict: string
  readonly offset: number | null
  readonly text: string | null
  readonly wide: number
  /** keyStart, keyEnd, valueStart, valueEnd of each member */
  readonly members: readonly (readonly number[])[]
}

function scan(dialect: ScanDialect, chunks: readonly Uint8Array[]): Scan {
  const members: number[][] = []
  const scanner = new Scanner(dialect, {
    maxDepth: 1,
    chunk: () => undefined,
    key: (start, end) => void members.push([start, end]),
    value: (start, end, depth) => depth === 1 && scanner.isMap() && void members.at(-1)?.push(start, end),
  })
  for (const chunk of chunks) scanner.push(chunk)
  const verdict = scanner.finish()
  const problem = scanner.problem()
  return {
    verdict,
    offset: problem?.offset ?? null,
    text: problem?.text ?? null,
    wide: verdict === 'bad' ? 0 : scanner.wideEscapes(),
    members: verdict === 'bad' ? [] : members,
  }
}

/** Latin-1, so that a table can hold any byte. */
function bytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

function cut(text: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return sorted.slice(1).map((end, i) => text.subarray(sorted[i], end))
}

/** Whole, byte by byte, and in two parts cut at every place. */
function everySplit(text: Buffer): Buffer[][] {
  const single = [...text.keys()].map((i) => text.subarray(i, i + 1))
  return [[text], single, ...[...text.keys()].map((i) => cut(text, [i]))]
}

const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

const acceptedValues = [
  'true', 'false', 'null', '0', '7', '-7', '1234567890', '-0', '0.5', '1.25', '1e3', '1E3', '1e+3', '1e-3', '1.5e10',
  '1e400', '1e-400', '1e99999999999999999999', '9223372036854775808', '1234567890123456789012345678901234567890',
  `1${'0'.repeat(400)}.0`, '0.12345678901234567',
  '+1', '01', '-01', '00', '00.5', '.5', '-.5', '+.5', '1.', '-1.', '1.e3', '.5e5', '+01.e-05', '1E+05', '+.5e1',
  '""', '"a"', '" "', '"\\""', '"\\\\"', '"\\/"', '"\\b\\f\\n\\r\\t"', '"\\u0041"', '"\\u00e9"', '"\\u00E9"',
  '"\\u0000"',
  '"\\u00fF"', '"\\u0100"', '"\\u6f22\\u5b57"', '"\\uffff"', '"\\ud83d\\ude00"', '"\\uD83D\\uDE00x"', '"\\\\u0100"',
  '"\\\\"', '"a\nb"', '"a\r\nb"', '"a\tb"', '"a\u0000b"', '"\u0001\u001f"', '"\u007f"', '"// no comment"', '"{[}]"',
  `"${utf8('é')}"`, `"${utf8('漢字')}"`, `"${utf8('😀')}"`, `"${utf8('\u0080\u07ff\u0800\ud7ff\ue000\uffff')}"`,
  `"${utf8('\u{10000}\u{10ffff}')}"`,
  '[]', '[ ]', '[1]', '[1,2]', '[ 1 , 2 ]', '[1,]', '[1, ]', '[1 , ]', '[[],]', '[[],{},]', '[\b1]', '[\f1\f]',
  '[\t\n\r1]',
  '[true,false,null]', '["a","b"]', '[[[[]]]]', '[{}]',
  '{}', '{ }', '{\b}', '{"a":1}', '{"a" : 1}', '{\f"a"\b:\b1\f}', '{"":1}', '{"a":1,"a":2}', '{"a":{"b":{}}}',
  '{"a":[]}',
  '{"a":"b"}', '{"\\u0041":1}', '{"a\u0000b\nc":1}', `{"${utf8('é')}":1}`, '{"__proto__":1}', '{"a":true,"b":null}',
]

const refusedValues = [
  '', 'True', 'TRUE', 'tRUE', 'truE', 'False', 'Null', 'NULL', 'nul', 'tru', 'truex', 'true1', 'true_', 'true-',
  'true"a"',
  'nullnull', 'yes', 'nan', 'NaN', 'inf', 'Infinity', 'undefined', 'a', "'a'",
  '-', '+', '.', '-.', '+.', '.e3', 'e5', 'E5', '-e5', '1e', '1e+', '1e-', '1.e', '1.5e', '1e5.5', '1e5.', '1ee5',
  '1e5e5',
  '1e1-', '1-', '1+', '1-2', '1+2', '--1', '++1', '+-1', '-+1', '1e--5', '1e+-5', '1.-5', '1.2.3', '1..2', '.5.', '.1.',
  '0x10', '1_000', '1L', '1.5f', '1a', '1d', '1 2', '1"a"', '1/',
  '"', '"a', '"\\"', '"\\', '"\\v"', '"\\a"', '"\\0"', '"\\\'"', '"\\x41"', '"\\U0041"', '"\\N"', '"\\e"', '"\\\n"',
  '"\\u"', '"\\u0"', '"\\u00"', '"\\u004"', '"\\u004g"', '"\\u 041"', '"\\u+041"', '"\\u00g0"', '"\\ud83d"',
  '"\\ud83dx"',
  '"\\ud83d\\n"', '"\\ud83d\\u0041"', '"\\ud83d\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"\\udfff"', '"a"b',
  '"a""b"',
  '[', '[1', '[1,', ']', '[,]', '[,1]', '[1,,]', '[1,,2]', '[1 2]', '[1;2]', '[1}', '[1:2]', '[\v1]', '[\u00001]',
  '[\u001f1]',
  '[1\u001a]', '[1\u0085]', '[1\u00a0]', `[${utf8('\u00a0')}1]`, '[\\n1]', '[1]2', '[true"a"]',
  '{', '{"a"', '{"a":', '{"a":1', '{"a":1,', '}', '{,}', '{"a":1,}', '{"a":1, }', '{"a":1,,}', '{"a":1,,"b":2}',
  '{"a":1 "b":2}', '{"a"}', '{"a":}', '{:1}', '{a:1}', "{'a':1}", '{1:2}', '{null:1}', '{"a"=1}', '{"a"::1}', '{"a" 1}',
  '{"a":1]', '{"a":1;}', '{"a"\v:1}', '{\v}', '{}{}', '{[]:1}', '{"a":1}}', '{"a":1}]',
  '// c\n1', '/* c */1', '# c\n1', '1 // c', '[1 /* c */]', '{"a":1} #',
  '\u00001', '1\u0000', `${utf8('\ufeff')}1`,
  // ill-formed UTF-8: lone continuation, cut, overlong, surrogates, above U+10FFFF, impossible bytes
  '"\u0080"', '"\u00bf"', '"\u00c3"', '"\u00c3("', '"\u00e2\u0082"', '"\u00e2\u0082("', '"\u00f0\u009f\u0098"',
  '"\u00c0\u0080"',
  '"\u00c1\u00bf"', '"\u00e0\u0080\u0080"', '"\u00e0\u009f\u00bf"', '"\u00f0\u0080\u0080\u0080"',
  '"\u00f0\u008f\u00bf\u00bf"',
  '"\u00ed\u00a0\u0080"', '"\u00ed\u00bf\u00bf"', '"\u00f4\u0090\u0080\u0080"', '"\u00f5\u0080\u0080\u0080"',
  '"\u00f8\u0080"',
  '"\u00fe"', '"\u00ff"', '{"\u00ff":1}', '"\u00c3\u00a9\u00a9"', '\u00c3\u00a9', '{}\u00ff',
]

for (const [kind, values] of [['done', acceptedValues], ['bad', refusedValues]] as const) {
  t.test(`${values.length} values are ${kind === 'bad' ? 'refused' : 'taken'} as Kea does, however they are cut`,
  (t) => {
    for (const value of values) {
      for (const body of [value, ` \b\t\n\f\r${value}\r\f `, `{"command":"x","arguments":${value}}`]) {
        const expected = scan('command', [bytes(body)])
        t.equal(expected.verdict, kind, JSON.stringify(body.slice(0, 60)))
        for (const chunks of everySplit(bytes(body))) deepStrictEqual(scan('command', chunks), expected)
      }
    }
    t.end()
  })
}

t.test('a command body of blanks alone is no document', (t) => {
  for (const body of ['', ' ', '\b\f\n\r\t ']) t.match(scan('command', [bytes(body)]), { verdict: 'bad',
  offset: body.length })
  t.end()
})

t.test('a hundred maps and lists may lie inside each other, the next is refused at its bracket', (t) => {
  const nest = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)
  for (const dialect of ['command', 'answer'] as const) {
    t.equal(scan(dialect, [bytes(nest(100))]).verdict, 'done')
    t.equal(scan(dialect, [bytes(`${'['.repeat(100)}${']'.repeat(100)}`)]).verdict, 'done')
    t.match(scan(dialect, [bytes(nest(102))]), { verdict: 'bad', offset: 50 * 6 })
    t.match(scan(dialect, [bytes('['.repeat(101))]), { verdict: 'bad', offset: 100, text: /more than 100/ })
    // Side by side is not inside each other.
    t.equal(scan(dialect, [bytes(`[${'[],{},'.repeat(1000)}[]]`)]).verdict, 'done')
  }
  t.end()
})

t.test('a million brackets are refused at the hundred and first, whatever comes after them', (t) => {
  const scanner = new Scanner('command')
  const brackets = bytes('['.repeat(1_000_000))
  t.equal(scanner.push(brackets), 'bad')
  t.equal(scanner.push(brackets), 'bad')
  t.equal(scanner.problem()?.offset, 100)
  t.end()
})

t.test('a mistake is told with its place and what would be right', (t) => {
  const told = [
    ['{"a":1,}', 7, "a key in double quotes is expected, but '}' is there"],
    ['{a:1}', 1, "a key in double quotes or '}' is expected, but 'a' is there"],
    ['{"a" 1}', 5, "':' after the key is expected, but '1' is there"],
    ['{"a":}', 5, "a value is expected, but '}' is there"],
    ['{"a":1]', 6, "',' or '}' is expected, but ']' is there"],
    ['[1}', 2, "',' or ']' is expected, but '}' is there"],
    ['[\v]', 1, "a value or ']' is expected, but byte 0x0b is there"],
    ["'a'", 0, 'a value is expected, but "\'" is there'],
    ['{} x', 3, "nothing more is expected, but 'x' is there"],
    ['[1.5.2]', 4, "a number cannot go on with '.'"],
    ['[1-2]', 2, "a number cannot go on with '-'"],
    ['[1e]', 3, "a number cannot go on with ']'"],
    ['[1e+06.0]', 6, "a number cannot go on with '.' (Number overflow)"],
    ['[nul]', 4, 'the only words are true, false and null'],
    ['["\\x"]', 3, 'JSON has no such escape'],
    ['["\\u00g0"]', 6, 'JSON has no such escape'],
    ['["\\ud83d"]', 8, 'an escaped surrogate has no partner'],
    ['["\\ude00"]', 7, 'an escaped surrogate has no partner'],
    ['["\u00c3\u00a9\u00ff"]', 4, 'the bytes are not UTF-8'],
    ['["\u00e2\u0082"]', 2, 'the bytes are not UTF-8'],
    ['[\u00ff]', 1, "a value or ']' is expected, but byte 0xff is there"],
    ['["\u00ff", x]', 2, 'the bytes are not UTF-8'],
    ['{"a', 3, 'the text ends where the closing quote is expected'],
    ['["\\u00', 6, 'the text ends where the rest of an escape is expected'],
    ['[1', 2, 'the text ends where the rest of a number or word is expected'],
    ['[1 ', 3, "the text ends where ',' or the closing bracket is expected"],
    ['{', 1, "the text ends where a key in double quotes or '}' is expected"],
    ['-', 1, 'the text ends where the rest of a number or word is expected'],
    ['', 0, 'the text ends where a value is expected'],
  ] as const
  for (const [text, offset, sentence] of told) {
    for (const chunks of everySplit(bytes(text))) {
      const found = scan('command', chunks)
      deepStrictEqual([found.offset, found.text], [offset, sentence])
    }
    t.pass(JSON.stringify(text))
  }
  t.end()
})

t.test('answers follow RFC 8259 where commands need not', (t) => {
  const differing = [
    '[1,]', '[+1]', '[01]', '[.5]', '[1.]', '["a\nb"]', '["\u0000"]', '[\f]', '[\b]', '\f[]', '1', '"a"', 'null',
  ]
  for (const text of differing) {
    t.equal(scan('command', [bytes(text)]).verdict, 'done', JSON.stringify(text))
    t.equal(scan('answer', [bytes(text)]).verdict, 'bad', JSON.stringify(text))
  }
  t.equal(scan('answer', [bytes('["\\ud83d"]')]).verdict, 'done', 'the grammar has lone surrogates')
  t.match(scan('answer', [bytes(' "a"')]), { offset: 1, text: "a map or a list is expected, but '\"' is there" })
  t.match(scan('answer', [bytes('["\u0007"]')]), { offset: 2, text: 'byte 0x07 must be escaped in a string' })
  t.end()
})

t.test('only the members of the outermost map are told', (t) => {
  const text = ' { "a" : {"x":[1,{"y":2}]} ,"b":[ ],\n"":-1.5e3 , "d":true,"\\"}" : "\\"}",  "f":null } '
  const { members } = scan('command', [bytes(text)])
  t.strictSame(
    members.map(([keyStart, keyEnd, start, end]) => [text.slice(keyStart, keyEnd), text.slice(start, end)]),
    [
      ['"a"', '{"x":[1,{"y":2}]}'], ['"b"', '[ ]'], ['""', '-1.5e3'], ['"d"', 'true'], ['"\\"}"', '"\\"}"'],
      ['"f"', 'null'],
    ],
  )
  for (const chunks of everySplit(bytes(text))) deepStrictEqual(scan('command', chunks).members, members)
  t.strictSame(scan('command', [bytes('[{"a":1},{"b":2}]')]).members, [])
  t.end()
})

t.test('escapes from U+0100 up are counted in keys and values', (t) => {
  const counts = [
    ['"\\u00ff\\u0000"', 0], ['"\\u0100"', 1], ['"\\ud83d\\ude00"', 2], ['"\\\\u6f22"',
    0], ['{"\\u6f22":["\\u5b57"]}', 2],
    ['"\\\\\\u1000"', 1],
  ] as const
  for (const [text, count] of counts) {
    for (const chunks of everySplit(bytes(text))) t.equal(scan('command', chunks).wide, count, text)
  }
  t.end()
})

const split = fc.array(fc.nat(10_000), { maxLength: 6 })

t.test('verdict, problem and extents are the same for every split', (t) => {
  const pieces = fc.array(fc.constantFrom(
    '{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '\\u00e9', '\\ud83d', '\\ude00', '1', '-', '.', 'e', '0', 'true',
    'nul',
    ' ', '\f', '\u00c3', '\u00a9', '\u00f0\u009f\u0098\u0080', '"key": ', '[1, 2]', '{"a": 1, "b": "c"}', '\u0000',
  ), { maxLength: 20 })
  const same = fc.property(fc.constantFrom('command', 'answer'), pieces, split, (dialect, parts, places) => {
    const text = bytes(parts.join(''))
    deepStrictEqual(scan(dialect, cut(text, places)), scan(dialect, [text]))
  })
  fc.assert(same, { seed, numRuns: 5000 })
  t.end()
})

t.test('whatever JSON.parse takes is taken, by both dialects, in any split', (t) => {
  const property = fc.property(fc.jsonValue({ noUnicodeString: false }), fc.nat(3), split, (value, indent, places) => {
    // JSON.stringify writes lone surrogates as escapes, which a command must not hold.
    const text = Buffer.from(JSON.stringify({ value }, null, indent).replaceAll(/(?<!\\)((?:\\\\)*)\\ud[89a-f]../g, '$1'))
    const chunks = cut(text, places)
    return scan('command', chunks).verdict === 'done' && scan('answer', chunks).verdict === 'done'
  })
  fc.assert(property, { seed, numRuns: 2000 })
  t.end()
})

t.test('an answer is taken exactly when JSON.parse takes it', (t) => {
  const tokens = fc.array(fc.constantFrom(
    '{', '}', '[', ']', ',', ':', '"a"', '"', '\\', '\\u00e9', '\\ud83d', '1', '-', '+', '.', 'e', '0', 'true', 'nul',
    'l', ' ',
    '\n', '\f', '\u0001', 'é', '"k":1', '[1,2]', '"a":', '1e+06.0', '{"a":[]}',
  ), { maxLength: 8 })
  const property = fc.property(tokens, fc.boolean(), (parts, asMap) => {
    // Wrapped, so that the outermost bracket can only close at the very end of a valid text.
    const text = asMap ? `{"m":${parts.join('')}}` : `[${parts.join('')}]`
    const scanner = new Scanner('answer')
    const taken = scanner.push(Buffer.from(text)) === 'done' && scanner.extent().end === Buffer.byteLength(text)
    return taken === isJson(text)
  })
  fc.assert(property, { seed, numRuns: 20_000 })
  t.end()
})

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
