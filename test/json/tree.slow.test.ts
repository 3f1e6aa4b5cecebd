// Which texts the two dialects take, what they mean, and the sentences for those that are refused.

import { deepStrictEqual } from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import t from 'tap'
import fc from 'fast-check'
import { LineMap } from '../../src/json/text/line-map.ts'
import type { JsonNode } from '../../src/json/text/node.ts'
import { memberOf } from '../../src/json/text/node.ts'
import { nodeToPrintable, printCompact } from '../../src/json/text/print.ts'
import { Scanner } from '../../src/json/scan/scanner.ts'
import type { Dialect, ParsedJson, Problem } from '../../src/json/text/parser.ts'
import { parseJson } from '../../src/json/text/parser.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

/** Marks the places in a bad text: the mistake is expected at «. */
function marked(text: string): { text: string; line: number; column: number } {
  const offset = text.indexOf('«')
  const clean = text.replace('«', '')
  return { text: clean, ...new LineMap(clean).locate(offset) }
}

function sentences(text: string, problems: readonly Problem[]): string[] {
  const map = new LineMap(text)
  const place = (offset: number): string => {
    const { line, column } = map.locate(offset)
    return `${line}:${column}`
  }
  return problems.map(({ offset, text: sentence, remedy, other }) => {
    const second = other === undefined ? '' : `, ${other.what} ${place(other.offset)}`
    return `${place(offset)}: ${sentence}${second}${remedy === null ? '' : `; ${remedy}`}`
  })
}

function rootOf({ root, errors }: ParsedJson): JsonNode {
  if (root === null || errors.length > 0) throw new Error(errors.map(({ text }) => text).join(', '))
  return root
}

function printed(text: string, dialect: Dialect): string {
  return printCompact(nodeToPrintable(rootOf(parseJson(text, { dialect }))))
}

/** A tree as JSON.parse would give it. */
function plain(node: JsonNode): unknown {
  switch (node.kind) {
    case 'map': {
      const entries = node.members.map(({ key, value }): [string, unknown] => [key, plain(value)])
      return Object.fromEntries(entries)
    }
    case 'list':
      return node.items.map(plain)
    case 'integer':
    case 'float':
      return Number(node.text)
    case 'null':
      return null
    case 'string':
    case 'boolean':
      return node.value
  }
}

t.test('files: what Kea takes is taken', (t) => {
  const taken: [text: string, meaning: string][] = [
    ['{"a": 1} # c', '{ "a": 1 }'],
    ['// c\n{"a": 1 /* c , */ }', '{ "a": 1 }'],
    ['/* a /* b */ 1', '1'],
    ['/**/1', '1'],
    ['"# no // comment /* here"', '"# no // comment /* here"'],
    [' \t\r\n[\t1\r\n]', '[ 1 ]'],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t"', '"\\"\\\\/\\b\\f\\n\\r\\t"'],
    ['"\\u0041\\u00e9\\u00FF"', '"Aéÿ"'],
    ['"é 漢字 😀"', '"é 漢字 😀"'],
    ['{"": "", "\\u0061": 1}', '{ "": "", "a": 1 }'],
    [
      '[0, -0, 007, -01, 9223372036854775807, -9223372036854775808]',
      '[ 0, -0, 7, -1, 9223372036854775807, -9223372036854775808 ]',
    ],
    ['[0000000000000000000000000009223372036854775807]', '[ 9223372036854775807 ]'],
    [
      '[1.5, .5, 5., -.5, 1e3, 1E-2, +1, +.5, 1.e3, 00.5, 1e-400]',
      '[ 1.5, 0.5, 5.0, -0.5, 1e3, 1E-2, 1.0, 0.5, 1.0e3, 0.5, 1e-400 ]',
    ],
    ['[true, false, null]', '[ true, false, null ]'],
    ['{}', '{  }'],
    ['[]', '[  ]'],
  ]
  for (const [text, meaning] of taken) {
    const tree = parseJson(text, { dialect: 'file' })
    t.same(tree.errors, [], text)
    t.same(tree.warnings, [], text)
    t.equal(printed(text, 'file'), meaning, text)
  }
  t.end()
})

