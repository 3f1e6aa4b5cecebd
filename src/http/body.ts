// Reads the body of an admitted request, as bytes, while it arrives. Only a complete one comes out.

import type { EnvelopeReader } from '../command/envelope.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failure.ts'
import { bodyTooLarge, memoryFull } from './failure.ts'

/**
 * Feeds the body to a reader as it comes. A connection that breaks ends it without a word.
 * @param done called once: with null when the reader has the whole body, or with the refusal
 */
export function readBody(exchange: Exchange, reader: EnvelopeReader, done: (refusal: Failure | null) => void): void {
  const { connection, door, head, log, request, response } = exchange
  if (exchange.spoiled !== null) {
    done(exchange.spoiled)
    return
  }
  connection.startReading()
  if (head !== null && head.expect !== null && request.httpVersion === '1.1') response.writeContinue()
  const traced = log.enabled('HTTP_DATA_RECEIVED')
  let size = 0
  let settled = false
  const settle = (refusal: Failure | null): void => {
    if (settled) return
    settled = true
    exchange.onSpoiled = null
    // The request lives as long as its answer; what it would hold on to is the whole body.
    request.removeListener('data', read).removeListener('end', end)
    done(refusal)
  }
  exchange.onSpoiled = settle
  const read = (chunk: Buffer): void => {
    size += chunk.length
    if (traced) log.write('HTTP_DATA_RECEIVED', { 'remote-address': connection.remoteAddress, bytes: chunk.length })
    if (size > door.limits.maxBodySize) settle(bodyTooLarge(door.limits.maxBodySize))
    else if (!exchange.hold(chunk.length)) settle(memoryFull())
    else reader.push(chunk)
  }
  const end = (): void => settle(null)
  request.on('data', read).on('end', end)
}
