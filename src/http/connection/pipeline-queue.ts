// The requests of one connection in the order they came: one runs, the others wait, and not too many are read ahead.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { HttpError } from '../http-error.ts'
import { ReadGate } from '../../net/node-contracts.ts'

/** A request in the queue of its connection. */
export interface PipelinedRequest {
  readonly raw: IncomingMessage
  /** Whether its response has begun. */
  readonly answered: boolean
  /** The requests before it are answered. Called once at most. */
  start(): void
  /** Its body turned out bad, late or cut off, perhaps before its turn came. */
  abortInput(error: HttpError): void
  /** Its command is waited for no longer; tells the client so if no response has begun. */
  abort(): void
  /** The connection is gone. */
  disconnected(): void
}

/**
 * How many requests may wait; then no more are read from the connection. All requests of one read wait, even beyond
 * this number.
 */
const maxWaiting = 16

export class PipelineQueue {
  readonly #socket: Socket
  readonly #gate: ReadGate
  #waiting: PipelinedRequest[] = []
  #current: PipelinedRequest | null = null
  /** Whether the current one has started. */
  #started = true
  /** The latest request, until it is known to be complete: an idle connection keeps no request in memory. */
  #latest: IncomingMessage | null = null
  #used = false

  constructor(socket: Socket) {
    this.#socket = socket
    this.#gate = new ReadGate(socket)
  }

  /** The request that runs, is being answered, or is about to start. */
  get current(): PipelinedRequest | null {
    return this.#current
  }

  /** The latest request that is not answered yet. */
  get last(): PipelinedRequest | null {
    return this.#waiting.at(-1) ?? this.#current
  }

  /** Whether any request has come yet. */
  get used(): boolean {
    return this.#used
  }

  /** Whether the latest request, answered or not, is still arriving. */
  get arriving(): boolean {
    if (this.#latest?.complete === true) this.#latest = null
    return this.#latest !== null
  }

  /** Starts the request, or lets it wait for those before it. */
  add(request: PipelinedRequest): void {
    this.#latest = request.raw
    this.#used = true
    if (this.#current !== null) {
      this.#waiting.push(request)
      if (this.#waiting.length > maxWaiting) this.#gate.close()
      return
    }
    this.#current = request
    request.start()
  }

  /**
   * The current request is answered to the last byte. The next one starts when other connections have had their turn,
   * as one read may bring thousands of small requests.
   * @returns whether another one was waiting
   */
  next(): boolean {
    const next = this.#waiting.shift() ?? null
    this.#current = next
    if (this.#waiting.length < maxWaiting / 2) this.#gate.open()
    if (next === null) return false
    this.#started = false
    setImmediate(() => {
      if (this.#current !== next || this.#socket.destroyed) return
      this.#started = true
      next.start()
    })
    return true
  }

  /** Drops the requests that have not started. What still comes is read without this limit. */
  clear(): void {
    if (!this.#started) this.#current = null
    this.#waiting = []
    this.#gate.remove()
  }
}
