// Fastify's types with the response class of this server, and what its requests carry.

import type {
  FastifyInstance, FastifyReply, FastifyRequest, onRequestHookHandler, RouteGenericInterface,
} from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import type { RequestContext } from './request/context.ts'
import type { WireResponse } from './response/wire-response.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by the first hook. */
    context: RequestContext
  }
}

export type HttpApp = FastifyInstance<Server, IncomingMessage, WireResponse>
export type HttpRequest = FastifyRequest<RouteGenericInterface, Server, IncomingMessage>
export type HttpReply = FastifyReply<RouteGenericInterface, Server, IncomingMessage, WireResponse>
export type HttpHook = onRequestHookHandler<Server, IncomingMessage, WireResponse>
