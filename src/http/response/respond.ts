// The end of every request: decides whether its connection goes on, and prepares the head of the response.

import type { RawJson } from '../../json/raw.ts'
import type { HttpReply } from '../fastify-types.ts'
import { traceResponse } from '../trace.ts'
import { responseHeaders } from './headers.ts'
import { toPayload } from './payload.ts'
import type { Payload } from './payload.ts'

export interface PreparedResponse {
  readonly status: number
  /** Headers of this response alone, names and values in turn. */
  readonly headers?: readonly string[]
  readonly body: RawJson
  /** Whether the response is the last one whatever the client wants. */
  readonly close?: boolean
  /** Whether it answers a command, which makes its connection worth keeping; default: whether the status is 200. */
  readonly command?: boolean
}

/**
 * Begins the response to a request that has none yet.
 * @returns the payload that the hook, handler or error handler has to return; undefined when the client is gone
 */
export function respond(
  reply: HttpReply,
  { status, headers = [], body, close = false, command = status === 200 }: PreparedResponse,
): Payload | undefined {
  const { context } = reply.request
  const { connection, settings } = context
  if (!context.beginResponse()) {
    reply.hijack()
    return undefined
  }
  const last = close || context.inputFailed || connection.closing || !reply.raw.shouldKeepAlive || context.lostBytes()
  if (last) connection.stopReading()
  connection.startResponse(command)
  settings.metrics?.count('keagate_http_requests_total', { code: String(status) })
  traceResponse(context.log, context.client, status, body)
  reply.raw.wireHeaders = responseHeaders(settings.headers, headers, body.length, last)
  reply.code(status)
  return toPayload(body)
}