t.test('files: each mistake is named where it is, with what would be right', (t) => {
  const escapes =
    'a backslash itself is written \\\\; escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits'
  const refused: [text: string, sentence: string, remedy: string | null][] = [
    // Structure.
    ['«', 'expected a value, found the end of the text', null],
    [' # c\n «', 'expected a value, found the end of the text', null],
    ['{"a": 1«', 'expected a comma or }, found the end of the text, the map began at 1:1', 'close it with }'],
    ['{"a":\n [1,«', 'expected a value, found the end of the text, the list began at 2:2', 'close it with ]'],
    ['[1«}', 'expected a comma or ], found }, the list began at 1:1', null],
    ['{"a": 1}«}', 'expected the end of the text, found }', null],
    ['{"a": 1}\n«{}', 'expected the end of the text, found {', null],
    ['[1 «2]', 'a comma is missing before a number', 'put a comma between the two elements'],
    ['{"a": 1\n «"b": 2}', 'a comma is missing before a string', 'put a comma between the two elements'],
    ['["a"«"b"]', 'a comma is missing before a string', 'put a comma between the two elements'],
    ['{"a"«}', 'expected a colon after the key, found }, the map began at 1:1', null],
    ['{"a" «1}', 'expected a colon after the key, found a number, the map began at 1:1', null],
    ['{"a": «}', 'expected a value, found }, the map began at 1:1', null],
    ['{«:1}', 'expected a key in double quotes, found :, the map began at 1:1', null],
    ['{«[]: 1}', 'expected a key in double quotes, found [, the map began at 1:1', null],
    ['{«a: 1}', 'a key stands without quotes', 'put it in double quotes'],
    ['{«1: 1}', 'a key stands without quotes', 'put it in double quotes'],
    ['[«,1]', 'a comma stands before the first element', 'remove it'],
    ['{«,}', 'a comma stands before the first element', 'remove it'],
    ['«,{}', 'expected a value, found ,', null],
    // Keys.
    ['{"a": 1,\n «"a": 2}', 'the key "a" stands twice in one map, the first is at 1:2', 'remove one of the two'],
    [
      '{"x": {"user-context": {"b": 1, «"\\u0062": 2}}}',
      'the key "b" stands twice in one map, the first is at 1:25',
      'remove one of the two',
    ],
    ['{"": 1, «"": 2}', 'the key "" stands twice in one map, the first is at 1:2', 'remove one of the two'],
    [
      '{"__proto__": 1, «"__proto__": 2}',
      'the key "__proto__" stands twice in one map, the first is at 1:2',
      'remove one of the two',
    ],
    // Numbers and words.
    [
      '[«9223372036854775808]',
      'the integer is out of range',
      'integers go from -9223372036854775808 to 9223372036854775807',
    ],
    [
      '[«-9223372036854775809]',
      'the integer is out of range',
      'integers go from -9223372036854775808 to 9223372036854775807',
    ],
    ['[«1e400]', 'the number is out of range', 'the largest number is about 1.79e308'],
    ...['-', '+', '.', '.e3', '1e', '1e+', '1.5e', '1-2', '1.2.3', '0x10', '1a', '--1', '127.0.0.1'].map(
      (number): [string, string, string] => [
        `[«${number}]`,
        'this is not a number',
        'a number looks like 10, -1.5 or 1e3; anything else stands in double quotes',
      ],
    ),
    ['[«TRUE]', 'TRUE is not in lower case', 'write true'],
    ['[«False]', 'False is not in lower case', 'write false'],
    ['[«Null]', 'Null is not in lower case', 'write null'],
    ...['truex', 'nul', 'yes', 'NaN', 'Infinity', '_'].map((word): [string, string, string] => [
      `[«${word}]`,
      'expected a value, found a word without quotes, the list began at 1:1',
      'strings stand in double quotes; true, false and null stand without',
    ]),
    // Strings.
    [
      '{"a": «"b\n}',
      'the string that begins here is not closed',
      'add a double quote; a line end inside a string is written \\n',
    ],
    [
      '«"b\\\n"',
      'the string that begins here is not closed',
      'add a double quote; a line end inside a string is written \\n',
    ],
    [
      '«"abc',
      'the string that begins here is not closed',
      'add a double quote; a line end inside a string is written \\n',
    ],
    ['"a«\tb"', 'the string holds the control character U+0009', 'write it as \\t'],
    ['"a«\u0000b"', 'the string holds the control character U+0000', 'write it as \\u0000'],
    ['"«\\u0100"', 'escapes in configuration files end at \\u00ff', 'write the character itself: Ā'],
    ['"«\\ud83d\\ude00"', 'escapes in configuration files end at \\u00ff', 'write the character itself: 😀'],
    ['"«\\ud83d"', '\\ud83d is one half of a surrogate pair without the other', 'write the character itself'],
    ['"«\\u00g0"', '\\u is not followed by four hex digits', 'write it like \\u00e9'],
    ['"«\\u00"', '\\u is not followed by four hex digits', 'write it like \\u00e9'],
    ['"«\\v"', '\\v is not an escape', escapes],
    ['"«\\😀"', '\\😀 is not an escape', escapes],
    ["«'a'", "' is not a quote of JSON", 'strings stand in straight double quotes: "'],
    ['«“a”', '“ is not a quote of JSON', 'strings stand in straight double quotes: "'],
    // Between values.
    ['1\n\n «/* c', 'the comment that begins here is not closed', 'add */ where it ends'],
    ['«/*/', 'the comment that begins here is not closed', 'add */ where it ends'],
    ['«\ufeff{}', 'a byte order mark (U+FEFF) stands here', 'save the text as UTF-8 without a byte order mark'],
    ['[«\f1]', 'the character U+000C must not stand between values', 'use blanks, tabs and line ends only'],
    ['[«\v1]', 'the character U+000B must not stand between values', 'use blanks, tabs and line ends only'],
    ['[1«\u00a0]', 'the character U+00A0 must not stand between values', 'use blanks, tabs and line ends only'],
    ['[1]«\u0000', 'the character U+0000 must not stand between values', 'use blanks, tabs and line ends only'],
    ['{"a"«=1}', '= is unexpected here', null],
    ['[1 «/ 2]', '/ is unexpected here', null],
    ['{"é😀": «€}', '€ is unexpected here', null],
    ['«<?include file?>', '<? begins an include directive, but this is none', 'write it as <?include "file"?>'],
    ['[«<?include "file"?>]', 'expected a value, found an include directive, the list began at 1:1', null],
  ]
  for (const [bad, sentence, remedy] of refused) {
    const { text, line, column } = marked(bad)
    const { errors } = parseJson(text, { dialect: 'file' })
    const first = sentences(text, errors)[0] ?? 'no mistake'
    t.equal(first, `${line}:${column}: ${sentence}${remedy === null ? '' : `; ${remedy}`}`, text)
  }
  t.end()
})

