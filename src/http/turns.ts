// The requests of one connection in the order they came: one runs, the others wait, and not too many are read ahead.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Failure } from './failure.ts'

/** A request in its place in the order of its connection. */
export interface Turn {
  readonly request: IncomingMessage
  /** Those before it are answered; called once at most. */
  start(): void
  /** Its body turned out bad, late or cut off, perhaps before its turn came. */
  spoil(failure: Failure): void
  /** The connection is gone. */
  closed(): void
  /** Whether its answer has begun. */
  readonly answered: boolean
  /** Nobody waits for its answer any more; says so to the client if no answer has begun. */
  abandon(): void
}

/** Requests that may wait before no more are read. What one read brought waits as well. */
const maxWaiting = 16

export class Turns {
  readonly #socket: Socket
  #waiting: Turn[] = []
  #current: Turn | null = null
  /** Whether the current one has. */
  #started = true
  /** The one that came last, as long as it is not known to be complete: a quiet connection holds on to no request. */
  #latest: IncomingMessage | null = null
  #any = false
  #paused = false

  constructor(socket: Socket) {
    this.#socket = socket
    // Node resumes the socket itself, after each read and for each body, which would bring thousands of requests for one.
    const resume = socket.resume.bind(socket)
    socket.resume = () => (this.#paused ? socket : resume())
  }

  /** The one that runs or is being answered, or is about to start. */
  get current(): Turn | null {
    return this.#current
  }

  /** The one that came last among those not answered yet. */
  get last(): Turn | null {
    return this.#waiting.at(-1) ?? this.#current
  }

  /** Whether any request has come yet. */
  get any(): boolean {
    return this.#any
  }

  /** Whether the latest request, answered or not, is still arriving. */
  get arriving(): boolean {
    if (this.#latest?.complete === true) this.#latest = null
    return this.#latest !== null
  }

  /** Starts the request, or lets it wait for those before it. */
  add(turn: Turn): void {
    this.#latest = turn.request
    this.#any = true
    if (this.#current !== null) {
      this.#waiting.push(turn)
      if (this.#waiting.length > maxWaiting) this.#pause()
      return
    }
    this.#current = turn
    turn.start()
  }

  /**
   * The current one is answered to the last byte. The next one starts when other connections have had their turn: one
   * read brings thousands of small requests.
   * @returns whether another one was waiting
   */
  next(): boolean {
    const next = this.#waiting.shift() ?? null
    this.#current = next
    if (this.#waiting.length < maxWaiting / 2) this.#resume()
    if (next === null) return false
    this.#started = false
    setImmediate(() => {
      if (this.#current !== next || this.#socket.destroyed) return
      this.#started = true
      next.start()
    })
    return true
  }

  /** Forgets those that have not started. */
  drop(): void {
    if (!this.#started) this.#current = null
    this.#waiting = []
    this.#paused = false
  }

  #pause(): void {
    this.#paused = true
    this.#socket.pause()
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }
}
