// Keeps monitoring small: few connections, each for a short time. A flood of them takes little from those who send
// commands, and a client that asks for something still finds a place.

import type { Socket } from 'node:net'

/** Connections at a time. */
const maxConnections = 32

/** Milliseconds that a connection may take in all. */
const maxDuration = 10_000

/** Milliseconds that a connection has for its request before a new one may take its place. */
const requestTime = 1000

/** Milliseconds until a connection that finds no place is closed: a client that tries again at once has to wait. */
const rejectDelay = 100

/** How many connections may wait for this close; more are closed at once. */
const maxRejected = 128

interface Entry {
  readonly since: number
  requested: boolean
}

export class ConnectionLimit {
  readonly #open = new Map<Socket, Entry>()
  #rejected = 0

  /** @returns whether the connection may be served; if not, it is being closed */
  add(socket: Socket): boolean {
    socket.on('error', ignore)
    const now = performance.now()
    if (this.#open.size >= maxConnections && !this.#evictIdle(now)) {
      this.#reject(socket)
      return false
    }
    this.#open.set(socket, { since: now, requested: false })
    const timer = setTimeout(() => socket.destroy(), maxDuration)
    socket.on('close', () => {
      clearTimeout(timer)
      this.#open.delete(socket)
    })
    return true
  }

  /** The request of a connection has come: the connection keeps its place. */
  requested(socket: Socket): void {
    const entry = this.#open.get(socket)
    if (entry !== undefined) entry.requested = true
  }

  /** Closes the connections without a request; the others are answered. */
  closeIdle(): void {
    for (const [socket, { requested }] of this.#open) if (!requested) socket.destroy()
  }

  /** Closes the oldest connection that has not sent its request in time. @returns whether there was one */
  #evictIdle(now: number): boolean {
    for (const [socket, { since, requested }] of this.#open) {
      if (requested || now - since < requestTime) continue
      this.#open.delete(socket)
      socket.destroy()
      return true
    }
    return false
  }

  #reject(socket: Socket): void {
    if (this.#rejected >= maxRejected) {
      socket.destroy()
      return
    }
    this.#rejected++
    setTimeout(() => {
      this.#rejected--
      socket.destroy()
    }, rejectDelay)
  }
}

function ignore(): void {
  // The connection is gone; nothing is owed to its client.
}
