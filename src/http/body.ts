// Reads the body of an admitted request, as bytes, while it arrives. Only a complete one comes out.

import type { EnvelopeReader } from '../command/envelope.ts'
import type { Exchange } from './exchange.ts'
import type { Failure } from './failure.ts'
import { bodyTooLarge, memoryFull } from './failure.ts'
import type { BodyTaker } from './incoming.ts'

/**
 * Feeds the body to a reader as it comes. A connection that breaks ends it without a word.
 * @param done called once: with null when the reader has the whole body, or with the refusal
 */
export function readBody(exchange: Exchange, reader: EnvelopeReader, done: (refusal: Failure | null) => void): void {
  const { connection, head, request, response } = exchange
  if (exchange.spoiled !== null) {
    done(exchange.spoiled)
    return
  }
  connection.startReading()
  if (head !== null && head.expect !== null && request.httpVersion === '1.1') response.writeContinue()
  const reading = new Reading(exchange, reader, done)
  if (!request.handTo(reading)) reading.readStream()
}

class Reading implements BodyTaker {
  readonly #exchange: Exchange
  readonly #reader: EnvelopeReader
  readonly #done: (refusal: Failure | null) => void
  readonly #traced: boolean
  #size = 0
  #settled = false
  #stop: (() => void) | null = null

  constructor(exchange: Exchange, reader: EnvelopeReader, done: (refusal: Failure | null) => void) {
    this.#exchange = exchange
    this.#reader = reader
    this.#done = done
    this.#traced = exchange.log.enabled('HTTP_DATA_RECEIVED')
    exchange.onSpoiled = (failure) => this.#settle(failure)
  }

  /** The body began to come before its turn: it is in the stream. */
  readStream(): void {
    const { request } = this.#exchange
    const read = (chunk: Buffer): void => this.read(chunk)
    const end = (): void => this.end()
    request.on('data', read).on('end', end)
    this.#stop = () => request.removeListener('data', read).removeListener('end', end)
  }

  read(chunk: Buffer): void {
    const { connection, door, log } = this.#exchange
    this.#size += chunk.length
    if (this.#traced) log.write('HTTP_DATA_RECEIVED', { 'remote-address': connection.remoteAddress, bytes: chunk.length })
    if (this.#size > door.limits.maxBodySize) this.#settle(bodyTooLarge(door.limits.maxBodySize))
    else if (!this.#exchange.hold(chunk.length)) this.#settle(memoryFull())
    else this.#reader.push(chunk)
  }

  end(): void {
    this.#settle(null)
  }

  #settle(refusal: Failure | null): void {
    if (this.#settled) return
    this.#settled = true
    this.#exchange.onSpoiled = null
    // The request lives as long as its answer; what it would hold on to is the whole body.
    if (this.#stop === null) this.#exchange.request.release()
    else this.#stop()
    this.#done(refusal)
  }
}
