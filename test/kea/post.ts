// One POST to a door with Node's own client, bytes in and bytes out; a new connection each time.

import http from 'node:http'
import https from 'node:https'
import { readFileSync } from 'node:fs'
import type { Door } from './door.ts'
import { password, user } from './door.ts'

export interface Reply {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly body: Buffer
}

/** The client's half of a door's way in, as Node's http and https take it. */
export function nodeOptions(door: Door): https.RequestOptions {
  return {
    ...(door.ca === null ? {} : { ca: readFileSync(door.ca) }),
    ...(door.client === null ? {} : { cert: readFileSync(door.client.cert), key: readFileSync(door.client.key) }),
    ...(door.way.basic ? { auth: `${user}:${password}` } : {}),
  }
}

/** Sends a body to a path of the door and reads the whole reply. */
export function post(door: Door, body: string | Buffer, path = '/'): Promise<Reply> {
  const bytes = Buffer.from(body)
  const headers = { 'Content-Type': 'application/json', 'Content-Length': bytes.length }
  const options = { ...nodeOptions(door), method: 'POST', headers, agent: false }
  return new Promise((resolve, reject) => {
    const request = (door.ca === null ? http : https).request(door.url + path, options, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', reject)
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    request.once('error', reject)
    request.end(bytes)
  })
}