t.test('files: extra commas are taken with a warning at each of them', (t) => {
  const cases: [text: string, meaning: string, places: string[]][] = [
    ['[1,]', '[ 1 ]', ['1:3']],
    ['[1,,2]', '[ 1, 2 ]', ['1:3']],
    ['[1,2,\n,,]', '[ 1, 2 ]', ['1:5', '2:1', '2:2']],
    ['{"a": 1,}', '{ "a": 1 }', ['1:8']],
    ['{"a": 1,,"b": 2}', '{ "a": 1, "b": 2 }', ['1:8']],
    ['{},\n,', '{  }', ['1:3', '2:1']],
  ]
  for (const [text, meaning, places] of cases) {
    t.same(
      sentences(text, parseJson(text, { dialect: 'file' }).warnings),
      places.map((place) => `${place}: there is a comma too many; remove it`),
      text,
    )
    t.equal(printed(text, 'file'), meaning, text)
  }
  t.end()
})

t.test('files: all mistakes are told in one go, and the tree is there for further checks', (t) => {
  const text = `{
  "Control-agent": {
    "http-host": "127.0.0.1"
    "http-port": 99999999999999999999,
    http-headers: [ ],
    "cert-required": True,
    "user-context": { "a": "x\\qy", "a": 2, },
    "http-port": 8000
  }
}`
  const tree = parseJson(text, { dialect: 'file' })
  t.same(
    sentences(text, tree.errors).map((sentence) => sentence.split(/[;,]/)[0]),
    [
      '4:5: a comma is missing before a string',
      '4:18: the integer is out of range',
      '5:5: a key stands without quotes',
      '6:22: True is not in lower case',
      '7:30: \\q is not an escape',
      '7:36: the key "a" stands twice in one map',
      '8:5: the key "http-port" stands twice in one map',
    ],
  )
  t.equal(tree.warnings.length, 1)
  const { root } = tree
  if (root?.kind !== 'map') throw new Error('no tree')
  const agent = memberOf(root, 'Control-agent')
  if (agent?.kind !== 'map') throw new Error('no inner map')
  t.equal(agent.members.length, 6, 'a repeated key stands twice')
  t.match(memberOf(agent, 'http-port'), { kind: 'integer', text: '8000' })
  t.end()
})

