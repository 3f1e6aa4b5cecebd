// Reads the body of an admitted request, as bytes, while it arrives. Only a complete one comes out.

import type { FastifyContentTypeParser } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import { EnvelopeReader } from '../../command/envelope.ts'
import type { Log } from '../../log/message.ts'
import type { HttpError } from '../http-error.ts'
import { bodyTooLarge, memoryFull } from '../http-error.ts'

export interface BodyOptions {
  readonly log: Log
}

/** Gives the route an `EnvelopeReader` that has read the whole body; never, where the connection breaks before. */
export function readEnvelope({ log }: BodyOptions): FastifyContentTypeParser<Server, IncomingMessage> {
  return ({ context }, payload, done) => {
    const { maxBodySize } = context.settings.limits
    const reader = new EnvelopeReader()
    let size = 0
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      traceData(log, context.connection.remoteAddress, chunk.length)
      if (size > maxBodySize) finish(bodyTooLarge(maxBodySize))
      else if (!context.memory.tryReserve(chunk.length)) finish(memoryFull())
      else reader.push(chunk)
    }
    const onEnd = (): void => finish(null)
    const finish = (error: HttpError | null): void => {
      payload.off('data', onData).off('end', onEnd)
      context.stopReading()
      if (error === null) done(null, reader)
      else done(error)
    }
    payload.on('data', onData).on('end', onEnd)
    context.startReading(finish)
  }
}

function traceData(log: Log, remoteAddress: string, bytes: number): void {
  if (log.enabled('HTTP_DATA_RECEIVED')) log.write('HTTP_DATA_RECEIVED', { 'remote-address': remoteAddress, bytes })
}
