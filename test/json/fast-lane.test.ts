// The fast lane is only a shortcut: with it and without it a text is the same, whatever it is and however it is cut.

import fc from 'fast-check'
import t from 'tap'
import { Automaton } from '../../src/json/automaton.ts'
import { hurry } from '../../src/json/hurry.ts'
import { landing } from '../../src/json/landing.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

/** All that an automaton tells of a text in chunks; `landing`: as the system puts them where the fast lane reads. */
function reading(chunks: readonly Uint8Array[], fast: boolean | 'landing'): unknown {
  const automaton = new Automaton('answer', null)
  let base = 0
  for (const each of chunks) {
    const chunk = fast === 'landing' ? landed(each) : each
    base += fast === false ? automaton.run(chunk, base) : hurry(automaton, chunk, base)
    if (automaton.problem !== null || automaton.end >= 0) break
  }
  const { problem, start, end, escapes } = automaton
  // Once a text is refused, nobody asks how it might have ended.
  const ending = problem === null ? automaton.ending(base) : null
  return { problem, start, end, base, wide: escapes.wide, ending, map: automaton.isMap() }
}

/** Behind it stands what a read before it has left. */
function landed(chunk: Uint8Array): Uint8Array {
  landing.fill(0x22)
  landing.set(chunk)
  return landing.subarray(0, chunk.length)
}

function cut(text: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return sorted.slice(1).map((end, i) => text.subarray(sorted[i], end))
}

const lease = (index: number): object => ({
  'client-id': '42:42:42:42', cltt: 1_600_000_000 + index, 'fqdn-fwd': false, 'fqdn-rev': true, hostname: `host-${index}`,
  'user-context': { note: 'a "quoted" word, a \\ and a line\nend', factor: -1.5e3, none: null, list: [[], {}, [0, -7]] },
})
const leases = Array.from({ length: 40 }, (_, index) => lease(index))
/** As Kea prints it: blanks behind commas and colons, and inside brackets. */
const printed = JSON.stringify({ leases }, null, 1).replaceAll(/\n */g, ' ')
const spellings = [printed, JSON.stringify({ leases }), JSON.stringify({ leases }, null, 1), JSON.stringify([leases, 'ß→😀', '\u0001'])]

t.test('what daemons send is read alike at every cut', async (t) => {
  for (const spelling of spellings) {
    const text = Buffer.from(`${spelling} {`)
    const whole = reading([text], false)
    t.same(reading([text], true), whole)
    t.match(whole, { problem: null, end: Buffer.byteLength(spelling) })
    for (let place = 0; place <= text.length; place++) {
      const chunks = [text.subarray(0, place), text.subarray(place)]
      const slow = reading(chunks, false)
      for (const way of [true, 'landing'] as const) {
        const fast = reading(chunks, way)
        if (JSON.stringify(fast) !== JSON.stringify(slow)) t.same(fast, slow, `cut at ${place}, ${way}`)
      }
    }
  }
})

t.test('a text with any byte changed is read alike', async (t) => {
  const check = (spelling: string, changes: readonly (readonly [number, number])[], cuts: readonly number[]): void => {
    const text = Buffer.from(spelling)
    for (const [place, byte] of changes) text[place % text.length] = byte
    const slow = reading(cut(text, cuts), false)
    t.same(reading(cut(text, cuts), true), slow)
    t.same(reading(cut(text, cuts), 'landing'), slow)
  }
  const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from('{}[]",:\\ 0-.eutfn\n\0'))))
  const property = fc.property(
    fc.constantFrom(...spellings), fc.array(change, { maxLength: 2 }), fc.array(fc.nat(), { maxLength: 4 }), check,
  )
  fc.assert(property, { seed, numRuns: 400 })
})

t.test('any JSON, and any mixture of its tokens, is read alike', async (t) => {
  const tokens = ['{', '}', '[', ']', '"', ':', ',', ' ', '  ', '\n', '\\', '\\"', '\\u00e9', '0', '00', '-', '17', '1.5', '1e3',
    'true', 'false', 'null', 'nul', 'a', '"key"', '"key": ', '"key":', '\u0000', '\u001f', 'é', '"sixteen bytes and a few more"']
  const text = fc.oneof(fc.json(), fc.array(fc.constantFrom(...tokens), { maxLength: 40 }).map((parts) => `[${parts.join('')}`))
  const property = fc.property(text, fc.array(fc.nat(), { maxLength: 3 }), (any, cuts) => {
    const chunks = cut(Buffer.from(any), cuts)
    t.same(reading(chunks, true), reading(chunks, false))
  })
  fc.assert(property, { seed, numRuns: 1500 })
})

t.test('depth is limited, and texts larger than the memory of the lane are read', async (t) => {
  for (const depth of [99, 100, 101]) {
    const text = Buffer.from(`${'[ '.repeat(depth)}"${'x'.repeat(300)}"${' ]'.repeat(depth)}`)
    t.same(reading([text], true), reading([text], false))
  }
  const large = Buffer.from(JSON.stringify(Array.from({ length: 5000 }, (_, index) => lease(index))))
  const fast = reading([large], true)
  t.same(fast, reading([large], false))
  t.match(fast, { problem: null, end: large.length })
})
