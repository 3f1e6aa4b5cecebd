// Closes connections that found no place, but not at once: a client that opens a new connection for each closed one
// would keep the process busy, and the connections of others would wait behind its own.

import type { Socket } from 'node:net'

/**
 * Milliseconds until a connection is closed: a random time between these two, as clients that are disconnected together
 * come back together.
 */
const [minDelay, maxDelay] = [500, 1500]

/** How many connections may wait for their close; more are closed at once, as each takes a descriptor. */
const maxWaiting = 1024

export class DelayedClose {
  readonly #waiting = new Set<Socket>()

  /** Closes a connection after the delay. Nothing is read from it. */
  close(socket: Socket): void {
    socket.on('error', () => undefined)
    if (this.#waiting.size >= maxWaiting) {
      socket.destroy()
      return
    }
    this.#waiting.add(socket)
    const delay = minDelay + Math.random() * (maxDelay - minDelay)
    const timer = setTimeout(() => socket.destroy(), delay).unref()
    socket.once('close', () => {
      clearTimeout(timer)
      this.#waiting.delete(socket)
    })
  }

  /** Closes all that wait. */
  flush(): void {
    for (const socket of this.#waiting) socket.destroy()
  }
}
