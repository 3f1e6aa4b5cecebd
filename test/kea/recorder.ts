// A UNIX socket in front of a real daemon's that passes every byte on and remembers it: what the daemon really got and
// really said.

import net from 'node:net'
import path from 'node:path'
import type { Owner } from '../support/child.ts'
import { temporaryDirectory } from '../support/program.ts'

/** One connection. */
export interface Exchange {
  readonly received: Buffer
  readonly sent: Buffer
}

export interface Recorder {
  readonly socket: string
  /** What went over each connection that was opened so far, oldest first. */
  exchanges(): readonly Exchange[]
}

/** Starts a recorder in front of the daemon's socket. */
export async function startRecorder(owner: Owner, daemonSocket: string): Promise<Recorder> {
  const socket = path.join(temporaryDirectory(owner), 'recorded')
  const connections: { received: Buffer[]; sent: Buffer[] }[] = []
  const server = net.createServer({ allowHalfOpen: true }, (client) => {
    const connection = { received: [] as Buffer[], sent: [] as Buffer[] }
    connections.push(connection)
    const daemon = net.connect({ path: daemonSocket, allowHalfOpen: true })
    client.on('data', (chunk) => connection.received.push(chunk)).pipe(daemon)
    daemon.on('data', (chunk) => connection.sent.push(chunk)).pipe(client)
    client.on('error', () => daemon.destroy())
    daemon.on('error', () => client.destroy())
    client.on('close', () => daemon.destroy())
    daemon.on('close', () => client.end())
  })
  await new Promise<void>((resolve) => server.listen(socket, resolve))
  owner.teardown(() => server.close())
  return {
    socket,
    exchanges: () =>
      connections.map((each) => ({ received: Buffer.concat(each.received), sent: Buffer.concat(each.sent) })),
  }
}
