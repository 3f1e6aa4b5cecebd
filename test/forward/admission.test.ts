// The gate in front of a control socket: how many run, how many wait, and whose turn it is.

import t from 'tap'
import type { Ticket } from '../../src/forward/fair-limiter.ts'
import { Admission } from '../../src/forward/fair-limiter.ts'

/** A ticket that writes down what happens to it, in one list with the others of its test. */
function ticket(client: string, name: string, events: string[], state: 'gone' | 'late' | 'waiting' = 'waiting'): Ticket {
  return {
    client,
    gone: () => state === 'gone',
    late: () => state === 'late',
    wait: () => void events.push(`${name} waits`),
    start: () => void events.push(`${name} starts`),
    refuse: (reason) => void events.push(`${name} refused: ${reason}`),
    timeUp: () => void events.push(`${name} is late`),
  }
}

t.test('commands start at once up to the limit, then wait, then are refused', (t) => {
  const events: string[] = []
  const admission = new Admission(2, 1)
  for (const name of ['a', 'b', 'c', 'd']) admission.enter(ticket('x', name, events))
  t.same(events.slice(0, 3), ['a starts', 'b starts', 'c waits'])
  t.match(events[3], /^d refused: .*limited to 2 at a time and 1 waiting; this one was not sent$/)
  t.end()
})

t.test('with no room for waiting, what cannot start is refused', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 0)
  admission.enter(ticket('x', 'a', events))
  admission.enter(ticket('x', 'b', events))
  admission.leave()
  admission.enter(ticket('x', 'c', events))
  t.match(events, ['a starts', /^b refused/, 'c starts'])
  t.end()
})

t.test('clients take turns, each in the order of its own commands', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 10)
  admission.enter(ticket('busy', 'first', events))
  for (const name of ['b1', 'b2', 'b3']) admission.enter(ticket('busy', name, events))
  for (const name of ['c1', 'c2']) admission.enter(ticket('calm', name, events))
  admission.enter(ticket('new', 'n1', events))
  events.length = 0
  for (let i = 0; i < 7; i++) admission.leave()
  t.same(events, ['b1', 'c1', 'n1', 'b2', 'c2', 'b3'].map((name) => `${name} starts`))
  t.end()
})

t.test('a client that fills the queue cannot keep another out', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 3)
  for (const name of ['f0', 'f1', 'f2', 'f3', 'f4']) admission.enter(ticket('flood', name, events))
  events.length = 0
  admission.enter(ticket('other', 'o1', events))
  t.match(events, [/^f3 refused/, 'o1 waits'], 'the newest of the longest queue makes room')
  events.length = 0
  admission.enter(ticket('other', 'o2', events))
  t.match(events, [/^o2 refused/], 'but not for one who would then have the longest')
  admission.enter(ticket('flood', 'f5', events))
  t.match(events[1], /^f5 refused/)
  t.end()
})

t.test('what a vanished client left waiting is dropped at the latest when its turn comes', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 3)
  for (const name of ['running', 'b', 'c']) admission.enter(ticket('x', name, events))
  events.length = 0
  admission.withdraw(ticket('x', 'stranger', events))
  admission.leave()
  admission.enter(ticket('y', 'ghost2', events, 'gone'))
  admission.leave()
  admission.leave()
  t.match(events, ['b starts', 'ghost2 waits', 'c starts', /^ghost2 refused: .*went away/])
  t.end()
})

t.test('a withdrawn command gives its place back', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 1)
  const impatient = ticket('x', 'b', events)
  admission.enter(ticket('x', 'a', events))
  admission.enter(impatient)
  admission.withdraw(impatient)
  admission.enter(ticket('x', 'c', events))
  admission.leave()
  t.same(events, ['a starts', 'b waits', 'c waits', 'c starts'])
  t.end()
})

t.test('closing refuses what waits and what comes, and lets run what runs', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 2)
  for (const name of ['a', 'b', 'c']) admission.enter(ticket('x', name, events))
  events.length = 0
  admission.close()
  admission.enter(ticket('x', 'd', events))
  admission.leave()
  t.match(events, [/^b refused: keagate is stopping/, /^c refused/, /^d refused/])
  t.end()
})

t.test('what comes late to its turn is told so, and the next one starts', (t) => {
  const events: string[] = []
  const admission = new Admission(1, 3)
  admission.enter(ticket('x', 'a', events))
  for (const name of ['b', 'c']) admission.enter(ticket(name, name, events, 'late'))
  admission.enter(ticket('d', 'd', events))
  events.length = 0
  admission.leave()
  t.same(events, ['b is late', 'c is late', 'd starts'])
  t.same(admission.load(), { inFlight: 1, waiting: 0 })
  t.end()
})
