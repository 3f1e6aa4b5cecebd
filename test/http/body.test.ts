// Bodies on their way in and out: pieces, limits, expectations, size, and clients that are slow or in a hurry.

import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import type { Socket } from 'node:net'
import fc from 'fast-check'
import t from 'tap'
import type { RawJson } from '../../src/json/raw.ts'
import { basic, commandRequest, connectTo } from '../support/raw-client.ts'
import type { RawClient } from '../support/raw-client.ts'
import { openDoor } from '../support/recording-server.ts'

const json = 'Content-Type: application/json'
const chunked = 'Transfer-Encoding: chunked'
const command = '{ "command": "x", "arguments": { "text": "\u00e9 \u65e5 \\u00e9", "number": 12345678901234567890.5 } }'
const commandBytes = Buffer.from(command)

function head(lines: readonly string[]): string {
  return ['POST / HTTP/1.1', 'Host: a', json, ...lines, '', ''].join('\r\n')
}

function chunk(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** Cuts bytes at these places, given as fractions of their length. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const offsets = [0, ...places.map((each) => Math.floor(each * bytes.length)).sort((a, b) => a - b), bytes.length]
  return offsets.slice(1).map((end, i) => bytes.subarray(offsets[i], end))
}

/** Lets what was sent leave as a segment of its own, as far as the system allows. */
async function flush(client: RawClient): Promise<void> {
  if (client.socket.writableLength > 0) await new Promise((resolve) => client.socket.once('drain', resolve))
  await new Promise((resolve) => setImmediate(resolve))
}

t.test('however a request is cut into segments and chunks, it is the same command', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 })
  const seed = createHash('sha256').update(t.name).digest().readInt32BE(0)
  t.comment(`seed ${seed}`)
  await fc.assert(
    fc.asyncProperty(places, fc.option(places), async (segments, chunks) => {
      const framed =
        chunks === null
          ? [Buffer.from(head([`Content-Length: ${commandBytes.length}`])), commandBytes]
          : [
              Buffer.from(head([chunked])),
              ...cut(commandBytes, chunks).filter((each) => each.length > 0).map(chunk),
              Buffer.from('0\r\n\r\n'),
            ]
      for (const segment of cut(Buffer.concat(framed), segments)) {
        client.send(segment)
        await flush(client)
      }
      const answer = await client.answer()
      const ran = door.ran.pop()
      return answer.status === 200 && ran?.name === 'x' && command.endsWith(`${ran.arguments ?? '?'} }`)
    }),
    { seed, numRuns: 300 },
  )
  t.same(door.ran, [])
})

t.test('100 Continue comes when a body is wanted and asked for, and never otherwise', async (t) => {
  const good = `Authorization: ${basic('admin', 's3cret')}`
  const door = await openDoor(t, { clients: { admin: 's3cret' }, limits: { maxBodySize: 1000 } })
  const expecting = ['Expect: 100-continue', `Content-Length: ${commandBytes.length}`]
  const client = await connectTo(t, door.port)
  const interim = 'HTTP/1.1 100 Continue\r\n\r\n'
  const arrived = new Promise((resolve) => client.socket.once('data', (bytes: Buffer) => resolve(bytes.toString())))
  client.send(head([good, ...expecting]))
  t.equal(await arrived, interim)
  client.discard(interim.length)
  client.send(commandBytes)
  t.equal((await client.answer()).status, 200)

  const refusals: readonly (readonly [number, readonly string[]])[] = [
    [401, expecting],
    [400, [good, 'Host: b', ...expecting]],
    [413, [good, 'Expect: 100-continue', 'Content-Length: 1001']],
    [417, [good, 'Expect: 100-continue, x', 'Content-Length: 1']],
  ]
  for (const [status, lines] of refusals) {
    const refused = await connectTo(t, door.port)
    refused.send(head(lines))
    t.same((await refused.rest()).map((each) => each.status), [status], 'the final status only, and a close')
  }
  const old = await connectTo(t, door.port)
  old.send(head([good, ...expecting]).replace('HTTP/1.1', 'HTTP/1.0') + commandBytes.toString('latin1'))
  t.same((await old.rest()).map((each) => each.status), [200], 'nothing interim in HTTP/1.0')
})

t.test('a body over the limit is a 413, announced or not, and seen by a client that sends it all first', async (t) => {
  const door = await openDoor(t, { limits: { maxBodySize: 1_000_000 } })
  const announced = await connectTo(t, door.port)
  announced.send(head(['Content-Length: 1000001']))
  t.match(await announced.rest(), [{ status: 413, headers: new Map([['connection', 'close']]) }])
  const counted = await connectTo(t, door.port)
  counted.send(head([chunked]))
  for (let i = 0; i < 16; i++) counted.send(chunk(Buffer.alloc(65_536, ' ')))
  t.match(await counted.rest(), [{ status: 413 }])
  const stubborn = await connectTo(t, door.port)
  stubborn.socket.pause()
  const body = Buffer.alloc(16_000_000, ' ')
  stubborn.send(head([`Content-Length: ${body.length}`]))
  stubborn.send(body)
  stubborn.send(commandRequest('y'))
  await new Promise<void>((resolve) => stubborn.socket.end(resolve))
  stubborn.socket.resume()
  t.match(await stubborn.rest(), [{ status: 413 }])
  await stubborn.closed
  const exact = await connectTo(t, door.port)
  exact.send(head(['Content-Length: 1000000']) + '{ "command": "exact" }'.padEnd(1_000_000))
  t.equal((await exact.answer()).status, 200, 'exactly the limit is fine')
  t.same(door.names(), ['exact'])
})

