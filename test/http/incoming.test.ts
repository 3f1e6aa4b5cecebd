// A body handed to its reader around the stream of its request: what the reader gets, what the stream gets, and that
// Node lets go of the request all the same.

import { once } from 'node:events'
import http from 'node:http'
import type { ServerResponse } from 'node:http'
import net from 'node:net'
import t from 'tap'
import type { Test } from 'tap'
import { Incoming } from '../../src/http/incoming.ts'

type Handler = (request: Incoming, response: ServerResponse) => void

/** A client of a server that leaves its requests to the test. */
async function connectTo(t: Test, handler: Handler): Promise<net.Socket> {
  const server = http.createServer({ IncomingMessage: Incoming }, handler)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => server.closeAllConnections())
  t.teardown(() => server.close())
  const client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1')
  t.teardown(() => client.destroy())
  await once(client, 'connect')
  return client
}

/** What a reader was given, `|` at the end. */
class Notes {
  text = ''

  read(chunk: Buffer): void {
    this.text += chunk.toString()
  }

  end(): void {
    this.text += '|'
  }
}

const head = (length: number): string => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`

/** Reads answers until so many have come. */
async function answers(client: net.Socket, count: number): Promise<void> {
  let text = ''
  while (text.split('HTTP/1.1 200 OK').length <= count) text += String((await once(client, 'data'))[0])
}

t.test('a reader gets the body while the parser reads it, and the stream nothing', async (t) => {
  const notes: Notes[] = []
  const streamed: number[] = []
  const client = await connectTo(t, (request, response) => {
    const note = new Notes()
    notes.push(note)
    t.equal(request.handTo(note), true)
    request.on('data', (chunk: Buffer) => streamed.push(chunk.length))
    setImmediate(() => {
      t.equal(note.text, 'abc|', 'within the event that brought the head')
      response.end()
    })
  })
  client.write(`${head(3)}abc`)
  await answers(client, 1)
  client.write(`${head(3)}abc${head(3)}abc`)
  await answers(client, 2)
  t.equal(notes.length, 3)
  t.same(streamed, [])
})

t.test('a body in pieces comes in order, an empty one just ends', async (t) => {
  const notes: Notes[] = []
  const client = await connectTo(t, (request, response) => {
    const note = new Notes()
    notes.push(note)
    request.handTo({
      read: (chunk) => note.read(chunk),
      end: () => {
        note.end()
        response.end()
      },
    })
  })
  client.write(head(0))
  await answers(client, 1)
  client.write(head(6))
  for (const piece of ['ab', 'cd', 'ef']) {
    client.write(piece)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await answers(client, 1)
  client.write('POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngh\r\n1\r\ni\r\n0\r\n\r\n')
  await answers(client, 1)
  t.same(notes.map(({ text }) => text), ['|', 'abcdef|', 'ghi|'])
})

t.test('a body that began to come before is in the stream, whole', async (t) => {
  let text = ''
  const client = await connectTo(t, (request, response) => {
    setImmediate(() => {
      t.equal(request.handTo(new Notes()), false)
      t.equal(request.handedOver, false)
      request.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => response.end())
    })
  })
  client.write(`${head(6)}abc`)
  await new Promise((resolve) => setTimeout(resolve, 20))
  client.write('def')
  await answers(client, 1)
  t.equal(text, 'abcdef')
})

t.test('what comes after a release is thrown away by the stream, and the next request is read', async (t) => {
  const notes: Notes[] = []
  const client = await connectTo(t, (request, response) => {
    const note = new Notes()
    notes.push(note)
    request.handTo({
      read: (chunk) => {
        note.read(chunk)
        if (notes.length > 1) return
        request.release()
        response.end()
        request.resume()
      },
      end: () => {
        note.end()
        response.end()
      },
    })
  })
  client.write(`${head(200_003)}abc`)
  await answers(client, 1)
  client.write('x'.repeat(200_000))
  client.write(`${head(3)}def`)
  await answers(client, 1)
  t.same(notes.map(({ text }) => text), ['abc', 'def|'])
})

t.test('Node lets go of a request that was handed over, and closes what it would have closed', async (t) => {
  const requests: Incoming[] = []
  const ends: string[] = []
  const client = await connectTo(t, (request, response) => {
    const number = requests.push(request)
    for (const event of ['aborted', 'close']) request.on(event, () => ends.push(`${number} ${event}`))
    request.handTo({
      read: () => undefined,
      end: () => {
        if (requests.length < 3) response.end()
      },
    })
  })
  const held = (): unknown => (requests[0]?.socket as unknown as { parser: { incoming: unknown } }).parser.incoming
  for (let i = 0; i < 2; i++) {
    client.write(`${head(3)}abc`)
    await answers(client, 1)
    t.equal(held(), null, 'the parser holds no request between two')
    t.equal(requests[i]?.readableEnded, true)
    t.equal(requests[i]?.listenerCount('end'), 0)
  }
  client.write(`${head(3)}abc`)
  client.write(`${head(6)}abc`)
  while (requests.length < 4) await new Promise((resolve) => setTimeout(resolve, 5))
  t.equal(requests[3]?.readableEnded, false, 'it is still arriving')
  client.destroy()
  while (ends.length < 3) await new Promise((resolve) => setTimeout(resolve, 5))
  t.same(ends.sort(), ['3 close', '4 aborted', '4 close'], 'the client left while one ran and one arrived')
})
