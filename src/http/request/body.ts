// Reads the body of an admitted request, as bytes, while it arrives. Only a complete body is passed on.

import type { FastifyContentTypeParser } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import { EnvelopeReader } from '../../command/envelope.ts'
import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import { shareKey } from '../../shares/client.ts'
import type { TurnScheduler } from '../../shares/turn-scheduler.ts'
import type { HttpError } from '../http-error.ts'
import { bodyTooLarge, memoryFull } from '../http-error.ts'

export interface BodyOptions {
  readonly log: Log
  readonly turns: TurnScheduler
}

/** Bytes of a body that are scanned as they come; what follows waits for the turn of its client. */
const promptSize = 16 * 1024

/**
 * Gives the route an `EnvelopeReader` that has read the whole body. If the connection breaks before, the route is never
 * called.
 */
export function readEnvelope({ log, turns }: BodyOptions): FastifyContentTypeParser<Server, IncomingMessage> {
  return ({ context }, payload, done) => {
    const { maxBodySize } = context.settings.limits
    const reader = new EnvelopeReader()
    let size = 0
    let finished = false
    /** Whether a chunk waits for its turn. The stream may end before that turn. */
    let waiting = false
    let ended = false
    const onData = (chunk: Buffer): void => {
      size += chunk.length
      traceData(log, context.client, chunk.length)
      if (size > maxBodySize) finish(bodyTooLarge(maxBodySize))
      else if (!context.memory.tryReserve(chunk.length)) finish(memoryFull())
      else if (size <= promptSize) reader.push(chunk)
      else pushInTurn(chunk)
    }
    const pushInTurn = (chunk: Buffer): void => {
      waiting = true
      payload.pause()
      turns.schedule(shareKey(context.shareClient), () => {
        if (finished) return
        reader.push(chunk)
        waiting = false
        if (ended) finish(null)
        else payload.resume()
      })
    }
    const onEnd = (): void => {
      ended = true
      if (!waiting) finish(null)
    }
    const finish = (error: HttpError | null): void => {
      finished = true
      payload.off('data', onData).off('end', onEnd)
      context.stopReading()
      if (error === null) done(null, reader)
      else done(error)
    }
    payload.on('data', onData).on('end', onEnd)
    context.startReading(finish)
  }
}

function traceData(log: Log, client: ClientAddress, bytes: number): void {
  if (log.enabled('HTTP_DATA_RECEIVED')) log.write('HTTP_DATA_RECEIVED', { ...addressFields(client), bytes })
}
