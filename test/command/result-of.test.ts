// The result number of an answer, found without parsing it.

import fc from 'fast-check'
import t from 'tap'
import { resultOf } from '../../src/command/result-of.ts'
import { rawJson } from '../../src/json/raw.ts'

t.test('wherever it stands among the members', async (t) => {
  const table: [text: string, result: number | null][] = [
    ['{ "result": 0 }', 0],
    ['{"result":0}', 0],
    ['{ "result": 3, "text": "no \\"result\\": 1 here" }', 3],
    ['{ "arguments": { "result": 7 }, "result": 1, "text": "a" }\n', 1],
    ['{ "text": "x", "result": -1, "arguments": { "result": [ 1, { "result": 2 } ] } }', -1],
    ['{ "result": 1, "text": "ends in a backslash \\\\" }', 1],
    ['{ "result": 1, "text": "\\\\\\"" }', 1],
    ['{ "result": 1, "result": 2 }', 2],
    ['{ "result": 1, "arguments": [ "result", 5 ] }', 1],
    ['{ "a": "result", "result": 4, "z": {} }', 4],
    ['{ "result": "0" }', null],
    ['{ "result": 1.5 }', null],
    ['{ "result": true }', null],
    ['{ "text": "no result" }', null],
    ['{ "arguments": { "result": 7 } }', null],
    ['{}', null],
    ['[ { "result": 0 } ]', null],
    ['[]', null],
  ]
  for (const [text, result] of table) t.equal(resultOf(rawJson(text)), result, text)
})

t.test('behind or before more bytes than are looked at, in any chunks', async (t) => {
  const big = JSON.stringify({ list: Array.from({ length: 20_000 }, (_, index) => `"result": ${index}`) })
  for (const text of [`{ "arguments": ${big}, "result": 3, "text": "t" }`, `{ "result": 3, "arguments": ${big} }`]) {
    const bytes = Buffer.from(text)
    const chunks: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += 1000) chunks.push(bytes.subarray(at, at + 1000))
    t.equal(resultOf({ chunks, length: bytes.length }), 3)
  }
  t.equal(resultOf(rawJson(`{ "a": ${big}, "result": 3, "z": ${big} }`)), null)
})

t.test('the same as a parser finds, for any map', async () => {
  const members = fc.uniqueArray(fc.tuple(fc.oneof(fc.constant('result'), fc.string()), fc.jsonValue()), {
    selector: ([key]) => key,
    maxLength: 6,
  })
  const property = fc.property(members, fc.boolean(), (pairs, pretty) => {
    const map = Object.fromEntries(pairs.filter(([key]) => key !== '__proto__'))
    const { result } = map
    const expected = typeof result === 'number' && /^-?\d{1,15}$/.test(JSON.stringify(result)) ? result : null
    const found = resultOf(rawJson(JSON.stringify(map, null, pretty ? 2 : undefined)))
    return Object.is(found, expected) || found === expected
  })
  fc.assert(property, { numRuns: 5000 })
})