t.test('a mistake that cannot be read over leaves no tree', (t) => {
  for (const text of ['{"a": 1', '[1] x', '"abc', '{"a" 1}', '/*']) {
    t.equal(parseJson(text, { dialect: 'file' }).root, null, text)
  }
  t.end()
})

t.test('neither a password nor any other string is quoted in a mistake', (t) => {
  for (const dialect of ['file', 'command'] as const) {
    const strings = ['"hunter2', '"hunter2" "hunter2"', '"hunter2\\q"', '"\\u00hunter2"']
    for (const value of [...strings, 'hunter2', '1hunter2', 'nullhunter2']) {
      const { errors } = parseJson(`{"password": ${value}}`, { dialect })
      t.ok(errors.length > 0, value)
      t.notMatch(JSON.stringify(errors), /hunter/, value)
    }
  }
  t.end()
})

t.test('commands: what kea-ctrl-agent takes is taken', (t) => {
  const taken: [text: string, meaning: string][] = [
    ['\f\b \t\r\n[\f1\b]\f', '[ 1 ]'],
    ['[1,]', '[ 1 ]'],
    ['[[] , ]', '[ [  ] ]'],
    ['{"a" : 1, "a": 2}', '{ "a": 2 }'],
    ['{"comm\\u0061nd": "t"}', '{ "command": "t" }'],
    ['"a\u0000\u0001\n\t\u007f"', '"a\\u0000\\u0001\\n\\t\\u007f"'],
    ['{"a\nb\u0000": 1}', '{ "a\\nb\\u0000": 1 }'],
    ['"\\u0000\\u00e9\\u00E9\\/"', '"\\u0000éé/"'],
    ['"\\u0100\\u6f22\\ud83d\\ude00"', '"Ā漢😀"'],
    [
      '[-.5, +.5, 1., 1.e3, 01, -01, 00, 01.5, +1, 1e05, 1e+5, 1E5]',
      '[ -0.5, 0.5, 1.0, 1.0e3, 1, -1, 0, 1.5, 1.0, 1e05, 1e+5, 1E5 ]',
    ],
    [
      `[${'9'.repeat(400)}, 1e400, -1e99999999999999999999, 0.${'1'.repeat(400)}]`,
      `[ ${'9'.repeat(400)}, 1e400, -1e99999999999999999999, 0.${'1'.repeat(400)} ]`,
    ],
    ['"a"', '"a"'],
    ['null', 'null'],
  ]
  for (const [text, meaning] of taken) {
    t.equal(printed(text, 'command'), meaning, JSON.stringify(text))
    t.same(parseJson(text, { dialect: 'command' }).warnings, [])
  }
  t.end()
})

