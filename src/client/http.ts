// Sends a command with one HTTP POST on an open connection, and closes the connection after the answer.

import type http from 'node:http'
import type net from 'node:net'
import { explainAlert } from '../doctor/alert.ts'
import { explainNoAnswer } from '../doctor/unreachable.ts'
import { BodyCollector } from './body-collector.ts'
import type { BoundedOptions, Exchange } from './door.ts'
import { ClientError, foundError } from './error.ts'

export interface HttpCommand {
  readonly url: URL
  readonly authorization: { readonly user: string; readonly password: string } | null
  readonly body: Buffer
}

/** @throws {ClientError} `tls` (a refusal that comes after the handshake), `http` or `closed` */
export function exchangeHttp(
  { request: send }: typeof http,
  stream: net.Socket,
  { url, authorization, body }: HttpCommand,
  { signal, onChunk }: BoundedOptions,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const request = send({
      method: 'POST',
      path: url.pathname + url.search,
      headers: {
        Host: url.host,
        'Content-Type': 'application/json',
        'Content-Length': body.length,
        Connection: 'close',
        ...(authorization === null ? {} : { Authorization: basic(authorization) }),
      },
      createConnection: () => stream,
      signal,
    })
    const failed = (error: Error): void => {
      stream.destroy()
      reject(error instanceof ClientError ? error : explained(error, url))
    }
    request.on('error', failed)
    request.once('response', (response) => {
      const { statusCode: status = 0, headers } = response
      const collector = new BodyCollector(status === 200 ? onChunk : undefined, Number(headers['content-length'] ?? 0))
      response.on('data', (chunk: Buffer) => {
        if (!collector.take(chunk)) response.destroy(collector.tooLong())
      })
      response.on('error', failed)
      response.once('end', () => {
        stream.destroy()
        resolve({ status, headers, body: collector.body() })
      })
    })
    request.end(body)
  })
}

/** UTF-8, as keagate and kea-ctrl-agent read it. */
function basic({ user, password }: NonNullable<HttpCommand['authorization']>): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`
}

/** With TLS 1.3 a server refuses a client's certificate only after the client has sent its request. */
function explained(error: NodeJS.ErrnoException, url: URL): ClientError {
  if (/alert|SSL/.test(error.message)) return foundError('tls', explainAlert(error), error)
  const early = error.code === 'ECONNRESET' || error.code === 'EPIPE'
  return foundError(early ? 'closed' : 'http', explainNoAnswer(error, url), error)
}
