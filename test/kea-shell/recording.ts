// A server that remembers how a client has said who it is.

import { once } from 'node:events'
import http from 'node:http'
import type { Owner } from '../support/child.ts'

export interface Recording {
  readonly port: number
  /** Of the latest request. */
  authorization(): string | undefined
}

/** Answers every request with an empty list. */
export async function startRecording(owner: Owner): Promise<Recording> {
  let latest: string | undefined
  const server = http.createServer((request, response) => {
    latest = request.headers.authorization
    request.resume().once('end', () => response.end('[ ]'))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  owner.teardown(() => server.close())
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return { port: address.port, authorization: () => latest }
}