t.test('commands: what kea-ctrl-agent refuses is refused', (t) => {
  const refused = [
    ...['', ' ', '[]{}', '[],', '[]]', '[] x', '{}\u0000', '{}#c', '{}//c', '/* c */{}', '\ufeff{}'],
    ...['TRUE', 'True', 'Null', 'nul', 'truex', 'true1', 'true_', 'true-', 'nullnull', 'yes', 'NaN', 'Infinity', 't'],
    ...['-', '+', '.', '-.', '+.', '.e3', '.e', 'e5', '-e5'],
    ...['1e', '1e+', '1e-', '1.e', '1.5e', '1e5.5', '1ee5', '1e1-'],
    ...['1-', '1-2', '1+2', '--1', '+-1', '-+1', '1.2.3', '1..2'],
    ...['.5.', '0x10', '1_000', '1L', '1.5f', '1a', '1/', '١'],
    ...['[,]', '[,1]', '[1,,]', '[1,,2]', '[1 2]', '[1"a"]', '["a""b"]'],
    ...['[true"a"]', '[true false]', '[1;2]', '[1}', '[1', '1]'],
    ...['{,}', '{"a":1,}', '{"a":1,,}', '{"a":1 "b":2}', '{"a"}', '{"a":}'],
    ...['{:1}', '{a:1}', "{'a':1}", '{1:2}', '{null:1}'],
    ...['{"a"=1}', '{"a"::1}', '{"a":1]', "'a'", '"abc', '"a\\'],
    ...['"\\v"', '"\\a"', '"\\0"', '"\\\'"', '"\\x41"', '"\\U0041"'],
    ...['"\\\n"', '"\\u00"', '"\\u004"', '"\\u00g0"', '"\\u 041"'],
    ...['"\\u+041"', '"\\u0x41"', '"\\ud800"', '"\\udc00\\ud800"'],
    ...['"\\ud83d\\u0041"', '"\\ud83d x"', '<?include "a"?>', '\\n1', '[1\\b]'],
    ...['\u0000', '\u000b', '\u001f', '\u0085', '\u00a0'].flatMap((blank) => [`${blank}1`, `1${blank}`, `[1${blank}]`]),
  ]
  for (const text of refused) {
    t.not(parseJson(text, { dialect: 'command' }).errors.length, 0, JSON.stringify(text))
  }
  t.end()
})

t.test('a hundred containers inside each other are taken, one more is not', (t) => {
  const nested = (depth: number): string => '[{"a":'.repeat(depth / 2) + '1' + '}]'.repeat(depth / 2)
  for (const dialect of ['file', 'command'] as const) {
    t.same(parseJson(nested(100), { dialect }).errors, [])
    const deep = parseJson(`[${nested(100)}]`, { dialect })
    t.match(deep.errors, [{ offset: 296, length: 1, text: 'more than 100 maps and lists stand inside each other' }])
    t.equal(deep.root, null)
    t.equal(parseJson('[[1]]', { dialect, maxDepth: 1 }).errors.length, 1)
    t.same(parseJson('[[],[],{}]', { dialect, maxDepth: 2 }).errors, [], 'neighbours do not add up')
  }
  t.end()
})

t.test('huge and hostile texts end in an answer', (t) => {
  const million = 1_000_000
  for (const dialect of ['file', 'command'] as const) {
    t.equal(parseJson('['.repeat(million), { dialect }).errors.length, 1)
    t.equal(parseJson('{"a":'.repeat(million), { dialect }).errors.length, 1)
    t.equal(parseJson(`"${'\\'.repeat(million + 1)}`, { dialect }).root, null)
    t.same(parseJson(`[1.${'1'.repeat(million)}]`, { dialect }).errors, [])
  }
  t.same(parseJson(`[${'1'.repeat(million)}]`, { dialect: 'command' }).errors, [])
  t.equal(parseJson(`[${','.repeat(million)}`, { dialect: 'command' }).errors.length, 100, 'no million mistakes')
  t.equal(parseJson(`[${'1'.repeat(million)}]`, { dialect: 'file' }).errors.length, 1)
  t.equal(parseJson(`[1${',1'.repeat(million)}]`, { dialect: 'file' }).errors.length, 0)
  t.end()
})

t.test('mistakes beyond those that are kept are counted', (t) => {
  const commands = parseJson(`[1${',,1'.repeat(500)}]`, { dialect: 'command' })
  t.same([commands.errors.length, commands.moreErrors], [100, 400])
  const file = parseJson(`{${'"a": 1, '.repeat(5000)}"b": 1}`, { dialect: 'file' })
  t.same([file.errors.length, file.moreErrors], [1000, 3999])
  const large = parseJson(`[${`${'9'.repeat(20)}, `.repeat(2000)}"a": 1]`, { dialect: 'file' })
  t.same([large.errors.length, large.moreErrors], [2001, 0], 'numbers that are only too large push out no other')
  t.end()
})

