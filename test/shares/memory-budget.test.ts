// How much bodies and answers take together: who is granted memory, who is refused, and that all of it comes back.

import fc from 'fast-check'
import t from 'tap'
import { MemoryBudget } from '../../src/shares/memory-budget.ts'
import { rawJson } from '../../src/json/raw.ts'
import { commandRequest, connectTo } from '../support/raw-client.ts'
import { HeldCommands, openDoor } from '../support/recording-server.ts'

const limit = 800
const client = { network: '192.0.2.1', user: null }

t.test('a client gets a quarter of what is not the reserve, another one as much', (t) => {
  const budget = new MemoryBudget({ limit: () => limit * 1024 })
  // An eighth is the reserve: 700 KiB are left, a quarter of them is 175 KiB.
  const large = budget.tryReserve(client, 175 * 1024)
  t.ok(large)
  t.equal(large?.tryReserve(1), false)
  t.ok(budget.tryReserve({ network: '192.0.2.2', user: null }, 175 * 1024))
  large?.release()
  t.ok(budget.tryReserve(client, 175 * 1024), 'what was released can be reserved again')
  t.end()
})

t.test('small commands are served while four clients have all the rest, also those of a fifth', (t) => {
  const reasons: string[] = []
  const budget = new MemoryBudget({ limit: () => limit * 1024, onRefused: (_client, reason) => reasons.push(reason) })
  for (let each = 1; each <= 4; each++) t.ok(budget.tryReserve({ network: `192.0.2.${each}`, user: null }, 175 * 1024))
  t.equal(budget.tryReserve({ network: '192.0.2.5', user: null }, 100 * 1024), null)
  t.same(reasons, ['total'])
  t.ok(budget.tryReserve({ network: '192.0.2.5', user: null }, 1024))
  t.ok(budget.tryReserve(client, 1024), 'a client that has its share gets a small one')
  t.end()
})

t.test('a second user of an address is served beside the first', (t) => {
  const budget = new MemoryBudget({ limit: () => limit * 1024 })
  t.ok(budget.tryReserve({ network: '192.0.2.1', user: 'anna' }, 175 * 1024))
  t.equal(budget.tryReserve({ network: '192.0.2.9', user: 'anna' }, 65 * 1024), null, 'the same user from elsewhere')
  t.ok(budget.tryReserve({ network: '192.0.2.1', user: 'bert' }, 175 * 1024))
  t.equal(budget.tryReserve({ network: '192.0.2.1', user: 'carl' }, 65 * 1024), null, 'half is for all users of an address')
  t.end()
})

t.test('whatever is reserved and released, the limit holds and the sum is right', (t) => {
  const seed = Date.now() | 0
  t.comment(`seed ${seed}`)
  const step = fc.record({ who: fc.nat(9), bytes: fc.integer({ min: -500, max: 500 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const budget = new MemoryBudget({ limit: () => 10_000 })
      const reservations = Array.from({ length: 10 }, (_, who) => budget.open({ network: String(who), user: null }))
      for (const { who, bytes } of steps) {
        if (bytes >= 0) reservations[who]?.tryReserve(bytes)
        else reservations[who]?.release(-bytes)
        const sum = reservations.reduce((total, each) => total + each.reserved, 0)
        if (sum !== budget.reserved || sum > 10_000) return false
      }
      for (const reservation of reservations) reservation.release()
      return budget.reserved === 0
    }),
    { seed },
  )
  t.end()
})

const json = 'Content-Type: application/json'

t.test('a body that finds no room is a 503 and a line in the log; a small one passes meanwhile', async (t) => {
  const door = await openDoor(t, { limits: { maxBuffered: 1_000_000 } })
  const filling = await connectTo(t, door.port)
  const head = ['POST / HTTP/1.1', 'Host: a', json, 'Content-Length: 600000', '', ''].join('\r\n')
  filling.send(head + '{ "command": "x", '.padEnd(600_000))
  t.match(await filling.rest(), [{ status: 503, headers: new Map([['retry-after', '1'], ['connection', 'close']]) }])
  t.equal(door.log.count('KEAGATE_MEMORY_LIMIT'), 1)

  const holding = await connectTo(t, door.port)
  holding.send(head + '{ "command": "held", '.padEnd(200_000))
  const small = await connectTo(t, door.port)
  small.send(commandRequest('small'))
  t.equal((await small.answer()).status, 200)
  holding.send('"service": [] }'.padEnd(400_000))
  t.match(await holding.rest(), [{ status: 503 }], 'what was refused before has been given back')
  t.same(door.names(), ['small'])
})

t.test('memory comes back however a request ends', async (t) => {
  const commands = new HeldCommands()
  const door = await openDoor(t, {
    limits: { maxBuffered: 2_000_000, maxBodySize: 450_000 },
    answer: (ran) => (ran.name === 'held' ? commands.answer(ran) : rawJson('[]')),
  })
  const body = (name: string, end = ' }'): string => `{ "command": "${name}"${end}`.padEnd(400_000)
  const head = ['POST / HTTP/1.1', 'Host: a', json, 'Content-Length: 400000', '', ''].join('\r\n')
  // Each of them needs more than half of what its client may have: one that kept its share would be seen by the next.
  const endings: readonly (readonly [string, () => Promise<unknown>])[] = [
    ['an answer', async () => {
      const client = await connectTo(t, door.port)
      client.send(head + body('x'))
      return client.answer()
    }],
    ['bad JSON', async () => {
      const client = await connectTo(t, door.port)
      client.send(head + body('x', ' ]'))
      return client.answer()
    }],
    ['a client that leaves amid its body', async () => {
      const client = await connectTo(t, door.port)
      await client.sent(head + body('x').slice(0, 399_999))
      client.socket.resetAndDestroy()
      await door.log.seen('KEAGATE_CONNECTION_ERROR')
    }],
    ['a client that leaves while its command runs', async () => {
      const open = door.server.connections()
      const client = await connectTo(t, door.port)
      client.send(head + body('held'))
      await commands.started(1)
      client.socket.resetAndDestroy()
      while (door.server.connections() > open) await new Promise((resolve) => setImmediate(resolve))
      commands.release()
    }],
  ]
  for (const [name, end] of endings) {
    await end()
    const client = await connectTo(t, door.port)
    client.send(head + body('x'))
    t.equal((await client.answer()).status, 200, `after ${name}`)
    client.end()
    await client.closed
  }
})
