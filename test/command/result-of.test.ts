// The result number of an answer, found while it is scanned, and looked for where it was not.

import fc from 'fast-check'
import t from 'tap'
import { answer, answerWithRaw } from '../../src/command/answer.ts'
import { resultOf } from '../../src/command/result-of.ts'
import { AnswerReader } from '../../src/forward/answer-reader.ts'
import { rawJson } from '../../src/json/raw.ts'
import { unlimited } from '../support/command-scope.ts'

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

t.test('answers of our own know theirs', async (t) => {
  t.equal(answer(2, 'text').result, 2)
  t.equal(answerWithRaw(rawJson('{ "result": 1 }')).result, 0)
})

t.test('behind and before many bytes, in any chunks', async (t) => {
  const big = JSON.stringify({ list: Array.from({ length: 20_000 }, (_, index) => `"result": ${index}`) })
  const places = [
    `{ "arguments": ${big}, "result": 3, "text": "t" }`, `{ "result": 3, "arguments": ${big} }`,
    `{ "a": ${big}, "result": 3, "z": ${big} }`,
  ]
  for (const text of places) {
    const bytes = Buffer.from(text)
    const chunks: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += 1000) chunks.push(bytes.subarray(at, at + 1000))
    t.equal(resultOf({ chunks, length: bytes.length }), 3)
  }
})

t.test('the same as a parser finds, for any map', async () => {
  const members = fc.uniqueArray(fc.tuple(fc.oneof(fc.constant('result'), fc.string()), fc.jsonValue()), {
    selector: ([key]) => key,
    maxLength: 6,
  })
  const property = fc.property(members, fc.boolean(), fc.nat(), (pairs, pretty, cut) => {
    const map = Object.fromEntries(pairs.filter(([key]) => key !== '__proto__'))
    const { result } = map
    const expected = typeof result === 'number' && /^-?\d{1,15}$/.test(JSON.stringify(result)) ? result : null
    const text = Buffer.from(JSON.stringify(map, null, pretty ? 2 : undefined))
    const reader = new AnswerReader(text.length, unlimited)
    reader.push(text.subarray(0, cut % text.length))
    reader.push(text.subarray(cut % text.length))
    return reader.answer().result === expected && resultOf(rawJson(text)) === expected
  })
  fc.assert(property, { numRuns: 5000 })
})