t.test('keys that every object has are keys like any other', (t) => {
  const node = rootOf(parseJson('{"__proto__": {"a": 1}, "constructor": 2, "toString": 3}', { dialect: 'file' }))
  if (node.kind !== 'map') throw new Error('not a map')
  t.match(memberOf(node, '__proto__'), { kind: 'map' })
  t.equal(memberOf(node, 'hasOwnProperty'), undefined)
  t.equal(printCompact(nodeToPrintable(node)), '{ "__proto__": { "a": 1 }, "constructor": 2, "toString": 3 }')
  t.end()
})

t.test('values remember where they stood', (t) => {
  const text = ' {"k" : [1, "é\\n", {}]} '
  const node = rootOf(parseJson(text, { dialect: 'command' }))
  if (node.kind !== 'map') throw new Error('not a map')
  const written = ({ start, end }: { start: number; end: number }): string => text.slice(start, end)
  const [member] = node.members
  if (member?.value.kind !== 'list') throw new Error('not a list')
  t.equal(written(node), '{"k" : [1, "é\\n", {}]}')
  t.equal(text.slice(member.keyStart, member.keyEnd), '"k"')
  t.equal(written(member.value), '[1, "é\\n", {}]')
  t.same(member.value.items.map(written), ['1', '"é\\n"', '{}'])
  t.end()
})

t.test('whatever JSON.parse takes, commands take with the same meaning', (t) => {
  const value = fc.jsonValue({ maxDepth: 6, stringUnit: 'binary' })
  const property = fc.property(value, fc.constantFrom(0, 2, '\t'), fc.boolean(), (json, indent, escaped) => {
    const written = JSON.stringify(json, null, indent)
    const text = escaped ? written.replace(/[^\u0000-\u007f]/g, escapeUnit) : written
    const { root, errors } = parseJson(text, { dialect: 'command' })
    deepStrictEqual(errors, [])
    deepStrictEqual(root && plain(root), JSON.parse(text))
  })
  fc.assert(property, { seed, numRuns: 300 })
  t.end()
})

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

t.test('random heaps of tokens: never a throw, and JSON.parse is never more lenient', (t) => {
  let taken = 0
  const property = fc.property(heapOfTokens(), (text) => {
    parseJson(text, { dialect: 'file' })
    const { root, errors } = parseJson(text, { dialect: 'command' })
    let meaning: unknown
    try {
      meaning = JSON.parse(text)
    } catch {
      return root !== null || errors.length > 0
    }
    // JSON.stringify escapes half a surrogate pair and nothing else in this way; the one thing that we refuse. An even
    // number of backslashes before it is text.
    if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(meaning))) return errors.length > 0
    taken++
    if (root === null || errors.length > 0) return false
    return isDeepStrictEqual(plain(root), meaning)
  })
  fc.assert(property, { seed, numRuns: 20_000 })
  t.ok(taken > 0, `${taken} of the heaps were JSON`)
  t.end()
})

t.test('the tree of a command and the scanner of its bytes take the same texts', (t) => {
  const same = fc.property(heapOfTokens(), (text) => {
    const scanner = new Scanner('command')
    scanner.push(Buffer.from(text))
    return (scanner.finish() === 'done') === (parseJson(text, { dialect: 'command' }).errors.length === 0)
  })
  fc.assert(same, { seed, numRuns: 20_000 })
  t.end()
})

function heapOfTokens(): fc.Arbitrary<string> {
  const json = ['{', '}', '[', ']', ',', ':', '"a"', '"', '\\u0041', '\\', '1', '0', '-', '+', '.', 'e', 'true', 'null']
  const halves = ['[1', '{"k":', '1,', '2]', '3}', '[[],', '"\\ud83d', '\\ude00"', 'E2', 'nul', 'True']
  const other = [' ', '\n', '\f', '\b', '\v', '#', '/', '*', '<?', "'", '\u0000', 'é']
  return fc.array(fc.constantFrom(...json, ...halves, ...other), { maxLength: 12 }).map((parts) => parts.join(''))
}
