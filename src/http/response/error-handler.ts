// The one error handler: whatever a hook, the body parser or the route throws becomes its response.

import { describeError } from '../../errors.ts'
import type { Log } from '../../log/message.ts'
import { maxDiscarded } from '../connection/timeouts.ts'
import type { HttpReply, HttpRequest } from '../fastify-types.ts'
import { addressFields } from '../../net/client-address.ts'
import { HttpError } from '../http-error.ts'
import type { RequestContext } from '../request/context.ts'
import { traceHead } from '../trace.ts'
import { logHttpError, recordHttpError } from './error-record.ts'
import type { Payload } from './payload.ts'
import { respond } from './respond.ts'

export interface ErrorHandlerOptions {
  readonly log: Log
}

/** For Fastify's `setErrorHandler`. */
export function createErrorHandler({ log }: ErrorHandlerOptions) {
  return (thrown: unknown, request: HttpRequest, reply: HttpReply): Promise<Payload | undefined> | undefined => {
    const { context } = request
    const error = thrown instanceof HttpError ? thrown : known(thrown) ?? unexpected(log, context, thrown)
    if (context.answered) cutOff(context, reply)
    return context.refuse() ? sendError(error, context, reply) : undefined
  }
}

async function sendError(error: HttpError, context: RequestContext, reply: HttpReply): Promise<Payload | undefined> {
  const { client, log, raw, settings, target } = context
  if (logHttpError(log, error, client) === 'HTTP_BAD_CLIENT_REQUEST_RECEIVED') {
    traceHead(log, 'HTTP_BAD_CLIENT_REQUEST_RECEIVED_DETAILS', client, raw, target)
  }
  await recordHttpError(settings.audit, context.caller, error, context.begin)
  const { status, headers } = error
  const close = error.closesConnection || !isWorthReading(context)
  discardBody(context)
  try {
    return respond(reply, { status, headers, body: error.body(), close })
  } catch (broken) {
    unexpected(log, context, broken)
    cutOff(context, reply)
    return undefined
  }
}

/**
 * Throws away what is left of the body. Beyond `maxDiscarded` bytes of it, the connection ends once the response is
 * out.
 */
function discardBody({ connection, raw }: RequestContext): void {
  let discarded = 0
  raw.on('data', (chunk: Buffer) => {
    discarded += chunk.length
    if (discarded > maxDiscarded && !connection.busy) connection.end()
  })
}

/** A response that has begun cannot be taken back. */
function cutOff({ connection }: RequestContext, reply: HttpReply): void {
  connection.socket.destroy()
  reply.hijack()
}

/**
 * The error for what Fastify itself refuses: a malformed Content-Type. It comes this far only where there are two:
 * `checkBodyHeaders` looks at the last one, and Fastify at the first.
 */
function known(thrown: unknown): HttpError | null {
  const isInvalidType = thrown instanceof Error && 'code' in thrown && thrown.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE'
  return isInvalidType ? new HttpError('content-type', 'Content-Type is malformed') : null
}

function unexpected(log: Log, { client }: RequestContext, thrown: unknown): HttpError {
  const fields = { ...addressFields(client), reason: describeError(thrown) }
  log.write('KEAGATE_REQUEST_FAILED', fields)
  return new HttpError('unexpected', 'see the log of the agent')
}

/** Whether what is left of the body of a refused request is little enough to be read and thrown away. */
function isWorthReading({ raw, head }: RequestContext): boolean {
  if (raw.complete) return true
  // A client that asked for a 100 and did not get it may or may not send the body.
  if (head === null || head.expect !== null) return false
  return head.chunked || (head.contentLength ?? 0) <= maxDiscarded
}
