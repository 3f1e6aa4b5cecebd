// The HTTP server: one Fastify instance for the life of the process, fed with connections that are ready to be read.
// It never listens itself, and asks for the configuration anew with each request, so a reload touches no connection.
// Fastify is a given, as pino and ajv are: what it costs is won back elsewhere.

import fastify from 'fastify'
import http from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Log } from '../log/message.ts'
import type { Diagnosis } from '../tls/diagnose.ts'
import type { PeerFacts } from '../tls/peer.ts'
import type { Arrival } from './arrival.ts'
import { Connection } from './connection.ts'
import { Connections } from './connections.ts'
import type { Traffic } from './connections.ts'
import { control } from './control.ts'
import type { Door } from './door.ts'
import { ControlRequest, Exchange, exchangeOf } from './exchange.ts'
import type { Failure } from './failure.ts'
import { failure, methodNotAllowed } from './failure.ts'
import { admit } from './gate.ts'
import { MemoryBudget } from './memory-budget.ts'
import type { ParseError } from './parse-error.ts'

export interface HttpServer {
  serve(arrival: Arrival): void
  /** Tells the client of a TLS connection why it may not come in. Nothing that it sends is looked at. */
  refuse(arrival: Arrival, diagnosis: Diagnosis, shown: PeerFacts | null): void
  /** How many connections are open. */
  connections(): number
  traffic(): Traffic
  /** Lets go of the connections of one listener; an answer under way is still delivered. */
  closeAll(origin: object): void
  /** From now on each answer is the last one of its connection; new connections still get one. */
  retireAll(): void
  /** Takes no more connections and ends all; requests under way are answered. @param timeout milliseconds */
  drain(timeout: number): Promise<void>
  /** Makes a drain under way end at once: what still runs is answered by saying so. */
  hurry(): void
}

export interface HttpServerOptions {
  /** The configuration in force. */
  readonly door: () => Door
  readonly log: Log
}

/** Where a socket keeps its connection. A WeakMap would do the same, but slows every garbage collection down. */
const ours = Symbol('connection')

type Marked = object & { [ours]?: Connection }

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => void

/** @throws if Fastify does not start, which no configuration causes */
export async function createHttpServer({ door, log }: HttpServerOptions): Promise<HttpServer> {
  const connections = new Connections(door, log)
  const budget = new MemoryBudget()

  const serverFactory = (handler: NodeHandler): http.Server => {
    const run = (exchange: Exchange): void => {
      // One route for every path; what the path says is in `exchange.target`.
      exchange.request.url = '/'
      handler(exchange.request, exchange.response)
    }
    const receive = (request: ControlRequest, response: ServerResponse): void => {
      const connection = connectionOf(request.socket)
      if (connection === undefined) return
      const exchange = new Exchange({ connection, request, response, door, log, budget, run })
      request.exchange = exchange
      connection.receive(exchange)
    }
    return createNodeServer(receive)
  }

  const app = fastify({
    serverFactory,
    // Fastify's type of the error lacks what Node's parser adds and misses the packet's.
    clientErrorHandler: (error, socket) => connectionOf(socket)?.parseError(error as unknown as ParseError),
    // No route has a schema: what compiles schemas would double the time that loading Fastify takes.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  })
  // Bodies are read by the route, as bytes and within its limits, not by Fastify's parsers.
  app.addHttpMethod('POST', { hasBody: false, overrideExisting: true })
  app.addHook('onRequest', (request, reply, next) => {
    const exchange = exchangeOf(request.raw)
    const answerOrGoOn = (refusal: Failure | null): void => {
      if (refusal === null) {
        next()
        return
      }
      exchange.fail(refusal)
      reply.hijack()
    }
    const admitted = admit(exchange)
    if (admitted instanceof Promise) admitted.then(answerOrGoOn).catch((error: unknown) => exchange.crash(error))
    else answerOrGoOn(admitted)
  })
  app.post('/', (request, reply) => {
    control(exchangeOf(request.raw))
    // The answer is ours to write; not before here, because Fastify drops what a hijacked request throws.
    reply.hijack()
  })
  app.setErrorHandler((error, request, reply) => {
    reply.hijack()
    exchangeOf(request.raw).crash(error)
  })
  await app.ready()
  const server: http.Server & { maxHeaderSize?: number } = app.server

  const admitConnection = ({ socket, remoteAddress, peer, origin }: Arrival): Connection | null => {
    const connection = new Connection({ socket, remoteAddress, peer, origin, door, log })
    return connections.add(connection) ? connection : null
  }
  return {
    serve: (arrival) => {
      const connection = admitConnection(arrival)
      if (connection === null) return
      const socket: Marked = arrival.socket
      socket[ours] = connection
      const start = socket instanceof TLSSocket ? 'HTTPS_REQUEST_RECEIVE_START' : 'HTTP_REQUEST_RECEIVE_START'
      log.write(start, { 'remote-address': connection.remoteAddress })
      // Node reads this property anew for each connection.
      server.maxHeaderSize = door().limits.maxHeadSize
      server.emit('connection', socket)
    },
    refuse: (arrival, diagnosis, shown) => {
      const reason = failure('certificate', `${diagnosis.reason}; ${diagnosis.remedy}`)
      admitConnection(arrival)?.refuse(reason, shown)
    },
    connections: () => connections.size,
    traffic: () => connections.traffic(),
    closeAll: (origin) => connections.retire(origin),
    retireAll: () => connections.retireAll(),
    drain: (timeout) => connections.drain(timeout),
    hurry: () => connections.hurry(),
  }
}

function connectionOf(socket: Marked): Connection | undefined {
  return socket[ours]
}

/** Stands in for the compilers that Fastify would else load. */
function noSchemas(): never {
  throw new Error('routes of this server have no schema')
}

/** A Node server with every limit of its own switched off: those of the configuration are enforced per connection. */
function createNodeServer(receive: (request: ControlRequest, response: ServerResponse) => void): http.Server {
  const server = http.createServer({
    IncomingMessage: ControlRequest,
    requireHostHeader: false,
    insecureHTTPParser: false,
    keepAliveTimeout: 0,
    headersTimeout: 0,
    requestTimeout: 0,
  })
  server.maxHeadersCount = 0
  // Node's switch, without documentation, for clients that close their side and wait for the answer.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('request', receive).on('checkContinue', receive).on('checkExpectation', receive)
  server.on('connect', (_request: IncomingMessage, socket: Socket) => connectionOf(socket)?.fault(methodNotAllowed()))
  return server
}
