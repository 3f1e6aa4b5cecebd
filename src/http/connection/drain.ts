// How connections end when the process stops: running commands are waited for, everything else is not, and a client
// that has to be disconnected is told why as long as its response has not begun.

import { HttpError } from '../http-error.ts'
import type { Connection } from './connection.ts'

/** Fractions of the time that a stop may take in all. */
const fractions = {
  /** Since the beginning of the stop: until then, a request that is on its way may still come. */
  grace: 0.1,
  /**
   * How long a connection where no command runs may make no progress: a response not taken, a client that does not
   * close.
   */
  idle: 0.2,
  /** Since the beginning of the stop: until then, running commands may go on. */
  commands: 0.9,
  /** Between two checks. */
  tick: 0.01,
}

export class Drain {
  readonly #open: ReadonlyMap<unknown, Connection>
  /** Bytes sent on each connection, and when that number last changed. */
  readonly #progress = new WeakMap<Connection, { readonly flushed: number; readonly since: number }>()
  readonly #timeout: number
  #begun = 0

  /** @param timeout milliseconds after which no connection is left */
  constructor(open: ReadonlyMap<unknown, Connection>, timeout: number) {
    this.#open = open
    this.#timeout = timeout
  }

  /** Resolves when no connection is left. */
  run(): Promise<void> {
    this.#begun = performance.now()
    for (const connection of this.#open.values()) connection.closeAfterResponse()
    return new Promise((resolve) => {
      const tick = (): void => {
        if (this.#open.size > 0) this.#check(performance.now())
        if (this.#open.size > 0) return
        clearInterval(timer)
        resolve()
      }
      const timer = setInterval(tick, this.#timeout * fractions.tick)
      tick()
    })
  }

  /** Waits no longer for commands. Responses that are being sent get the time that is left after `commands`. */
  force(): void {
    this.#begun = Math.min(this.#begun, performance.now() - this.#timeout * fractions.commands)
  }

  #check(now: number): void {
    const age = (now - this.#begun) / this.#timeout
    for (const connection of this.#open.values()) {
      if (age > 1) connection.socket.destroy()
      else if (connection.running) {
        if (age > fractions.commands) connection.abort()
      } else if (connection.receiving) {
        if (age > fractions.grace) connection.rejectPending(new HttpError('overload', 'the agent is stopping'))
      } else if (this.#idleFor(connection, now) > this.#timeout * fractions.idle) connection.socket.destroy()
    }
  }

  #idleFor(connection: Connection, now: number): number {
    const flushed = connection.socket.bytesWritten - connection.socket.writableLength
    const before = this.#progress.get(connection)
    if (before?.flushed === flushed) return now - before.since
    this.#progress.set(connection, { flushed, since: now })
    return 0
  }
}
