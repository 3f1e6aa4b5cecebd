// What a caller may not run is not listed to him, and the rest of the list stays as the daemon wrote it.

import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { filterCommandList } from '../../src/access/list-filter.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

const allowed = (name: string): boolean => !name.startsWith('no')

const table: readonly (readonly [name: string, text: string, expected: string])[] = [
  ['the first', '{ "arguments": [ "no", "a", "b" ], "result": 0 }', '{ "arguments": [ "a", "b" ], "result": 0 }'],
  ['one between', '{ "arguments": [ "a", "no", "b" ], "result": 0 }', '{ "arguments": [ "a", "b" ], "result": 0 }'],
  ['the last', '{ "arguments": [ "a", "b", "no" ], "result": 0 }', '{ "arguments": [ "a", "b" ], "result": 0 }'],
  ['all', '{ "arguments": [ "no", "no2" ], "result": 0 }', '{ "arguments": [  ], "result": 0 }'],
  ['odd layout', '{"result":0,"arguments":["no" ,\n"a"\t,"no",  "b" ]}', '{"result":0,"arguments":["a",  "b" ]}'],
  ['escaped names', '{"arguments":["\\u006eo","\\u0061"],"result":0}', '{"arguments":["\\u0061"],"result":0}'],
  ['beside other bytes', '{"text":"é\\"","arguments":["é","no","no\\u00e9"],"result":0,"é":[]}',
    '{"text":"é\\"","arguments":["é"],"result":0,"é":[]}'],
  ['a list given twice', '{"arguments":["a","no"],"arguments":["no","b"],"result":0}',
    '{"arguments":["a"],"arguments":["b"],"result":0}'],
  ['beside what is no name', '{"arguments":["a",1,"no",{"no":"no"}],"result":0}',
    '{"arguments":["a",1,{"no":"no"}],"result":0}'],
]

const untouched: readonly (readonly [name: string, text: string])[] = [
  ['every name is allowed', '{ "arguments": [ "a", "b" ], "result": 0 }'],
  ['an empty list', '{ "arguments": [  ], "result": 0 }'],
  ['another result', '{ "arguments": [ "no" ], "result": 2 }'],
  ['no result', '{ "arguments": [ "no" ] }'],
  ['arguments that are no list', '{ "arguments": { "no": [ "no" ] }, "result": 0 }'],
  ['no arguments', '{ "result": 0, "text": "no" }'],
  ['a list', '[ { "arguments": [ "no" ], "result": 0 } ]'],
  ['an overlong one', `{ "arguments": [ "no", "${'a'.repeat(66_000)}" ], "result": 0 }`],
]

t.test('names that are not allowed are left out, and no other byte', (t) => {
  for (const [name, text, expected] of table) {
    strictEqual(rawToString(filterCommandList(rawJson(text), allowed)), expected)
    const bytes = Buffer.from(text)
    const chunks = [...bytes.keys()].map((i) => bytes.subarray(i, i + 1))
    strictEqual(rawToString(filterCommandList({ chunks, length: bytes.length }, allowed)), expected)
    t.pass(name)
  }
  t.end()
})

t.test('anything else is handed back as it is', (t) => {
  for (const [name, text] of untouched) {
    const answer = rawJson(text)
    strictEqual(filterCommandList(answer, allowed), answer)
    t.pass(name)
  }
  t.end()
})

t.test('whatever the names, those allowed stay in their order and the list is valid', (t) => {
  const names = fc.array(fc.string({ unit: 'binary', maxLength: 4 }))
  fc.assert(fc.property(names, fc.constantFrom('', ' '), (list, blank) => {
    const even = (name: string): boolean => name.length % 2 === 0
    const printed = list.map((name) => JSON.stringify(name)).join(`,${blank}`)
    const text = `{"result":0,"arguments":[${blank}${printed}${blank}]}`
    const filtered: unknown = JSON.parse(rawToString(filterCommandList(rawJson(text), even)))
    deepStrictEqual(filtered, { result: 0, arguments: list.filter(even) })
    ok(rawToString(filterCommandList(rawJson(text), () => true)) === text)
  }), { seed, numRuns: 2000 })
  t.end()
})
