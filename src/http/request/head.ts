// Checks the head of a request: whether it is sound, of which client it is, and whether it is a POST.

import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { HttpHook } from '../fastify-types.ts'
import { methodNotAllowed } from '../http-error.ts'
import { traceHead } from '../trace.ts'
import { identifyClient } from './identify-client.ts'
import { answerProbe, isProbe } from './probe.ts'
import { readHead } from './request-head.ts'

export interface HeadOptions {
  readonly log: Log
}

/** Logs that a request has come. */
export function logRequest({ log }: HeadOptions): HttpHook {
  return (request, _reply, done) => {
    const { client, raw, target } = request.context
    log.write('HTTP_CLIENT_REQUEST_RECEIVED', addressFields(client))
    traceHead(log, 'HTTP_CLIENT_REQUEST_RECEIVED_DETAILS', client, raw, target)
    done()
  }
}

/** Notes the head and the client in the request's context. A probe is answered here and goes no further. */
export function checkHead(): HttpHook {
  return ({ context, method }, reply, done) => {
    context.head = readHead(context.raw, context.target, context.settings.limits.maxHeadSize)
    identifyClient(context)
    if (isProbe(context)) {
      answerProbe(context, reply)
      return
    }
    if (method !== 'POST') throw methodNotAllowed()
    done()
  }
}
