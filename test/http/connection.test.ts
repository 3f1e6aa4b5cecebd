// The life of a connection: order of its requests, time limits, refusals that end it, and the ways in which it ends.

import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import t from 'tap'
import { ConnectionTimeouts } from '../../src/http/connection/timeouts.ts'
import type { RawJson } from '../../src/json/raw.ts'
import { rawJson } from '../../src/json/raw.ts'
import { commandRequest, connectTo } from '../support/raw-client.ts'
import { defaultLimits, HeldCommands, openDoor } from '../support/recording-server.ts'

const json = 'Content-Type: application/json'
const unfinished = `POST / HTTP/1.1\r\n${json}\r\nContent-Length: 100\r\n\r\n{`

t.test('pipelined requests run one after another and are answered in order', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { answer: held.answer })
  const client = await connectTo(t, door.port)
  client.send(['a', 'b', 'c'].map((name) => commandRequest(name)).join(''))
  for (const [i, name] of ['a', 'b', 'c'].entries()) {
    await held.started(i + 1)
    t.equal(door.ran.length, i + 1, 'no other one runs meanwhile')
    held.release()
    t.match((await client.answer()).body, `"${name}"`)
  }
})

t.test('thousands of requests in one go are all answered, and not all read at once', async (t) => {
  const held = new HeldCommands()
  const sockets: Socket[] = []
  const door = await openDoor(t, { answer: held.answer }, (server, arrival) => {
    sockets.push(arrival.socket)
    server.serve(arrival)
  })
  const client = await connectTo(t, door.port)
  const names = Array.from({ length: 5000 }, (_, i) => `command-${i}`)
  const bytes = names.map((name) => commandRequest(name)).join('')
  client.send(bytes)
  await held.started(1)
  await new Promise((resolve) => setImmediate(resolve))
  t.ok((sockets[0]?.bytesRead ?? 0) <= 256 * 1024, 'reading stops while one is slow')
  const answered = (async () => {
    for (const name of names) if (!(await client.answer()).body.includes(`"${name}"`)) return name
    return 'all'
  })()
  for (let i = 1; i <= names.length; i++) {
    await held.started(i)
    held.release()
  }
  t.equal(await answered, 'all')
  t.same(door.names(), names)
})

t.test('no more of a flood is read ahead while its commands take their time', async (t) => {
  const sockets: Socket[] = []
  const request = commandRequest('flood')
  let [ran, ahead] = [0, 0]
  const answer = async (): Promise<RawJson> => {
    ahead = Math.max(ahead, (sockets[0]?.bytesRead ?? 0) - ++ran * request.length)
    await new Promise((resolve) => setImmediate(resolve))
    return rawJson('[  ]')
  }
  const door = await openDoor(t, { answer }, (server, arrival) => {
    sockets.push(arrival.socket)
    server.serve(arrival)
  })
  const client = await connectTo(t, door.port)
  client.send(request.repeat(20_000))
  for (let i = 0; i < 2000; i++) await client.answer()
  t.ok(ahead <= 256 * 1024, `${ahead} bytes were read before their turn`)
})

t.test('a flood of pipelined requests lets other clients in between', async (t) => {
  const door = await openDoor(t)
  const [flood, other] = [await connectTo(t, door.port), await connectTo(t, door.port)]
  flood.send(Array.from({ length: 500 }, () => commandRequest('flood')).join(''))
  await flood.answer()
  other.send(commandRequest('other'))
  await other.answer()
  t.ok(door.names().indexOf('other') < 400, `the other client's is number ${door.names().indexOf('other')}`)
})

t.test('requests that wait behind a refused one never run', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { answer: held.answer })
  const client = await connectTo(t, door.port)
  const bad = `POST / HTTP/1.1\r\nHost: a\r\nHost: b\r\n${json}\r\nContent-Length: 2\r\n\r\n{}`
  client.send(commandRequest('good') + bad + commandRequest('smuggled').repeat(20))
  await held.started(1)
  held.release()
  t.same((await client.rest()).map((each) => each.status), [200, 400])
  client.send(commandRequest('smuggled'))
  client.end()
  await client.closed
  t.same(door.names(), ['good'])
})

t.test('a flood behind a refused request is thrown away unread', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  const before = process.memoryUsage().heapUsed
  const flood = 'GET / HTTP/1.1\r\n\r\n'.repeat(400_000)
  const bad = 'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'
  client.send(bad)
  client.socket.end(flood)
  t.same((await client.rest()).map((each) => each.status), [400])
  await client.closed
  t.equal(client.socket.bytesWritten, flood.length + bad.length, 'it was taken')
  t.ok(process.memoryUsage().heapUsed - before < 150e6, 'and not kept')
})

