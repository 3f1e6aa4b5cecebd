// A scanner reports where every key and value lies, and a text is changed at such places alone.

import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import type { JsonNode } from '../../src/json/text/node.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import { Splice } from '../../src/json/transform/splice.ts'
import { parseJson } from '../../src/json/text/parser.ts'
import { allSteps, walk } from '../../src/json/scan/rescan.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

type Report = readonly [kind: 'key' | 'value', start: number, end: number, depth: number]

function reports(text: RawJson, maxDepth: number): Report[] {
  const found: Report[] = []
  let behind = 0
  const handler = {
    maxDepth,
    chunk(bytes: Uint8Array, base: number) {
      t.equal(base, behind)
      behind = base + bytes.length
    },
    key: (start: number, end: number, depth: number) => void found.push(['key', start, end, depth]),
    value: (start: number, end: number, depth: number) => void found.push(['value', start, end, depth]),
  }
  const result = allSteps(walk(text, handler), text)
  if (result instanceof Promise) throw new Error('small texts are walked over at once')
  return found
}

/** The same by a parser. */
function expected(node: JsonNode, depth: number, maxDepth: number): Report[] {
  const members = node.kind === 'map' ? node.members : []
  const inside: Report[] = []
  for (const { keyStart, keyEnd, value } of members) {
    inside.push(['key', keyStart, keyEnd, depth + 1], ...expected(value, depth + 1, maxDepth))
  }
  if (node.kind === 'list') inside.push(...node.items.flatMap((item) => expected(item, depth + 1, maxDepth)))
  const own: Report = ['value', node.start, node.end, depth]
  return [...inside, own].filter((report) => report[3] <= maxDepth)
}

function cut(text: Buffer, places: readonly number[]): RawJson {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return { chunks: sorted.slice(1).map((end, i) => text.subarray(sorted[i], end)), length: text.length }
}

const places = fc.array(fc.nat(10_000), { maxLength: 6 })

t.test('every key and value is reported down to the depth asked for, however the text is cut', async () => {
  const ascii = fc.jsonValue({ maxDepth: 5 }).map((value) => value === null || typeof value === 'number' || typeof value === 'boolean' ? [value] : value)
  const property = fc.property(ascii, fc.nat(3), fc.nat(4), places, (value, indent, maxDepth, cuts) => {
    const text = Buffer.from(JSON.stringify(value, null, indent))
    // One character a byte, so that offsets are the same.
    const { root } = parseJson(text.toString('latin1'), { dialect: 'command' })
    deepStrictEqual(reports(cut(text, cuts), maxDepth), root === null ? null : expected(root, 0, maxDepth))
  })
  fc.assert(property, { seed, numRuns: 1000 })
})

t.test('both dialects are walked over', async (t) => {
  for (const text of ['\f[ +1., ]\b', '["a\nb\u0000"]', '["\\ud83d"]', '[.5e-07]']) {
    t.same(reports(rawJson(text), 0).map(([kind]) => kind), ['value'], JSON.stringify(text))
  }
})

t.test('what is no JSON is an error, not a text without what was looked for', async (t) => {
  for (const text of ['', '{', '{ "password": x }', '[1,,2]', '{} {', '["a']) {
    t.throws(() => reports(rawJson(text), 1), /should be JSON/, text)
  }
})

t.test('other work has its turn while a large text is walked over', async (t) => {
  const text = rawJson(`[${'"a", '.repeat(400_000)}1]`)
  let turns = 0
  const count = (): void => {
    turns++
    running = setImmediate(count)
  }
  let running = setImmediate(count)
  const handler = { maxDepth: 0, chunk: () => undefined, key: () => undefined, value: () => undefined }
  await allSteps(walk(text, handler), text)
  clearImmediate(running)
  t.ok(turns >= 20, `${turns} turns`)
})

t.test('parts of a text are copied and replaced, wherever its chunks end', async (t) => {
  const text = Buffer.from('0123456789')
  const parts = fc.uniqueArray(fc.nat(10), { minLength: 2, maxLength: 8 }).map((ends) => ends.sort((a, b) => a - b))
  const property = fc.property(parts, places, (ends, cuts) => {
    const splice = new Splice(cut(text, cuts))
    let wanted = ''
    let kept = 0
    for (let i = 0; i + 1 < ends.length; i += 2) {
      const [start = 0, end = 0] = ends.slice(i)
      deepStrictEqual(splice.copy(start, end).toString(), text.toString('latin1', start, end))
      splice.replace(start, end, Buffer.from('<>'))
      wanted += `${text.toString('latin1', kept, start)}<>`
      kept = end
    }
    deepStrictEqual(rawToString(splice.result()), wanted + text.toString('latin1', kept))
  })
  fc.assert(property, { seed, numRuns: 1000 })
  const whole = rawJson('[]')
  t.equal(new Splice(whole).result(), whole, 'without a replacement it is the text itself')
})
