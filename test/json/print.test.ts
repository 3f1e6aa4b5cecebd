// The two layouts, the escapes, and that no digit is lost on the way through.

import { deepStrictEqual } from 'node:assert/strict'
import t from 'tap'
import fc from 'fast-check'
import type { Printable } from '../../src/json/text/print.ts'
import { NumberText, nodeToPrintable, printCompact, printPretty } from '../../src/json/text/print.ts'
import type { Dialect } from '../../src/json/text/parser.ts'
import { parseJson } from '../../src/json/text/parser.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

function through(text: string): Printable {
  const { root } = parseJson(text, { dialect: 'command' })
  if (root === null) throw new Error(`not read: ${text}`)
  return nodeToPrintable(root)
}

t.test('the compact form is that of Kea', (t) => {
  const cases: [value: Printable, text: string][] = [
    [{ a: 1, b: [1, 2] }, '{ "a": 1, "b": [ 1, 2 ] }'],
    [{}, '{  }'],
    [[], '[  ]'],
    [[[], {}], '[ [  ], {  } ]'],
    [{ b: true, a: null, c: false }, '{ "b": true, "a": null, "c": false }'],
    [{ a: undefined, b: 1 }, '{ "b": 1 }'],
    [{ a: undefined }, '{  }'],
    [new Map<string, Printable>([['__proto__', 1], ['', 'x']]), '{ "__proto__": 1, "": "x" }'],
    [[0.1, 1e21, 1e-7, -2.5, 100], '[ 0.1, 1e+21, 1e-7, -2.5, 100 ]'],
    [[123456789012345678901234567890n, new NumberText('1.10')], '[ 123456789012345678901234567890, 1.10 ]'],
    ['"\\/\b\f\n\r\t\u0000\u001f\u007f', '"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f"'],
    ['é 漢 😀', '"é 漢 😀"'],
    [{ 'a": 1 }, "command": "x': 1 }, '{ "a\\": 1 }, \\"command\\": \\"x": 1 }'],
  ]
  for (const [value, text] of cases) t.equal(printCompact(value), text, text)
  t.end()
})

t.test('a number that JSON cannot write is refused, not made up', (t) => {
  for (const value of [Number.NaN, Infinity, -Infinity]) t.throws(() => printCompact([value]), RangeError)
  t.end()
})

t.test('the pretty form is that of config-write', (t) => {
  const value = through(
    '{"e":{},"l":[],"le":[[]],"m":[{"a":1},{"b":[]}],"n":[1,2,"a"],"nn":[[1,2],[3]],"x":{"f":1.5,"s":"a/\\u00e9"}}',
  )
  t.equal(
    printPretty(value),
    `{
  "e": { },
  "l": [ ],
  "le": [
    [ ]
  ],
  "m": [
    {
      "a": 1
    },
    {
      "b": [ ]
    }
  ],
  "n": [ 1, 2, "a" ],
  "nn": [
    [ 1, 2 ],
    [ 3 ]
  ],
  "x": {
    "f": 1.5,
    "s": "a/é"
  }
}`,
  )
  t.end()
})

t.test('what stands deep inside is on one line, or its blanks would be longer than all else', (t) => {
  const text = `${'[{ "a": '.repeat(40)}[ [ 1 ], [ 2 ] ]${' }]'.repeat(40)}`
  const value = through(text)
  const pretty = printPretty(value)
  t.same(JSON.parse(pretty), JSON.parse(text))
  t.ok(pretty.length < 2 * text.length, `${pretty.length} characters`)
  t.equal(pretty.split('\n').length, 21)
  t.end()
})

t.test('numbers keep every digit and become standard JSON', (t) => {
  const cases: [written: string, printed: string][] = [
    ['1234567890123456789012345678901234567890', '1234567890123456789012345678901234567890'],
    ['3.14159265358979312', '3.14159265358979312'],
    ['1e400', '1e400'],
    ['1.50', '1.50'],
    ['+1', '1.0'],
    ['+.5', '0.5'],
    ['-.5e1', '-0.5e1'],
    ['5.', '5.0'],
    ['1.e3', '1.0e3'],
    ['-007', '-7'],
    ['00', '0'],
    ['00.50E-05', '0.50E-05'],
  ]
  for (const [written, printed] of cases) {
    t.equal(printCompact(through(written)), printed, written)
    t.doesNotThrow(() => JSON.parse(printed) as unknown)
  }
  t.end()
})

t.test('of a repeated key the last is printed', (t) => {
  t.equal(printCompact(through('{"a": 1, "b": 2, "a": 3}')), '{ "a": 3, "b": 2 }')
  t.end()
})

t.test('what is printed reads back as what it was, by us in both dialects and by JSON.parse', (t) => {
  const property = fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }), (json) => {
    const value = through(JSON.stringify(json))
    const compact = printCompact(value)
    deepStrictEqual(JSON.parse(compact), JSON.parse(JSON.stringify(json)))
    // Files hold integers of 64 bit only; a large number in JavaScript prints as a longer one.
    const dialects: Dialect[] = /\d{19}/.test(compact) ? ['command'] : ['command', 'file']
    for (const dialect of dialects) {
      for (const text of [compact, printPretty(value)]) {
        const { root, errors, warnings } = parseJson(text, { dialect })
        deepStrictEqual([...errors, ...warnings], [])
        deepStrictEqual(root && nodeToPrintable(root), value)
      }
    }
  })
  fc.assert(property, { seed, numRuns: 200 })
  t.end()
})

t.test('a number of JavaScript reads back as the same number', (t) => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true })
  fc.assert(fc.property(numbers, (number) => Number(printCompact(number)) === number), { seed })
  t.end()
})