t.test('a client that closes its side still gets all its answers', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { answer: held.answer })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('a') + commandRequest('b'))
  client.end()
  await held.started(1)
  held.release()
  await held.started(2)
  held.release()
  t.same((await client.rest()).map((each) => each.status), [200, 200])
  await client.closed
})

t.test('a client that closes its side too early is told, and nothing runs', async (t) => {
  const door = await openDoor(t)
  const complete = commandRequest('cut')
  for (const cut of [1, 10, 40, complete.indexOf('\r\n\r\n') + 2, complete.length - 1]) {
    const client = await connectTo(t, door.port)
    client.send(complete.slice(0, cut))
    client.end()
    t.same((await client.rest()).map((each) => each.status), [400], complete.slice(0, cut))
    await client.closed
  }
  const silent = await connectTo(t, door.port)
  silent.end()
  t.same(await silent.rest(), [], 'who said nothing is answered nothing')
  t.same(door.names(), [])
})

t.test('aborted uploads and vanished clients end quietly', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { answer: held.answer })
  for (const bytes of ['', 'P', `POST / HTTP/1.1\r\n${json}\r\n`, unfinished, commandRequest('left')]) {
    for (const leave of ['destroy', 'resetAndDestroy'] as const) {
      const before = door.ran.length
      const client = await connectTo(t, door.port)
      client.send(bytes)
      if (bytes.includes('left')) await held.started(before + 1)
      client.socket[leave]()
      await client.closed
    }
  }
  t.same(door.names(), ['left', 'left'], 'only complete requests run')
  held.release()
  held.release()
  const client = await connectTo(t, door.port)
  client.send(commandRequest('alive'))
  await held.started(3)
  held.release()
  t.equal((await client.answer()).status, 200)
})

t.test('a head that does not come in time is a 408, however slowly it drips', async (t) => {
  const door = await openDoor(t, { limits: { headTimeout: 100 } })
  const silent = await connectTo(t, door.port)
  t.match(await silent.rest(), [{ status: 408, body: /"result": 408/ }])
  const dripping = await connectTo(t, door.port)
  dripping.send('POST / HTTP/1.1\r\nX: ')
  const drip = setInterval(() => dripping.send('x'), 20)
  t.match(await dripping.rest(), [{ status: 408 }])
  clearInterval(drip)
  const second = await connectTo(t, door.port)
  second.send(commandRequest('x'))
  t.equal((await second.answer()).status, 200)
  second.send('POST / HT')
  t.match(await second.rest(), [{ status: 408 }], 'for a later request as well')
  t.ok(door.log.count('HTTP_CLIENT_REQUEST_TIMEOUT_OCCURRED') === 3)
  t.same(door.names(), ['x'])
})

t.test('a body that stops, or takes too long in all, is a 408', async (t) => {
  const stalling = await openDoor(t, { limits: { stallTimeout: 100 } })
  const stopped = await connectTo(t, stalling.port)
  stopped.send(unfinished)
  t.match(await stopped.rest(), [{ status: 408, headers: new Map([['connection', 'close']]) }])
  const slow = await openDoor(t, { limits: { requestTimeout: 150 } })
  const dripping = await connectTo(t, slow.port)
  dripping.send(unfinished)
  const drip = setInterval(() => dripping.send(' '), 20)
  t.same((await dripping.rest()).map((each) => each.status), [408])
  clearInterval(drip)
  t.same([...stalling.names(), ...slow.names()], [])
})

t.test('after a 408 a drip keeps the connection no longer than silence does', async (t) => {
  const clock = new ConnectionTimeouts(0)
  clock.enter('linger', 0, 100)
  const after = (now: number, read: number): unknown =>
    clock.check(now, { read, flushed: 0, pending: false, complete: true }, defaultLimits)
  for (let now = 100; now <= 2000; now += 100) t.equal(after(now, 100 + now / 100), null)
  t.equal(after(2100, 121), 'linger', 'a drip')
  clock.enter('linger', 0, 100)
  for (let now = 1000; now <= 29_000; now += 1000) t.equal(after(now, 100 + now * 10), null, 'an upload')
  t.equal(after(31_000, 400_000), 'linger')
})