t.test('a chunked body that goes on after its 413 is reset after 16 MiB', async (t) => {
  const door = await openDoor(t, { limits: { maxBodySize: 1_000_000 } })
  const endless = await connectTo(t, door.port)
  endless.send(head([chunked]))
  const piece = chunk(Buffer.alloc(65_536, ' '))
  let sent = 0
  await new Promise<void>((resolve) => {
    endless.socket.on('error', () => undefined).once('close', () => resolve())
    const sendMore = (error?: Error | null): void => {
      if (error != null) return
      sent += piece.length
      // Enough to fail where the connection is never reset.
      if (sent < 256 * 1024 * 1024) endless.socket.write(piece, sendMore)
      else resolve()
    }
    sendMore()
  })
  t.ok(endless.socket.destroyed)
  t.ok(sent < 64 * 1024 * 1024, `${sent} bytes, those in the buffers of the system included`)
})

t.test('a big body does not hold up another client', async (t) => {
  const door = await openDoor(t)
  const big = await connectTo(t, door.port)
  const other = await connectTo(t, door.port)
  const size = 50 * 1024 * 1024
  const body = Buffer.from(`{"command":"big","arguments":["${'x'.repeat(size)}"]}`)
  big.send(head([`Content-Length: ${body.length}`]))
  big.send(body)
  const progress = { done: false }
  const answered = big.answer().finally(() => (progress.done = true))
  let meanwhile = 0
  while (!progress.done) {
    other.send(commandRequest('small'))
    t.equal((await other.answer()).status, 200)
    meanwhile++
  }
  t.ok(meanwhile > 10, `${meanwhile} commands meanwhile`)
  t.equal((await answered).status, 200)
  t.equal(door.ran.find((each) => each.name === 'big')?.arguments?.length, size + 4)
})

t.test('bodies that take some turns are whole, wherever their last piece is cut', async (t) => {
  const door = await openDoor(t)
  const client = await connectTo(t, door.port)
  for (let i = 0; i < 60; i++) {
    const size = 15_000 + i * 3001
    const body = Buffer.from(`{"command":"c${i}","arguments":"${'x'.repeat(size)}"}`)
    client.send(head([`Content-Length: ${body.length}`]))
    client.send(body)
    t.equal((await client.answer()).status, 200, `${size} bytes`)
    t.equal(door.ran.at(-1)?.arguments?.length, size + 2)
  }
})

t.test('answers of any size and in any number of pieces arrive byte for byte', async (t) => {
  const pieces = [0, 1, 1000, 65_535, 65_536, 65_537, 300_000, 5_000_000].map((size, i) => Buffer.alloc(size, 97 + i))
  const answers: RawJson[] = [
    ...pieces.map((each) => ({ chunks: [each], length: each.length })),
    { chunks: pieces, length: pieces.reduce((sum, each) => sum + each.length, 0) },
    { chunks: Array.from({ length: 20_000 }, () => Buffer.from('0123456789')), length: 200_000 },
    { chunks: [], length: 0 },
  ]
  const pending = [...answers]
  const door = await openDoor(t, { answer: () => pending.shift() ?? { chunks: [], length: 0 } })
  const client = await connectTo(t, door.port)
  for (const expected of answers) {
    client.send(commandRequest('x'))
    const { body } = await client.answer()
    t.ok(body === Buffer.concat(expected.chunks).toString(), `${expected.length} bytes`)
  }
})

t.test('a reader that takes nothing is not buffered for, and is cut off; others go on', async (t) => {
  const size = 64 * 1024 * 1024
  const chunks = Array.from({ length: size / 65_536 }, () => Buffer.alloc(65_536, 'x'))
  const sockets = new EventEmitter()
  const door = await openDoor(
    t,
    {
      limits: { stallTimeout: 200 },
      answer: (ran) => (ran.name === 'big' ? { chunks, length: size } : { chunks: [Buffer.from('[]')], length: 2 }),
    },
    (server, arrival) => {
      server.serve(arrival)
      sockets.emit('accepted', arrival.socket)
    },
  )
  const accepted = once(sockets, 'accepted') as Promise<[Socket]>
  const stalled = await connectTo(t, door.port)
  const [socket] = await accepted
  stalled.socket.pause()
  stalled.send(commandRequest('big'))
  const other = await connectTo(t, door.port)
  while (!socket.destroyed) {
    other.send(commandRequest('small'))
    t.equal((await other.answer()).status, 200)
    t.ok(socket.writableLength <= 1024 * 1024, 'little waits in memory')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  t.equal(door.log.count('KEAGATE_CONNECTION_ERROR'), 1)
})

t.test('a reader that is slow but reads gets all of it', async (t) => {
  const size = 8 * 1024 * 1024
  const door = await openDoor(t, {
    limits: { stallTimeout: 1000 },
    answer: () => ({ chunks: [Buffer.alloc(size, 'x')], length: size }),
  })
  const client = await connectTo(t, door.port)
  let received = 0
  client.socket.on('data', (bytes: Buffer) => {
    received += bytes.length
    client.socket.pause()
    setImmediate(() => client.socket.resume())
  })
  client.send(commandRequest('x'))
  t.equal((await client.answer()).body.length, size)
  t.ok(received > size)
})
