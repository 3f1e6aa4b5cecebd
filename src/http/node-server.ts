// Node's HTTP server, which parses what connections bring. It never listens. Of its own limits only that of the head is
// on: all others come from the configuration and are enforced per connection.

import http from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { allowHalfOpenRequests } from '../net/node-contracts.ts'
import { WireResponse } from './response/wire-response.ts'

export interface NodeServerOptions {
  /** Bytes of a request line and its headers. */
  readonly maxHeaderSize: number
  readonly onRequest: (request: IncomingMessage, response: WireResponse) => void
  readonly onConnect: (request: IncomingMessage, socket: Duplex) => void
  readonly onClientError: (error: Error, socket: Duplex) => void
}

/** Give it connections with `emit('connection', socket)`. */
export function createNodeServer({ maxHeaderSize, onRequest, onConnect, onClientError }: NodeServerOptions): Server {
  const server = http.createServer({
    ServerResponse: WireResponse,
    maxHeaderSize,
    requireHostHeader: false,
    insecureHTTPParser: false,
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  })
  server.maxHeadersCount = 0
  allowHalfOpenRequests(server)
  // Expectations are checked with everything else.
  server.on('request', onRequest).on('checkContinue', onRequest).on('checkExpectation', onRequest)
  server.on('connect', onConnect)
  server.on('clientError', onClientError)
  return server
}
