// The Fastify instance that answers commands: its hooks in the order in which Fastify calls them, its body parser, its
// one route and its error handler.

import fastify from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import type { Log } from '../log/message.ts'
import type { MemoryBudget } from '../shares/memory-budget.ts'
import { TurnScheduler } from '../shares/turn-scheduler.ts'
import type { ConnectionTable } from './connection/connection-table.ts'
import type { HttpApp } from './fastify-types.ts'
import { authorizeRequest } from './request/authorization.ts'
import { readEnvelope } from './request/body.ts'
import { runCommand } from './request/command-route.ts'
import type { CommandRoute } from './request/command-route.ts'
import { checkHead, logRequest } from './request/head.ts'
import { checkBodyHeaders } from './request/body-headers.ts'
import { verifyPeer } from './request/peer-certificate.ts'
import { awaitTurn } from './request/turn.ts'
import { createErrorHandler } from './response/error-handler.ts'
import type { WireResponse } from './response/wire-response.ts'
import type { HttpSettings } from './settings.ts'

export interface ControlAppOptions {
  readonly connections: ConnectionTable
  /** The configuration in force. */
  readonly settings: () => HttpSettings
  readonly memory: MemoryBudget
  readonly log: Log
}

/** @throws if Fastify does not start, which no configuration causes */
export async function createControlApp({ connections, settings, memory, log }: ControlAppOptions): Promise<HttpApp> {
  const app = fastify<Server, IncomingMessage, WireResponse>({
    // There is one route for every path; the original target is in the context of the request.
    rewriteUrl: () => '/',
    // No route has a schema: loading the compilers of schemas doubles the time that loading Fastify takes.
    schemaController: { compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas } },
  })
  app.decorateRequest('context', null, [])

  app.addHook('onRequest', awaitTurn({ connections, settings, memory, log }))
  app.addHook('onRequest', logRequest({ log }))
  app.addHook('onRequest', verifyPeer())
  app.addHook('onRequest', checkHead())
  app.addHook('onRequest', authorizeRequest({ log }))
  app.addHook('onRequest', checkBodyHeaders())
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(['application/json', '*'], readEnvelope({ log, turns: new TurnScheduler() }))
  app.post<CommandRoute>('/', runCommand({ log }))
  app.addHook('onResponse', (request, _reply, done) => {
    request.context.responseSent()
    done()
  })
  app.setErrorHandler(createErrorHandler({ log }))
  await app.ready()
  return app
}

function noSchemas(): never {
  throw new Error('routes of this server have no schema')
}
