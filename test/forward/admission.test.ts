// The gate in front of a control socket: how many run, how many wait, and whose turn it is.

import t from 'tap'
import type { QueuedRequest } from '../../src/forward/fair-limiter.ts'
import { FairLimiter } from '../../src/forward/fair-limiter.ts'

/** A ticket that writes down what happens to it, in one list with the others of its test. */
function ticket(client: string, name: string, events: string[], state: 'gone' | 'late' | 'waiting' = 'waiting'): QueuedRequest {
  return {
    client,
    isClientGone: () => state === 'gone',
    expired: () => state === 'late',
    wait: () => void events.push(`${name} waits`),
    start: () => void events.push(`${name} starts`),
    refuse: (reason) => void events.push(`${name} refused: ${reason}`),
    onTimeout: () => void events.push(`${name} is late`),
  }
}

t.test('commands start at once up to the limit, then wait, then are refused', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(2, 1)
  for (const name of ['a', 'b', 'c', 'd']) admission.acquire(ticket('x', name, events))
  t.same(events.slice(0, 3), ['a starts', 'b starts', 'c waits'])
  t.match(events[3], /^d refused: .*limited to 2 at a time and 1 waiting; this one was not sent$/)
  t.end()
})

t.test('with no room for waiting, what cannot start is refused', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 0)
  admission.acquire(ticket('x', 'a', events))
  admission.acquire(ticket('x', 'b', events))
  admission.release()
  admission.acquire(ticket('x', 'c', events))
  t.match(events, ['a starts', /^b refused/, 'c starts'])
  t.end()
})

t.test('clients take turns, each in the order of its own commands', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 10)
  admission.acquire(ticket('busy', 'first', events))
  for (const name of ['b1', 'b2', 'b3']) admission.acquire(ticket('busy', name, events))
  for (const name of ['c1', 'c2']) admission.acquire(ticket('calm', name, events))
  admission.acquire(ticket('new', 'n1', events))
  events.length = 0
  for (let i = 0; i < 7; i++) admission.release()
  t.same(events, ['b1', 'c1', 'n1', 'b2', 'c2', 'b3'].map((name) => `${name} starts`))
  t.end()
})

t.test('a client that fills the queue cannot keep another out', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 3)
  for (const name of ['f0', 'f1', 'f2', 'f3', 'f4']) admission.acquire(ticket('flood', name, events))
  events.length = 0
  admission.acquire(ticket('other', 'o1', events))
  t.match(events, [/^f3 refused/, 'o1 waits'], 'the newest of the longest queue makes room')
  events.length = 0
  admission.acquire(ticket('other', 'o2', events))
  t.match(events, [/^o2 refused/], 'but not for one who would then have the longest')
  admission.acquire(ticket('flood', 'f5', events))
  t.match(events[1], /^f5 refused/)
  t.end()
})

t.test('what a vanished client left waiting is dropped at the latest when its turn comes', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 3)
  for (const name of ['running', 'b', 'c']) admission.acquire(ticket('x', name, events))
  events.length = 0
  admission.cancel(ticket('x', 'stranger', events))
  admission.release()
  admission.acquire(ticket('y', 'ghost2', events, 'gone'))
  admission.release()
  admission.release()
  t.match(events, ['b starts', 'ghost2 waits', 'c starts', /^ghost2 refused: .*went away/])
  t.end()
})

t.test('a withdrawn command gives its place back', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 1)
  const impatient = ticket('x', 'b', events)
  admission.acquire(ticket('x', 'a', events))
  admission.acquire(impatient)
  admission.cancel(impatient)
  admission.acquire(ticket('x', 'c', events))
  admission.release()
  t.same(events, ['a starts', 'b waits', 'c waits', 'c starts'])
  t.end()
})

t.test('closing refuses what waits and what comes, and lets run what runs', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 2)
  for (const name of ['a', 'b', 'c']) admission.acquire(ticket('x', name, events))
  events.length = 0
  admission.close()
  admission.acquire(ticket('x', 'd', events))
  admission.release()
  t.match(events, [/^b refused: keagate is stopping/, /^c refused/, /^d refused/])
  t.end()
})

t.test('what comes late to its turn is told so, and the next one starts', (t) => {
  const events: string[] = []
  const admission = new FairLimiter(1, 3)
  admission.acquire(ticket('x', 'a', events))
  for (const name of ['b', 'c']) admission.acquire(ticket(name, name, events, 'late'))
  admission.acquire(ticket('d', 'd', events))
  events.length = 0
  admission.release()
  t.same(events, ['b is late', 'c is late', 'd starts'])
  t.same(admission.load(), { inFlight: 1, waiting: 0 })
  t.end()
})
