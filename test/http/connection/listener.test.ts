// Listening sockets: what cannot be opened says why, and no connection is lost while a configuration is swapped.

import { once } from 'node:events'
import net from 'node:net'
import type { Socket } from 'node:net'
import t from 'tap'
import { KeagateError } from '../../../src/errors.ts'
import { openListener } from '../../../src/http/connection/listener.ts'
import { recordingLog } from '../../support/recording-server.ts'

async function refusal(address: string, port: number): Promise<KeagateError> {
  try {
    const listener = await openListener(address, port, recordingLog())
    await listener.close()
  } catch (error) {
    if (error instanceof KeagateError) return error
    throw error
  }
  throw new Error('it was opened')
}

t.test('what cannot be listened on is named with the reason and a remedy', async (t) => {
  const taken = net.createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { port } = taken.address() as net.AddressInfo
  const table = [
    ['127.0.0.1', port, /^127\.0\.0\.1 port \d+ is in use by another program \(EADDRINUSE\)$/, /ss -ltnp/],
    ['192.0.2.1', 0, /^192\.0\.2\.1 port 0 is not an address of this machine \(EADDRNOTAVAIL\)$/, /ip address/],
    ['localhost', 0, /^"localhost" is not an IP address$/, /127\.0\.0\.1/],
    ['[::1]', 0, /^"\[::1\]" is not an IP address$/, /without brackets/],
    ['', 0, /^"" is not an IP address$/, /IPv4 or IPv6/],
  ] as const
  for (const [address, port, message, remedy] of table) {
    const error = await refusal(address, port)
    t.equal(error.code, 'LISTEN_FAILED')
    t.match(error.message, message)
    t.match(error.remedy, remedy)
  }
})

t.test('connections that come before anybody takes them wait, and a new taker gets the next ones', async (t) => {
  const listener = await openListener('127.0.0.1', 0, recordingLog())
  const clients: Socket[] = []
  const connect = async (): Promise<void> => {
    const client = net.connect(listener.port, '127.0.0.1')
    clients.push(client)
    await once(client, 'connect')
    await new Promise((resolve) => setImmediate(resolve))
  }
  t.teardown(() => clients.forEach((each) => each.destroy()))
  const taken: string[] = []
  const take = (who: string): Promise<void> =>
    new Promise((resolve) => {
      listener.accept((socket) => {
        taken.push(who)
        socket.destroy()
        resolve()
      })
    })
  await connect()
  await take('first')
  const second = take('second')
  await connect()
  await second
  t.same(taken, ['first', 'second'])
  await listener.close()
  await listener.close()
  t.equal((await refused(listener.port)).code, 'ECONNREFUSED')
  const again = await openListener('127.0.0.1', listener.port, recordingLog())
  await again.close()
})

t.test('IPv6', async (t) => {
  const listener = await openListener('::1', 0, recordingLog())
  const address = new Promise((resolve) => {
    listener.accept((socket) => {
      resolve(socket.remoteAddress)
      socket.destroy()
    })
  })
  const client = net.connect(listener.port, '::1')
  t.equal(await address, '::1')
  client.destroy()
  await listener.close()
})

function refused(port: number): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => net.connect(port, '127.0.0.1').once('error', resolve))
}
