// Memory that is used again: only once nobody has it any more, and not for ever.

import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { giveBlocksBack, takeBlock } from '../../src/json/block.ts'

t.test('a block that was given back is the next one taken', async (t) => {
  const one = takeBlock()
  const other = takeBlock()
  t.not(one.buffer, other.buffer)
  // By any parts of it, however many, and beside memory that is no block.
  giveBlocksBack([new Uint8Array(10), one.subarray(5, 10), one.subarray(100), Buffer.from('text')])
  const again = takeBlock()
  t.equal(again.buffer, one.buffer)
  t.equal(again.length, one.length)
  t.not(takeBlock().buffer, one.buffer, 'nobody else gets it')
  giveBlocksBack([again, again])
  t.equal(takeBlock().buffer, one.buffer)
  t.not(takeBlock().buffer, one.buffer, 'given back twice, it is there once')
})

t.test('not more than a few are kept, and those not for long', async (t) => {
  const blocks = Array.from({ length: 100 }, takeBlock)
  giveBlocksBack(blocks)
  const known = new Set(blocks.map(({ buffer }) => buffer))
  const kept = Array.from({ length: 100 }, takeBlock).filter(({ buffer }) => known.has(buffer))
  t.ok(kept.length > 0 && kept.length < 50, `${kept.length} of 100 were kept`)
  giveBlocksBack(kept)
  const left = new Set(kept.map(({ buffer }) => buffer))
  // Two rounds of the clock that looks for idleness, which does not keep a process alive.
  await setTimeout(5000)
  t.notOk(left.has(takeBlock().buffer), 'once there is nothing to do, they are let go')
})
