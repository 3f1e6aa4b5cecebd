// How connections end when the process stops: running commands are waited for, everything else is not, and whoever
// has to be cut off is told why as long as no answer of his has begun.

import type { Connection } from './connection.ts'
import { failure } from './failure.ts'

/** Parts of the time that a stop may take in all. */
const parts = {
  /** From the beginning: a request that is on its way may still come. */
  grace: 0.1,
  /** A connection on which no command runs may rest for so long: an answer not taken, a client that does not close. */
  rest: 0.2,
  /** From the beginning: running commands may go on. */
  commands: 0.9,
  /** Between two looks. */
  look: 0.01,
}

export class Drain {
  readonly #open: ReadonlySet<Connection>
  /** How far each connection had come and when that last changed. */
  readonly #progress = new WeakMap<Connection, { readonly flushed: number; readonly since: number }>()
  readonly #timeout: number
  #begun = 0

  /** @param timeout milliseconds after which no connection is left */
  constructor(open: ReadonlySet<Connection>, timeout: number) {
    this.#open = open
    this.#timeout = timeout
  }

  /** Resolves when no connection is left. */
  run(): Promise<void> {
    this.#begun = performance.now()
    for (const connection of this.#open) connection.retire()
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#open.size > 0) this.#look(performance.now())
        if (this.#open.size > 0) return
        clearInterval(timer)
        resolve()
      }
      const timer = setInterval(look, this.#timeout * parts.look)
      look()
    })
  }

  /** Waits for nothing any more but what is being sent, and for that not long. */
  hurry(): void {
    this.#begun = Math.min(this.#begun, performance.now() - this.#timeout * parts.commands)
  }

  #look(now: number): void {
    const age = (now - this.#begun) / this.#timeout
    for (const connection of this.#open) {
      if (age > 1) connection.socket.destroy()
      else if (connection.running) {
        if (age > parts.commands) connection.abandon()
      } else if (connection.receiving) {
        if (age > parts.grace) connection.turnAway(failure('overload', 'the agent is stopping'))
      } else if (this.#restsFor(connection, now) > this.#timeout * parts.rest) connection.socket.destroy()
    }
  }

  #restsFor(connection: Connection, now: number): number {
    const flushed = connection.socket.bytesWritten - connection.socket.writableLength
    const before = this.#progress.get(connection)
    if (before?.flushed === flushed) return now - before.since
    this.#progress.set(connection, { flushed, since: now })
    return 0
  }
}
