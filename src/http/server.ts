// The HTTP server: one for the life of the process, given connections that are ready to be read. It never listens
// itself, and every request meets the configuration in force, so a reload touches no connection.

import type { Server } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { Log } from '../log/message.ts'
import { addressFields } from '../net/client-address.ts'
import type { Diagnosis } from '../tls/diagnosis/handshake.ts'
import type { CertificateInfo } from '../x509/certificate-info.ts'
import type { ConnectionSlot } from '../shares/connection-slots.ts'
import type { MemoryBudget } from '../shares/memory-budget.ts'
import type { AcceptedConnection } from './connection/accepted-connection.ts'
import { ConnectionTable } from './connection/connection-table.ts'
import type { Traffic } from './connection/connection-table.ts'
import type { Connection } from './connection/connection.ts'
import { watchInput } from '../net/node-contracts.ts'
import { createControlApp } from './control-app.ts'
import { HttpError, methodNotAllowed, otherVersion } from './http-error.ts'
import { createNodeServer } from './node-server.ts'
import { isKnownVersion } from './request/request-head.ts'
import type { HttpSettings } from './settings.ts'

export interface HttpServer {
  /**
   * Finds a place for a new connection, if need be by closing another one. The caller releases the place of a
   * connection that is not served.
   * @returns null: there is none for this address
   */
  takeSlot(remoteAddress: string): ConnectionSlot | null
  /** Closes a connection that got no place and whose client cannot be told so. */
  discard(socket: Socket): void
  serve(accepted: AcceptedConnection): void
  /** Tells the client of a TLS connection why it may not come in. Nothing that it sends is looked at. */
  refuse(accepted: AcceptedConnection, diagnosis: Diagnosis, shown: CertificateInfo | null): void
  /** How many connections are open. */
  connections(): number
  traffic(): Traffic
  /** Closes the connections of one listener, each after the response under way. */
  closeAll(origin: object): void
  /** Closes connections whose client certificates lead to no CA that is trusted now. Never rejects. */
  closeUntrusted(): void
  /** From now on each response is the last one of its connection; new connections still get one. */
  closeAfterResponses(): void
  /** Takes no more connections and ends all; requests under way are answered. @param timeout milliseconds */
  drain(timeout: number): Promise<void>
  /** Makes a drain under way wait no longer for commands: those that still run get an answer that says so. */
  forceShutdown(): void
}

export interface HttpServerOptions {
  /** The configuration in force. */
  readonly settings: () => HttpSettings
  /** The memory budget of the whole process. */
  readonly memory: MemoryBudget
  readonly log: Log
}

/** @throws if Fastify does not start, which no configuration causes */
export async function createHttpServer({ settings, memory, log }: HttpServerOptions): Promise<HttpServer> {
  const connections = new ConnectionTable(settings, log)
  const app = await createControlApp({ connections, settings, memory, log })
  const find = (socket: Duplex): Connection | undefined =>
    socket instanceof Socket ? connections.get(socket) : undefined
  const createParser = (maxHeaderSize: number): Server => createNodeServer({
    maxHeaderSize,
    onRequest: (request, response) => {
      const connection = find(request.socket)
      // Fastify has no hooks for the methods of other protocols.
      if (connection?.protocol.isHttp(request) === false) connection.failInput(otherVersion())
      else app.routing(request, response)
    },
    onConnect: ({ httpVersion }, socket) => {
      find(socket)?.failInput(isKnownVersion(httpVersion) ? methodNotAllowed() : otherVersion())
    },
    onClientError: (error, socket) => find(socket)?.clientError(error),
  })
  let parser: { readonly server: Server; readonly maxHeaderSize: number } | null = null

  return {
    takeSlot: (remoteAddress) => connections.takeSlot(remoteAddress),
    discard: (socket) => connections.discard(socket),
    serve: (accepted) => {
      const connection = connections.add(accepted)
      if (connection === null) return
      const { socket, client } = connection
      const id = socket instanceof TLSSocket ? 'HTTPS_REQUEST_RECEIVE_START' : 'HTTP_REQUEST_RECEIVE_START'
      log.write(id, addressFields(client))
      // Node takes the limit from the server when a connection comes: after a reload with another limit, a new server
      // is needed.
      const { maxHeadSize: maxHeaderSize } = settings().limits
      if (parser?.maxHeaderSize !== maxHeaderSize) parser = { server: createParser(maxHeaderSize), maxHeaderSize }
      parser.server.emit('connection', socket)
      watchInput(socket, (chunk) => connection.protocol.read(chunk))
    },
    refuse: (accepted, diagnosis, shown) => {
      const error = new HttpError('certificate', `${diagnosis.reason}; ${diagnosis.remedy}`)
      connections.add(accepted)?.refuse(error, shown)
    },
    connections: () => connections.size,
    traffic: () => connections.traffic(),
    closeAll: (origin) => connections.closeOrigin(origin),
    closeUntrusted: () => void connections.closeUntrusted(),
    closeAfterResponses: () => connections.closeAfterResponses(),
    drain: (timeout) => connections.drain(timeout),
    forceShutdown: () => connections.forceShutdown(),
  }
}
