// Closes connections that found no place, but not at once: a client that opens the next one for each that is closed
// would keep the process busy with that, and the connections of others would wait behind all of its own.

import type { Socket } from 'node:net'

/** Milliseconds until such a connection is closed: any time between, as those closed together come again together. */
const [minDelay, maxDelay] = [500, 1500]

/** How many may wait for that; more are closed at once, as each takes a descriptor. */
const maxWaiting = 1024

export class DelayedClose {
  readonly #waiting = new Set<Socket>()

  /** Nothing of it is read. */
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
