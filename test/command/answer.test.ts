// Answer maps, the list around them, and the registry that says who answers.

import t from 'tap'
import { answer, answerList, answerWithRaw, quoteName } from '../../src/command/answer.ts'
import { Registry } from '../../src/command/registry.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'

t.test('an answer has the keys it was given, in the order of Kea', (t) => {
  t.equal(rawToString(answer(0)), '{ "result": 0 }')
  t.equal(rawToString(answer(2, 'a "b" \u00e9\n')), '{ "result": 2, "text": "a \\"b\\" \u00e9\\n" }')
  t.equal(
    rawToString(answer(0, 'done', { list: ['x', 1], empty: {} })),
    '{ "arguments": { "list": [ "x", 1 ], "empty": {  } }, "result": 0, "text": "done" }',
  )
  t.equal(rawToString(answer(0, undefined, [])), '{ "arguments": [  ], "result": 0 }')
  t.end()
})

t.test('the length of an answer counts bytes', (t) => {
  const made = answer(1, '\u6f22')
  t.equal(made.length, Buffer.byteLength('{ "result": 1, "text": "\u6f22" }'))
  t.end()
})

t.test('a list is made around its elements without touching or copying them', (t) => {
  const first = rawJson('{"n":12345678901234567890123456789012345678901}')
  const second = rawJson('[ { } ]')
  t.equal(rawToString(answerList([])), '[  ]')
  t.equal(rawToString(answerList([first])), `[ ${rawToString(first)} ]`)
  const both = answerList([first, second])
  t.equal(rawToString(both), `[ ${rawToString(first)}, ${rawToString(second)} ]`)
  t.equal(both.length, rawToString(both).length)
  t.ok(both.chunks.includes(first.chunks[0]!) && both.chunks.includes(second.chunks[0]!))
  t.end()
})

t.test('arguments that are text already are spliced in', (t) => {
  t.equal(rawToString(answerWithRaw(rawJson('{"b":1e400,"a":0}'))), '{ "arguments": {"b":1e400,"a":0}, "result": 0 }')
  t.end()
})

t.test('a name from outside is quoted and kept short', (t) => {
  t.equal(quoteName('x'), "'x'")
  t.ok(quoteName('x'.repeat(1_000_000)).length < 200)
  t.end()
})

t.test('a registry finds by exact name only and lists names in order', (t) => {
  const handler = (name: string) => ({ name, access: 'read' as const, run: () => rawJson('{}') })
  const registry = new Registry([handler('b'), handler('a-z'), handler('a')])
  t.same(registry.names(), ['a', 'a-z', 'b'])
  t.equal(registry.find('b')?.name, 'b')
  for (const name of ['', 'B', ' b', 'b ', '__proto__', 'constructor', 'toString']) {
    t.equal(registry.find(name), undefined, name)
  }
  t.throws(() => new Registry([handler('x'), handler('x')]), /two handlers for the command x/)
  t.end()
})
