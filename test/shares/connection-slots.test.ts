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

t.test('an address that many clients come from may have more than half', (t) => {
  const { slots, evicted, take } = make(100)
  for (let count = 0; count < 100; count++) t.ok(slots.admit('192.0.2.10', true))
  t.same(evicted, [])
  t.equal(take('192.0.2.2').length, 1, 'but it gives way to others, as it holds most')
  t.same(evicted, [['192.0.2.10', 'new']])
  t.end()
})

t.test('a connection of a proxy counts for the client that uses it', (t) => {
  const { slots, evicted, refused, take } = make(8)
  const [shared, ...others] = Array.from({ length: 4 }, () => slots.admit('192.0.2.10', true))
  t.equal(shared?.moveTo('192.0.2.1'), true)
  t.equal(shared?.moveTo('192.0.2.1'), true, 'again')
  t.equal(slots.size, 4)
  // Three more of that client: it has half of all places.
  const own = take('192.0.2.1', 3)
  for (const slot of own) slot.busy = true
  if (shared !== undefined && shared !== null) shared.busy = true
  t.equal(others[0]?.moveTo('192.0.2.1'), false, 'near the limit it gets no fifth, as all of its own are busy')
  t.same(refused, ['192.0.2.1'])
  t.same(evicted, [])
  t.equal(slots.size, 7)
  own[0]?.release()
  t.equal(others[0]?.moveTo('192.0.2.1'), true)
  t.equal(others[1]?.moveTo('2001:db8::1'), true)
  for (const slot of [shared, ...others, ...own]) slot?.release()
  t.equal(slots.size, 0)
  t.equal(take('192.0.2.1', 6).length, 6, 'nothing is left of what was moved')
  t.end()
})

t.test('a connection that finds no place with its client stays where it was', (t) => {
  let limit = 4
  const refused: string[] = []
  const slots = new ConnectionSlots({ limit: () => limit, onRefused: (address) => refused.push(address) })
  const proxied = slots.admit('192.0.2.10', true)
  const busy = ['192.0.2.1', '192.0.2.1', '192.0.2.2'].map((address) => slots.admit(address))
  for (const slot of busy) if (slot !== null) slot.busy = true
  limit = 1
  t.equal(proxied?.moveTo('192.0.2.3'), false)
  t.same(refused, ['192.0.2.3'])
  t.equal(slots.size, 4)
  for (const slot of [proxied, ...busy]) slot?.release()
  t.equal(slots.size, 0)
  t.ok(slots.admit('192.0.2.10'))
  t.end()
})
