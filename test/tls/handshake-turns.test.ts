// Handshakes start a few at a time, and networks take turns.

import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { HandshakeTurns } from '../../src/tls/server/handshake-turns.ts'

t.test('few start at once, the rest in later turns of the event loop', async (t) => {
  const turns = new HandshakeTurns()
  const begun: number[] = []
  for (let i = 0; i < 10; i++) turns.start('192.0.2.1', () => begun.push(i))
  const first = begun.length
  t.ok(first >= 1 && first < 10, `${first} at once`)
  await setImmediate()
  t.ok(begun.length > first && begun.length <= 2 * first, `${begun.length} after a turn`)
  for (let left = 10; begun.length < 10 && left > 0; left--) await setImmediate()
  t.same(begun, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 'in order')
  await setImmediate()
  turns.start('192.0.2.1', () => begun.push(10))
  t.equal(begun.at(-1), 10, 'at once again')
})

t.test('a flood of one network does not delay another', async (t) => {
  const turns = new HandshakeTurns()
  let flood = 0
  for (let i = 0; i < 500; i++) turns.start(`2001:db8::${i.toString(16)}`, () => flood++)
  let other = -1
  turns.start('192.0.2.9', () => (other = flood))
  for (let left = 500; flood < 500 && left > 0; left--) await setImmediate()
  t.equal(flood, 500)
  t.ok(other >= 0 && other < 20, `after ${other} of the flood`)
})