t.test('an answer has the time of a stall and of its size at the slowest rate', async (t) => {
  const limits = { ...defaultLimits, stallTimeout: 30_000, minReaderRate: 1000 }
  const reader = (bytesPerSecond: number, pausedAt = Infinity): number | null => {
    const clock = new ConnectionTimeouts(0)
    clock.enter('work', 0, 0)
    for (let second = 0; second < 1000; second++) {
      const pending = second >= 100 && second !== pausedAt
      const flushed = 5000 + Math.max(second - 100, 0) * bytesPerSecond
      if (clock.check(second * 1000, { read: 0, flushed, pending, complete: true }, limits) === 'reader') return second
    }
    return null
  }
  t.equal(reader(1000), null, 'fast enough, for ever')
  t.equal(reader(1), 130, 'a byte a second is over soon after the time of a stall, begun when there was something')
  t.equal(reader(0), 130)
  t.equal(reader(500), 159, 'half the rate: its credit is used up')
  t.equal(reader(500, 130), 191, 'whoever has caught up starts anew')
})

t.test('how long the agent runs, or a connection rested, does not count against a reader', async (t) => {
  const limits = { ...defaultLimits, stallTimeout: 30_000, minReaderRate: 1000 }
  const taking = { read: 1, pending: true, complete: true }
  const hour = 3_600_000
  const clock = new ConnectionTimeouts(hour)
  clock.enter('work', hour, 0)
  t.equal(clock.check(hour + 500, { ...taking, flushed: 5000 }, limits), null, 'the first look finds an answer under way')
  clock.enter('idle', hour + 1000, 1)
  clock.enter('work', 2 * hour, 0)
  t.equal(clock.check(2 * hour + 500, { ...taking, flushed: 9000 }, limits), null, 'so does a look an hour after the last')
  t.equal(clock.check(2 * hour + 60_000, { ...taking, flushed: 9001 }, limits), 'reader', 'from then on it counts')
})

t.test('a client that closed its side and then goes is noticed while its command runs', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { limits: { idleTimeout: 40 }, answer: held.answer })
  const staying = await connectTo(t, door.port)
  staying.send(commandRequest('stays'))
  staying.end()
  await held.started(1)
  const leaving = await connectTo(t, door.port)
  leaving.send(commandRequest('leaves'))
  leaving.end()
  await held.started(2)
  while (timersOf(door.port, leaving.socket.localPort) !== '02') await new Promise((resolve) => setImmediate(resolve))
  t.pass('the system looks after it: a keep-alive timer runs')
  leaving.socket.resetAndDestroy()
  while (door.server.connections() > 1) await new Promise((resolve) => setImmediate(resolve))
  held.release()
  t.equal((await staying.answer()).status, 200, 'who only closed his side gets his answer')
  held.release()
})

/** The kind of timer that the system runs for the server's end of a connection, from proc_net_tcp(5). */
function timersOf(port: number, clientPort: number | undefined): string | undefined {
  const hex = (each: number): string => each.toString(16).toUpperCase().padStart(4, '0')
  const lines = readFileSync('/proc/net/tcp', 'ascii').split('\n').map((line) => line.trim().split(/\s+/))
  const line = lines.find(([, local, remote]) =>
    local?.endsWith(`:${hex(port)}`) === true && remote?.endsWith(`:${hex(clientPort ?? 0)}`) === true)
  return line?.[5]?.slice(0, 2)
}

t.test('an idle connection is closed without a word', async (t) => {
  const door = await openDoor(t, { limits: { idleTimeout: 100 } })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('x'))
  t.same((await client.rest()).map((each) => each.status), [200])
  t.equal(door.log.count('HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED'), 1)
})

t.test('a running command has all the time it needs', async (t) => {
  const held = new HeldCommands()
  const limits = { headTimeout: 20, requestTimeout: 20, idleTimeout: 20, stallTimeout: 20 }
  const door = await openDoor(t, { limits, answer: held.answer })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('long'))
  await held.started(1)
  const other = await connectTo(t, door.port)
  t.match(await other.rest(), [{ status: 408 }], 'several limits have passed')
  held.release()
  t.equal((await client.answer()).status, 200)
})

t.test('the rest of a refused body that never comes ends the connection', async (t) => {
  const door = await openDoor(t, { clients: { admin: 's3cret' }, limits: { stallTimeout: 100 } })
  const client = await connectTo(t, door.port)
  client.send(unfinished)
  t.same((await client.rest()).map((each) => each.status), [401])
})

