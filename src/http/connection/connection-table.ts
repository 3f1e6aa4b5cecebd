// All open connections: how many there may be, the sweep that enforces their time limits, and how they are closed.

import type { Socket } from 'node:net'
import { setImmediate as yieldToEventLoop } from 'node:timers/promises'
import type { HttpLimits } from '../../config/types.ts'
import type { Log } from '../../log/message.ts'
import { ConnectionSlots } from '../../shares/connection-slots.ts'
import type { ConnectionSlot, EvictedState } from '../../shares/connection-slots.ts'
import { HttpError } from '../http-error.ts'
import { lostTrust } from '../request/peer-certificate.ts'
import type { HttpSettings } from '../settings.ts'
import type { AcceptedConnection } from './accepted-connection.ts'
import { Connection } from './connection.ts'
import { DelayedClose } from './delayed-close.ts'
import { Drain } from './drain.ts'

/** Connections over the limit that may be told so within a second; more are closed without a response. */
const maxRejected = 64

/** With fewer connections than this part of the limit, the limit no longer counts as reached. */
const nearLimit = 0.7

/** Milliseconds for which other connections wait at a time while the certificates of all are checked. */
const maxSlice = 10

/** Totals since the start. */
export interface Traffic {
  /** Connections open now. */
  readonly open: number
  /** Connections that were served, or told why not. */
  readonly accepted: number
  /** Connections that came over the limit. */
  readonly rejected: number
  /** Bytes, without those of TLS; `sent` likewise. */
  readonly received: number
  readonly sent: number
}

export class ConnectionTable {
  readonly #open = new Map<Socket, Connection>()
  /** Connections over the limit that are being told so, or were closed within the last second. */
  readonly #rejected = new Set<Connection>()
  readonly #delayedClose = new DelayedClose()
  readonly #slots: ConnectionSlots
  readonly #settings: () => HttpSettings
  readonly #log: Log
  /** Listeners that were closed. */
  readonly #closedOrigins = new WeakSet()
  #drain: Drain | null = null
  /** Whether each response is the last one of its connection. */
  #closing = false
  /**
   * Whether a refused connection is in the log, and whether an evicted one is: one line each, until the number of
   * connections is well below the limit.
   */
  #full = false
  #evicting = false
  #sweeping = false
  #accepted = 0
  #overLimit = 0
  /** Bytes of the connections that are closed. */
  #received = 0
  #sent = 0

