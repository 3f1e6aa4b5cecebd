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
}

/** Requests that may wait before no more are read. What one read brought waits as well. */
const maxWaiting = 16

export class Turns {
  readonly #socket: Socket
  #waiting: Turn[] = []
  #current: Turn | null = null
  #latest: IncomingMessage | null = null
  #paused = false

  constructor(socket: Socket) {
    this.#socket = socket
  }

  /** The one that runs or is being answered. */
  get current(): Turn | null {
    return this.#current
  }

  /** The one that came last among those not answered yet. */
  get last(): Turn | null {
    return this.#waiting.at(-1) ?? this.#current
  }

  /** Whether any request has come yet. */
  get any(): boolean {
    return this.#latest !== null
  }

  /** Whether the latest request, answered or not, is still arriving. */
  get arriving(): boolean {
    return this.#latest?.complete === false
  }

  /** Starts the request, or lets it wait for those before it. */
  add(turn: Turn): void {
    this.#latest = turn.request
    if (this.#current !== null) {
      this.#waiting.push(turn)
      if (this.#waiting.length > maxWaiting) this.#pause()
      return
    }
    this.#current = turn
    turn.start()
  }

  /** The current one is answered to the last byte. @returns whether another one was waiting and has been started */
  next(): boolean {
    this.#current = this.#waiting.shift() ?? null
    if (this.#waiting.length < maxWaiting / 2) this.#resume()
    this.#current?.start()
    return this.#current !== null
  }

  /** Forgets those that wait. */
  drop(): void {
    this.#waiting = []
    this.#paused = false
  }

  #pause(): void {
    if (this.#paused) return
    this.#paused = true
    // Node resumes the socket itself when it has parsed the bytes at hand, so this comes after.
    process.nextTick(() => {
      if (this.#paused) this.#socket.pause()
    })
  }

  #resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#socket.resume()
  }
}