t.test('a connection over the limit is told so where all others run commands, and that is logged once', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { limits: { maxConnections: 2 }, answer: held.answer })
  const inside = [await connectTo(t, door.port), await connectTo(t, door.port)]
  for (const client of inside) client.send(commandRequest('in'))
  await held.started(2)
  for (let i = 0; i < 3; i++) {
    const outside = await connectTo(t, door.port)
    outside.send(commandRequest('out'))
    t.match(await outside.rest(), [{ status: 503, body: /"result": 503/ }])
  }
  t.equal(door.log.count('KEAGATE_CONNECTION_LIMIT'), 1)
  for (const client of inside) {
    held.release()
    t.equal((await client.answer()).status, 200)
  }
  t.same(door.names(), ['in', 'in'])
})

t.test('at the limit the connection whose latest command is longest ago makes room', async (t) => {
  const door = await openDoor(t, { limits: { maxConnections: 2 } })
  const inside = [await connectTo(t, door.port), await connectTo(t, door.port)]
  for (const client of inside) {
    client.send(commandRequest('in'))
    t.equal((await client.answer()).status, 200)
  }
  const next = await connectTo(t, door.port)
  next.send(commandRequest('next'))
  t.equal((await next.answer()).status, 200)
  t.same(await inside[0]?.rest(), [])
  t.equal(door.log.count('KEAGATE_CONNECTION_EVICTED'), 1)
})

t.test('a flood of silent connections is closed down to the limit', async (t) => {
  const door = await openDoor(t, { limits: { maxConnections: 1 } })
  const clients = await Promise.all(Array.from({ length: 100 }, () => connectTo(t, door.port)))
  const answers = await Promise.all(clients.slice(0, -1).map((each) => each.rest()))
  t.ok(answers.every((each) => each.length === 0))
  // Those that gave up their places are closed a little later.
  while (door.server.connections() > 1) await new Promise((resolve) => setTimeout(resolve, 20))
})

t.test('draining: idle connections close, running commands are answered, nobody else gets in', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { answer: held.answer })
  const idle = await connectTo(t, door.port)
  idle.send(commandRequest('before'))
  await held.started(1)
  held.release()
  t.equal((await idle.answer()).status, 200)
  const busy = await connectTo(t, door.port)
  busy.send(commandRequest('busy') + commandRequest('behind'))
  await held.started(2)

  const drained = door.server.drain(60_000)
  t.same(await idle.rest(), [])
  const late = await connectTo(t, door.port)
  late.send(commandRequest('late'))
  t.same(await late.rest(), [])
  held.release()
  t.match(await busy.rest(), [{ status: 200, headers: new Map([['connection', 'close']]) }])
  for (const client of [idle, busy]) client.end()
  await drained
  t.equal(door.server.connections(), 0)
  t.same(door.names(), ['before', 'busy'])
})

t.test('draining: a request on its way over a new connection is answered', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  while (door.server.connections() === 0) await new Promise((resolve) => setImmediate(resolve))
  const drained = door.server.drain(60_000)
  client.send(commandRequest('x'))
  t.match(await client.rest(), [{ status: 200, headers: new Map([['connection', 'close']]) }])
  client.end()
  await drained
})

t.test('draining: what does not end in time is cut off', async (t) => {
  const held = new HeldCommands()
  const door = await openDoor(t, { answer: held.answer })
  const client = await connectTo(t, door.port)
  client.send(commandRequest('stuck'))
  await held.started(1)
  await door.server.drain(10)
  t.equal(door.server.connections(), 0)
  await client.rest()
  held.release()
})

t.test('letting go of a listener ends its connections only, after the answer under way', async (t) => {
  const held = new HeldCommands()
  const origins = [{}, {}]
  let accepted = 0
  const door = await openDoor(t, { answer: held.answer }, (server, arrival) => {
    server.serve({ ...arrival, origin: origins[accepted++ % 2] ?? null })
  })
  const [mover, stayer, idle] = [
    await connectTo(t, door.port),
    await connectTo(t, door.port),
    await connectTo(t, door.port),
  ]
  for (const [i, client] of [idle, mover, stayer].entries()) {
    client.send(commandRequest('x'))
    await held.started(i + 1)
    if (client === idle) {
      held.release()
      t.equal((await client.answer()).status, 200)
    }
  }
  door.server.closeAll(origins[0] ?? {})
  t.same(await idle.rest(), [])
  held.release()
  held.release()
  t.match(await mover.rest(), [{ status: 200, headers: new Map([['connection', 'close']]) }])
  t.equal((await stayer.answer()).headers.get('connection'), 'keep-alive')
  stayer.send(commandRequest('y'))
  await held.started(4)
  held.release()
  t.equal((await stayer.answer()).status, 200)
})