  constructor(settings: () => HttpSettings, log: Log) {
    this.#settings = settings
    this.#log = log
    this.#slots = new ConnectionSlots({
      limit: () => settings().limits.maxConnections,
      onEvicted: (remoteAddress, state) => this.#noteEvicted(remoteAddress, state),
      onRefused: (remoteAddress) => this.#noteRefused(remoteAddress),
    })
  }

  /** @returns null: there is no place for a connection from this address */
  takeSlot(remoteAddress: string): ConnectionSlot | null {
    return this.#slots.admit(remoteAddress, this.#settings().trustedProxies.includes(remoteAddress))
  }

  get size(): number {
    return this.#open.size
  }

  /** The open connection of a socket. */
  get(socket: Socket): Connection | undefined {
    return this.#open.get(socket)
  }

  traffic(): Traffic {
    let [received, sent] = [this.#received, this.#sent]
    for (const socket of this.#open.keys()) {
      received += socket.bytesRead
      sent += socket.bytesWritten - socket.writableLength
    }
    return { open: this.#open.size, accepted: this.#accepted, rejected: this.#overLimit, received, sent }
  }

  /** @returns the connection, or null where it may not be served; it is being ended then */
  add(accepted: AcceptedConnection): Connection | null {
    const { socket, slot, origin } = accepted
    const { limits } = this.#settings()
    if (socket.destroyed || this.#drain !== null || (origin !== null && this.#closedOrigins.has(origin))) {
      slot?.release()
      socket.on('error', () => undefined).destroy()
      return null
    }
    if (slot === null && this.#rejected.size >= maxRejected) {
      this.discard(socket)
      return null
    }
    const connection = new Connection({ ...accepted, settings: this.#settings, log: this.#log })
    this.#open.set(socket, connection)
    this.#accepted++
    if (this.#closing) connection.closeAfterResponse()
    socket.on('close', () => this.#closed(connection))
    if (!this.#sweeping) this.#scheduleSweep(limits)
    if (slot !== null) {
      slot.evict = () => {
        connection.stopReading()
        this.discard(socket)
      }
      return connection
    }
    this.#rejected.add(connection)
    connection.reject(new HttpError('overload', 'too many connections are open'))
    return null
  }

  /** Closes a connection that found no place: without a response, and after a delay. */
  discard(socket: Socket): void {
    this.#delayedClose.close(socket)
  }

  /**
   * Ends the connections of one listener, each with the response under way. Later connections of that listener are
   * closed.
   */
  closeOrigin(origin: object): void {
    this.#closedOrigins.add(origin)
    for (const connection of this.#open.values()) if (connection.origin === origin) connection.closeAfterResponse()
  }

  /**
   * Closes the connections whose client certificates lead to no CA of the configuration in force, each after the
   * response under way. Yields to other connections: the first check of a certificate takes a part of a millisecond.
   */
  async closeUntrusted(): Promise<void> {
    let begin = performance.now()
    for (const connection of [...this.#open.values()]) {
      const { verified, client, peer } = connection
      const settings = this.#settings()
      const problem = verified === null || connection.over ? null : lostTrust(verified, settings, Date.now())
      if (problem !== null) {
        settings.tlsReport.refused(client, problem, peer)
        connection.closeUnlessArriving()
      }
      if (performance.now() - begin < maxSlice) continue
      await yieldToEventLoop()
      begin = performance.now()
    }
  }

  /** From now on each response is the last one of its connection; new connections still get one. */
  closeAfterResponses(): void {
    this.#closing = true
    for (const connection of this.#open.values()) connection.closeAfterResponse()
  }

  /**
   * Takes no more connections and ends all, each with the response under way. Resolves when none is left.
   * @param timeout milliseconds, after which what is left is destroyed
   */
  drain(timeout: number): Promise<void> {
    this.#delayedClose.flush()
    this.#drain = new Drain(this.#open, timeout)
    return this.#drain.run()
  }

  /** Makes a drain under way wait no longer for commands. */
  forceShutdown(): void {
    this.#drain?.force()
  }

  #noteRefused(remoteAddress: string): void {
    this.#overLimit++
    const reason = `${this.#slots.size} connections are open, and none can make room`
    if (!this.#full) this.#log.write('KEAGATE_CONNECTION_LIMIT', { 'remote-address': remoteAddress, reason })
    this.#full = true
  }

  #noteEvicted(remoteAddress: string, state: EvictedState): void {
    this.#settings().metrics?.count('keagate_http_connections_evicted_total', { state })
    const what = state === 'new' ? 'it was open without a command' : 'its latest command was longest ago'
    const reason = `${what}, and its place was needed`
    if (!this.#evicting) this.#log.write('KEAGATE_CONNECTION_EVICTED', { 'remote-address': remoteAddress, reason })
    this.#evicting = true
  }

  #closed(connection: Connection): void {
    const { socket } = connection
    this.#received += socket.bytesRead
    this.#sent += socket.bytesWritten - socket.writableLength
    this.#open.delete(socket)
    if (this.#rejected.has(connection)) setTimeout(() => this.#rejected.delete(connection), 1000).unref()
    // Not at the first free place: around the limit, each new connection would write a line.
    if (this.#slots.size >= this.#settings().limits.maxConnections * nearLimit) return
    this.#full = false
    this.#evicting = false
  }

  /** Checks often enough that no limit is exceeded by more than a quarter of it, nor by more than a second. */
  #scheduleSweep(limits: HttpLimits): void {
    const shortest = Math.min(limits.headTimeout, limits.requestTimeout, limits.idleTimeout, limits.stallTimeout)
    this.#sweeping = true
    const sweep = (): void => {
      const now = performance.now()
      for (const connection of this.#open.values()) connection.checkTimeouts(now)
      this.#sweeping = false
      if (this.#open.size > 0) this.#scheduleSweep(this.#settings().limits)
    }
    setTimeout(sweep, Math.min(Math.max(shortest / 4, 10), 1000)).unref()
  }
}
