// What the benchmark makes of its samples, and that its page shows what was measured.

import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { chart } from './chart.ts'
import type { Contestant } from './contestants.ts'
import type { Sample } from './measure.ts'
import { readOptions } from './options.ts'
import { judgeAll, published, withTable } from './publish.ts'
import type { LineResult } from './results.ts'
import { formatResults, judge, median, merge, readResults } from './results.ts'
import { markdownTable, plainTable } from './table.ts'
import { chosenLines, lines } from './work.ts'
import type { Line } from './work.ts'

const root = path.resolve(import.meta.dirname, '../..')
const line = (id: string): Line => chosenLines([id])[0]!

function result(figures: Readonly<Record<Contestant, readonly (number | string)[]>>): LineResult {
  const samples = (who: Contestant): Sample[] => figures[who].map((value) => ({ value }))
  return { time: '2026-01-01T00:00:00Z', samples: { agent: samples('agent'), floor: samples('floor'), keagate: samples('keagate') } }
}

t.test('the page and the chart show the figures that are kept, of every line, and no others', async (t) => {
  const results = readResults(path.join(root, published.figures))
  const page = readFileSync(path.join(root, published.page), 'utf8')
  t.equal(withTable(page, results), page)
  const picture = path.join(root, published.chart)
  t.equal(existsSync(picture) ? readFileSync(picture, 'utf8') : null, results === null ? null : chart(judgeAll(results)))
  if (results !== null) t.same(Object.keys(results.lines).sort(), lines.map(({ id }) => id).sort())
})

t.test('what is published has a row, two bars and the machine', async (t) => {
  const some = result({ agent: [1], floor: [2], keagate: [2] })
  const machine = { processor: '2 x <fast>', memory: '4 GiB', system: 'Debian', node: 'v20' }
  const results = { machine, lines: Object.fromEntries(lines.map(({ id }) => [id, some])) }
  const page = withTable(readFileSync(path.join(root, published.page), 'utf8'), results)
  for (const { title } of lines) t.ok(page.includes(`| ${title} |`), title)
  t.match(page, /Medians of 1 rounds on `2 x <fast>`, 4 GiB, `Debian`; Node\.js\n`v20` /)
  t.equal(withTable(withTable(page, results), null), withTable(page, null), 'written again and taken out')
  const picture = chart(judgeAll(results))
  t.equal([...picture.matchAll(/<rect class="(?:keagate|agent)"/g)].length, 2 * lines.length)
  t.throws(() => judgeAll({ machine, lines: {} }), /the line "own-1" has not been measured/)
})

t.test('the chart has a logarithmic scale: ten times as much is as far everywhere', async (t) => {
  const [first, second] = [1, 100].map((value) => {
    const judged = [judge(line('own-32'), result({ agent: [value], floor: [10 * value], keagate: [100 * value] }))]
    return [...chart(judged).matchAll(/<rect class="\w+" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(([, x, length]) => [Number(x), Number(length)])
  })
  t.same(first, second, 'whatever the unit')
  t.same(first?.map(([, length]) => length), [205, 205], 'ten times and a tenth')
})

t.test('the middle counts, and one mistake makes a line void', async (t) => {
  t.equal(median([{ value: 9 }, { value: 1 }, { value: 3 }]), 3)
  t.equal(median([{ value: 1 }, { value: 4 }]), 2.5)
  t.equal(median([{ value: 1 }, { value: '2 errors' }]), '2 errors')
  t.equal(median([]), 'not measured')
  t.equal(judge(line('own-32'), result({ agent: [1], floor: [1], keagate: ['2 errors'] })).verdict, 'void')
  t.equal(judge(line('own-32'), result({ agent: ['2 errors'], floor: [1], keagate: [1] })).verdict, 'void')
})

t.test('a rate must reach what is demanded of it, both to the agent and to the floor', async (t) => {
  const verdict = (agent: number, floor: number): string =>
    judge(line('own-32'), result({ agent: [agent], floor: [floor], keagate: [100] })).verdict
  t.equal(verdict(30, 120), 'met')
  t.equal(verdict(60, 120), 'not met', 'to the agent')
  t.equal(verdict(30, 180), 'not met', 'to the floor')
})

t.test('a time or a size may not pass what is allowed', async (t) => {
  const verdict = (id: string, agent: number | string, floor: number, keagate: number): string =>
    judge(line(id), result({ agent: [agent], floor: [floor], keagate: [keagate] })).verdict
  t.equal(verdict('forward-1', 1, 1, 1), 'met')
  t.equal(verdict('forward-1', 0.9, 1, 1), 'not met')
  t.equal(verdict('start', 10, 100, 300), 'met', 'the agent may be quicker')
  t.equal(verdict('start', 10, 200, 301), 'not met', 'the limit')
  t.equal(verdict('memory-20', 100, 30, 46), 'not met', 'the ratio')
  t.equal(verdict('beside-hung', 'stalled', 2, 2.9), 'met')
  t.equal(verdict('beside-hung', 'stalled', 2, 3.1), 'not met')
  t.equal(verdict('tls-resumed', 'cannot', 100, 96), 'met')
  t.equal(verdict('memory-idle', 10, 50, 500), 'none', 'nothing is demanded')
})

t.test('pieces are put together, the latest of a line counts', async (t) => {
  const first = { machine: { node: 'v1' }, lines: { a: result({ agent: [1], floor: [1], keagate: [1] }), b: result({ agent: [2], floor: [2], keagate: [2] }) } }
  const second = { machine: { node: 'v2' }, lines: { b: result({ agent: [3], floor: [3.14159], keagate: [3] }) } }
  const both = merge(first, second)
  t.same(Object.keys(both.lines), ['a', 'b'])
  t.equal(both.machine['node'], 'v2')
  t.equal(median(both.lines['b']!.samples.agent), 3)
  const file = path.join(t.testdir({ 'results.json': formatResults(both) }), 'results.json')
  t.equal(readResults(file)!.lines['b']!.samples.floor[0]!.value, 3.142)
  t.same(merge(null, second), second)
})

t.test('both tables have a row for each line, with its ratios and what is demanded', async (t) => {
  const judged = [judge(line('large-1'), result({ agent: [4], floor: [1000], keagate: [800] }))]
  t.equal(
    markdownTable(judged).split('\n')[2],
    '| 1 MB answers, 8 clients | 4.0 /s | 1,000 /s | 800 /s | 200 x (≥ 50) | 0.80 x | met |',
  )
  t.match(plainTable(judged), /1 MB answers, 8 clients +4\.0 \/s +1,000 \/s +800 \/s +200 x \(≥ 50\)/)
})

t.test('lines are chosen by name or by beginning, and a wrong word is named', async (t) => {
  t.same(chosenLines(['own*', 'start']).map(({ id }) => id), ['own-1', 'own-32', 'start'])
  t.equal(chosenLines([]), lines)
  t.throws(() => chosenLines(['own']), /no line "own"; there are own-1, /)
  t.equal(readOptions(['--rounds', '3', '--only', 'a,b']).rounds, 3)
  t.throws(() => readOptions(['--rounds', '0']), /--rounds takes a whole number from 1 up, not "0"/)
  t.throws(() => readOptions(['--round', '3']))
  t.equal(new Set(lines.map(({ id }) => id)).size, lines.length)
})
