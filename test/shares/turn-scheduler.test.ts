// The order in which work of many clients is done.

import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { TurnScheduler } from '../../src/shares/turn-scheduler.ts'

t.test('clients take turns, however much one of them has to do', async (t) => {
  const turns = new TurnScheduler()
  const done: string[] = []
  for (let i = 0; i < 4; i++) turns.schedule('large', () => done.push('large'))
  turns.schedule('small', () => done.push('small'))
  turns.schedule('other', () => done.push('other'))
  t.same(done, [], 'nothing runs in the turn that asks for it')
  while (done.length < 6) await setImmediate()
  t.same(done, ['large', 'small', 'other', 'large', 'large', 'large'])
})

t.test('work of one client runs once in each turn of the event loop', async (t) => {
  const turns = new TurnScheduler()
  let count = 0
  for (let i = 0; i < 3; i++) turns.schedule('a', () => count++)
  const seen: number[] = []
  while (count < 3) {
    await setImmediate()
    seen.push(count)
  }
  for (let i = 1; i < seen.length; i++) t.ok((seen[i] ?? 0) - (seen[i - 1] ?? 0) <= 1)
})

t.test('a round that has taken its time is left for the next turn', async (t) => {
  const turns = new TurnScheduler()
  const done: string[] = []
  const busy = (name: string) => (): void => {
    for (const end = performance.now() + 6; performance.now() < end;);
    done.push(name)
  }
  turns.schedule('a', busy('a'))
  turns.schedule('b', busy('b'))
  while (done.length === 0) await setImmediate()
  t.same(done, ['a'])
  while (done.length === 1) await setImmediate()
  t.same(done, ['a', 'b'])
})
