// The HTTP side of monitoring: a Fastify instance of its own, fed by its listener through a limit of connections. One
// request for each connection, and few responses a second.

import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, onRequestHookHandler } from 'fastify'
import http from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Listener } from '../http/connection/listener.ts'
import { allowHalfOpenRequests } from '../net/node-contracts.ts'
import { ConnectionLimit } from './connection-limit.ts'

export interface MonitorServer {
  /** Stops listening; requests that have come are answered. */
  close(): void
}

export interface MonitorServerOptions {
  /** Adds the paths that are answered. */
  readonly addRoutes: (app: FastifyInstance) => void
  readonly onError: (error: unknown) => void
}

/** Milliseconds between two responses. */
const minInterval = 20

const headers = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
}

export async function serveMonitoring(listener: Listener, options: MonitorServerOptions): Promise<MonitorServer> {
  const limit = new ConnectionLimit()
  const app = await createMonitorApp(limit, options)
  listener.accept((socket) => {
    if (limit.add(socket)) app.server.emit('connection', socket)
  })
  return {
    close: () => {
      void listener.close()
      limit.closeIdle()
    },
  }
}

async function createMonitorApp(
  limit: ConnectionLimit,
  { addRoutes, onError }: MonitorServerOptions,
): Promise<FastifyInstance> {
  const app = fastify({
    serverFactory: createServer,
    clientErrorHandler: (_error, socket) => socket.destroy(),
    frameworkErrors: (_error, _request, reply) => void sendText(reply, 404, 'the path is malformed'),
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  })
  app.addHook('onRequest', spaceResponses(limit))
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers)
    if (request.method === 'GET' || request.method === 'HEAD') done()
    else void sendText(reply.header('allow', 'GET, HEAD'), 405, 'only GET and HEAD are answered')
  })
  addRoutes(app)
  app.setNotFoundHandler((_request, reply) => void sendText(reply, 404, 'there are /, /metrics, /livez and /readyz'))
  app.setErrorHandler((error, _request, reply) => {
    onError(error)
    void sendText(reply, 500, 'see the log of the agent')
  })
  await app.ready()
  return app
}

/** Each connection serves one request; others that came with it get no response. */
function createServer(handler: http.RequestListener): Server {
  const server = http.createServer({ requireHostHeader: false, maxHeaderSize: 8192, keepAliveTimeout: 0 }, handler)
  server.headersTimeout = server.requestTimeout = 0
  server.maxRequestsPerSocket = 1
  allowHalfOpenRequests(server)
  return server
}

/** Delays each request, so that there are at least `minInterval` milliseconds between responses. */
function spaceResponses(limit: ConnectionLimit): onRequestHookHandler {
  let next = 0
  return (request, _reply, done) => {
    limit.requested(request.raw.socket satisfies Socket)
    const now = performance.now()
    next = Math.max(now, next + minInterval)
    setTimeout(done, next - now)
  }
}

function sendText(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`)
}

function noSchemas(): never {
  throw new Error('routes of this server have no schema')
}
