// How much bodies and answers take together: who is granted memory, who is refused, and that all of it comes back.

import fc from 'fast-check'
import t from 'tap'
import { MemoryBudget } from '../../../src/http/request/memory-budget.ts'
import { rawJson } from '../../../src/json/raw.ts'
import { commandRequest, connectTo } from '../raw-client.ts'
import { HeldCommands, openDoor } from '../recording-door.ts'

t.test('one holder gets half, the next one half of what is left, and so on', (t) => {
  const budget = new MemoryBudget()
  const grants = [512, 256, 128].map((share) => {
    const holding = budget.open(1024)
    t.ok(holding.tryReserve(share))
    t.notOk(holding.tryReserve(1), 'not a byte more than what is left free')
    return holding
  })
  t.equal(budget.reserved, 896)
  t.ok(budget.open(1024).tryReserve(64), 'a small one is granted beside large ones')
  for (const holding of grants) holding.release(holding.reserved)
  t.equal(budget.reserved, 64)
  t.end()
})

t.test('whatever is asked and given back, the limit holds, the sum is right, and a newcomer finds room', (t) => {
  const seed = Date.now() | 0
  t.comment(`seed ${seed}`)
  const step = fc.record({ who: fc.nat(9), bytes: fc.integer({ min: -500, max: 500 }) })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const limit = 10_000
      const budget = new MemoryBudget()
      const holdings = Array.from({ length: 10 }, () => budget.open(limit))
      for (const { who, bytes } of steps) {
        if (bytes >= 0) holdings[who]?.tryReserve(bytes)
        else holdings[who]?.release(-bytes)
        const sum = holdings.reduce((total, each) => total + each.reserved, 0)
        if (sum !== budget.reserved || sum >= limit) return false
      }
      for (const holding of holdings) holding.release(Infinity)
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
  holding.send(head + '{ "command": "held", '.padEnd(480_000))
  const small = await connectTo(t, door.port)
  small.send(commandRequest('small'))
  t.equal((await small.answer()).status, 200)
  holding.send('"service": [] }'.padEnd(120_000))
  t.match(await holding.rest(), [{ status: 503 }], 'what was refused before has been given back')
  t.same(door.names(), ['small'])
})

t.test('memory comes back however a request ends', async (t) => {
  const commands = new HeldCommands()
  const door = await openDoor(t, {
    limits: { maxBuffered: 1_000_000, maxBodySize: 450_000 },
    answer: (ran) => (ran.name === 'held' ? commands.answer(ran) : rawJson('[]')),
  })
  const body = (name: string, end = ' }'): string => `{ "command": "${name}"${end}`.padEnd(400_000)
  const head = ['POST / HTTP/1.1', 'Host: a', json, 'Content-Length: 400000', '', ''].join('\r\n')
  // Each of them needs more than half of what is there: one that kept its share would be seen by the next.
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
