// What a module prints becomes lines, and a flood becomes one line that counts it.

import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { LineQuota } from '../../src/hook/line-quota.ts'
import { PrintedLines } from '../../src/hook/printed-lines.ts'

const wide = { maxLines: 1000, interval: 60_000 }

t.test('lines are the same wherever they are cut, and the last needs no end', async (t) => {
  const text = 'one\n\ntwo ä three\r\nfour'
  for (const size of [1, 2, 3, 100]) {
    const lines: string[] = []
    const printed = new PrintedLines(new LineQuota(wide, () => undefined), (line) => lines.push(line))
    const bytes = Buffer.from(text)
    for (let at = 0; at < bytes.length; at += size) printed.push(bytes.subarray(at, at + size))
    printed.end()
    t.same(lines, ['one', '', 'two ä three\r', 'four'])
  }
})

t.test('a line without an end is kept up to its limit', async (t) => {
  const lines: string[] = []
  const printed = new PrintedLines(new LineQuota(wide, () => undefined), (line) => lines.push(line))
  for (let i = 0; i < 1000; i++) printed.push(Buffer.alloc(65_536, 'x'))
  printed.push(Buffer.from('\nnext\n'))
  t.same(lines.map(({ length }) => length), [2000, 4])
})

t.test('a line is not cut inside a character', async (t) => {
  const lines: string[] = []
  const printed = new PrintedLines(new LineQuota(wide, () => undefined), (line) => lines.push(line))
  printed.push(Buffer.from(`x${'ä'.repeat(1500)}\n`))
  t.same(lines, [`x${'ä'.repeat(999)}`])
})

t.test('what is left out is counted, and the next interval is a new one', async (t) => {
  const leftOut: number[] = []
  const lines: string[] = []
  const quota = new LineQuota({ maxLines: 3, interval: 10 }, (count) => leftOut.push(count))
  const printed = new PrintedLines(quota, (line) => lines.push(line))
  printed.push(Buffer.from('1\n2\n3\n4\n5\n6\n7'))
  t.same(lines, ['1', '2', '3'])
  while (leftOut.length === 0) await setTimeout(5)
  t.same(leftOut, [3])
  printed.push(Buffer.from('8\n9\n'))
  t.same(lines.slice(3), ['8', '9'])
})
