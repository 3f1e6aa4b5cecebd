// Who gets a place for a connection, and who gives one up.

import t from 'tap'
import { ConnectionSlots } from '../../src/shares/connection-slots.ts'
import type { ConnectionSlot, EvictedState } from '../../src/shares/connection-slots.ts'

interface Made {
  readonly slots: ConnectionSlots
  readonly evicted: [string, EvictedState][]
  readonly refused: string[]
  /** Takes so many places; those that were had, in their order. */
  readonly take: (address: string, count?: number) => ConnectionSlot[]
}

function make(limit: number): Made {
  const evicted: [string, EvictedState][] = []
  const refused: string[] = []
  const slots = new ConnectionSlots({
    limit: () => limit,
    onEvicted: (address, state) => evicted.push([address, state]),
    onRefused: (address) => refused.push(address),
  })
  const take = (address: string, count = 1): ConnectionSlot[] =>
    Array.from({ length: count }, () => slots.admit(address)).filter((slot) => slot !== null)
  return { slots, evicted, refused, take }
}

t.test('far from the limit an address may have as many as it likes', (t) => {
  const { slots, evicted, take } = make(100)
  t.equal(take('192.0.2.1', 75).length, 75)
  t.same(evicted, [])
  t.equal(slots.size, 75)
  t.end()
})

t.test('near the limit an address with half of it gives up its longest silent one', (t) => {
  const { slots, evicted, take } = make(100)
  const ended: number[] = []
  for (const [index, slot] of take('192.0.2.1', 75).entries()) slot.evict = () => ended.push(index)
  t.equal(take('192.0.2.1', 3).length, 3)
  t.same(evicted, Array.from({ length: 3 }, () => ['192.0.2.1', 'new']))
  t.same(ended, [0, 1, 2])
  t.equal(slots.size, 75)
  t.equal(take('192.0.2.2', 25).length, 25, 'another address gets what is left')
  t.equal(take('192.0.2.2').length, 1, 'and more, of the one that has most')
  t.equal(slots.size, 100)
  t.end()
})

t.test('a connection that runs a command is never closed to make room', (t) => {
  const { refused, evicted, take } = make(4)
  for (const address of ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.2']) {
    for (const slot of take(address)) slot.busy = true
  }
  t.equal(take('192.0.2.3').length, 0)
  t.same(refused, ['192.0.2.3'])
  t.same(evicted, [])
  t.end()
})

t.test('a connection with an answered command outlives those without', (t) => {
  const { evicted, take } = make(8)
  const [poller] = take('192.0.2.1')
  poller?.markServed()
  let lost = false
  if (poller !== undefined) poller.evict = () => (lost = true)
  take('192.0.2.1', 20)
  t.notOk(lost)
  t.ok(evicted.every(([, state]) => state === 'new'))
  t.end()
})

t.test('one network of IPv6 counts as one address', (t) => {
  const { evicted, take } = make(8)
  for (let each = 1; each <= 20; each++) take(`2001:db8::${each.toString(16)}`)
  t.ok(evicted.length > 0)
  t.equal(take('2001:db8:0:1::1').length, 1)
  t.end()
})

t.test('released places are free again', (t) => {
  const { slots, take } = make(4)
  for (const slot of take('192.0.2.1', 4)) {
    slot.release()
    slot.release()
  }
  t.equal(slots.size, 0)
  t.end()
})
