// Is the head of the request sound, and is it a POST?

import type { Log } from '../../log/message.ts'
import type { HttpHook } from '../fastify-types.ts'
import { methodNotAllowed } from '../http-error.ts'
import { traceHead } from '../trace.ts'
import { readHead } from './request-head.ts'

export interface HeadOptions {
  readonly log: Log
}

/** Logs that a request has come. */
export function logRequest({ log }: HeadOptions): HttpHook {
  return (request, _reply, done) => {
    const { connection, raw, target } = request.context
    log.write('HTTP_CLIENT_REQUEST_RECEIVED', { 'remote-address': connection.remoteAddress })
    traceHead(log, 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS', connection.remoteAddress, raw, target)
    done()
  }
}

/** Notes the head in the request's context. */
export function checkHead(): HttpHook {
  return ({ context, method }, _reply, done) => {
    context.head = readHead(context.raw, context.target, context.settings.limits.maxHeadSize)
    if (method !== 'POST') throw methodNotAllowed()
    done()
  }
}
