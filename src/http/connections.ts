// All open connections: how many there may be, the sweep that enforces their time limits, and letting go of them.

import type { HttpLimits } from '../config/types.ts'
import type { Log } from '../log/message.ts'
import type { Connection } from './connection.ts'
import type { Door } from './door.ts'
import { Drain } from './drain.ts'
import { failure } from './failure.ts'

/** Connections beyond the limit that may be told so at the same time; more are closed without a word. */
const maxRejected = 64

/** What has gone through the door since the start. */
export interface Traffic {
  /** Connections open now. */
  readonly open: number
  /** Those of all connections that were served, or told why not. */
  readonly accepted: number
  /** Those that came beyond the limit. */
  readonly rejected: number
  /** Bytes, without those of TLS. */
  readonly received: number
  readonly sent: number
}

export class Connections {
  readonly #open = new Set<Connection>()
  /** Those of them that came beyond the limit and are being told so. */
  readonly #rejected = new Set<Connection>()
  readonly #door: () => Door
  readonly #log: Log
  /** Listeners that were let go of, and whether all were. */
  readonly #gone = new WeakSet()
  #drain: Drain | null = null
  #retiring = false
  /** One log line for as long as the limit is about reached. */
  #full = false
  #sweeping = false
  #accepted = 0
  #crowdedOut = 0
  /** Of the connections that are gone. */
  #received = 0
  #sent = 0

  constructor(door: () => Door, log: Log) {
    this.#door = door
    this.#log = log
  }

  get size(): number {
    return this.#open.size
  }

  traffic(): Traffic {
    let [received, sent] = [this.#received, this.#sent]
    for (const { socket } of this.#open) {
      received += socket.bytesRead
      sent += socket.bytesWritten - socket.writableLength
    }
    return { open: this.#open.size, accepted: this.#accepted, rejected: this.#crowdedOut, received, sent }
  }

  /** Keeps track of a connection. @returns whether it may be served; if not, it is being ended */
  add(connection: Connection): boolean {
    const { socket, origin } = connection
    const { limits } = this.#door()
    if (socket.destroyed || this.#drain !== null || (origin !== null && this.#gone.has(origin))) {
      socket.destroy()
      return false
    }
    const rejected = this.#open.size - this.#rejected.size >= limits.maxConnections
    if (rejected) {
      this.#crowdedOut++
      this.#logLimit(connection, limits.maxConnections)
    }
    if (rejected && this.#rejected.size >= maxRejected) {
      socket.destroy()
      return false
    }
    this.#open.add(connection)
    this.#accepted++
    if (this.#retiring) connection.retire()
    socket.on('close', () => this.#closed(connection))
    if (!this.#sweeping) this.#planSweep(limits)
    if (!rejected) return true
    this.#rejected.add(connection)
    connection.reject(failure('overload', 'too many connections are open'))
    return false
  }

  /** Ends the connections of one listener, each with the answer under way. Later ones of it are closed. */
  retire(origin: object): void {
    this.#gone.add(origin)
    for (const connection of this.#open) if (connection.origin === origin) connection.retire()
  }

  /** From now on each answer is the last one of its connection; new connections still get one. */
  retireAll(): void {
    this.#retiring = true
    for (const connection of this.#open) connection.retire()
  }

  /**
   * Takes no more and ends all, each with the answer under way. Resolves when none is left.
   * @param timeout milliseconds, after which what is left is cut off
   */
  drain(timeout: number): Promise<void> {
    this.#drain = new Drain(this.#open, timeout)
    return this.#drain.run()
  }

  /** Somebody insists on an end. */
  hurry(): void {
    this.#drain?.hurry()
  }

  #logLimit(connection: Connection, limit: number): void {
    const reason = `${limit} connections are open, which is the limit`
    const fields = { 'remote-address': connection.remoteAddress, reason }
    if (!this.#full) this.#log.write('KEAGATE_CONNECTION_LIMIT', fields)
    this.#full = true
  }

  #closed(connection: Connection): void {
    const { socket } = connection
    this.#received += socket.bytesRead
    this.#sent += socket.bytesWritten - socket.writableLength
    this.#open.delete(connection)
    this.#rejected.delete(connection)
    // Not at the first free place: around the limit each new connection would be worth a line.
    if (this.#open.size < this.#door().limits.maxConnections * 0.9) this.#full = false
  }

  /** Looks often enough that no limit is overrun by more than a quarter or a second. */
  #planSweep(limits: HttpLimits): void {
    const shortest = Math.min(limits.headTimeout, limits.requestTimeout, limits.idleTimeout, limits.stallTimeout)
    this.#sweeping = true
    const sweep = (): void => {
      const now = performance.now()
      for (const connection of this.#open) connection.check(now)
      this.#sweeping = false
      if (this.#open.size > 0) this.#planSweep(this.#door().limits)
    }
    setTimeout(sweep, Math.min(Math.max(shortest / 4, 10), 1000)).unref()
  }
}
