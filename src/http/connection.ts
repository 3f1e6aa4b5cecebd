// One connection: who is at its other end, its time limits, and its end. Once a request was refused for its framing, or
// an answer said that it is the last, nothing more that came on the connection is ever run.

import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { AuthMemory } from '../auth/basic.ts'
import type { Log } from '../log/message.ts'
import type { PeerFacts, TlsPeer } from '../tls/peer.ts'
import { rawAnswer } from './answer-head.ts'
import type { Arrival } from './arrival.ts'
import { PhaseClock } from './clock.ts'
import type { Door } from './door.ts'
import type { Failure } from './failure.ts'
import { failureBody } from './failure.ts'
import { logFailure } from './failure-log.ts'
import { enforce } from './overrun.ts'
import type { ParseError } from './parse-error.ts'
import { parseFailure } from './parse-error.ts'
import { recordRefusal } from './refusal-record.ts'
import { traceAnswer } from './trace.ts'
import { Turns } from './turns.ts'
import type { Turn } from './turns.ts'

export interface ConnectionParts extends Arrival {
  readonly door: () => Door
  readonly log: Log
}

/** Milliseconds after which the system looks whether a client that has closed its side is still there. */
const probeDelay = 10_000

export class Connection {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly peer: TlsPeer | null
  readonly origin: object | null
  /** For whoever asks for the password. */
  readonly authMemory: AuthMemory = { accepted: null }
  readonly #door: () => Door
  readonly #log: Log
  readonly #clock = new PhaseClock(performance.now())
  readonly #turns: Turns
  /** What is to be answered, and ends the connection, once all that came before it is answered. */
  #fault: Failure | null = null
  /** The answer for whoever may not come in. */
  #refusal: Failure | null = null
  /** What he has shown, for the record. */
  #shown: PeerFacts | null = null
  #certificate: X509Certificate | null = null
  #retired = false
  #poisoned = false
  #ended = false
  #rejected = false

  constructor(parts: ConnectionParts) {
    const { socket } = parts
    this.socket = socket
    this.remoteAddress = parts.remoteAddress
    this.peer = parts.peer
    this.origin = parts.origin
    this.#door = parts.door
    this.#log = parts.log
    this.#turns = new Turns(socket)
    // Whatever wraps or accepted the socket, a client that closes its side still gets its answer.
    socket.allowHalfOpen = true
    const logBroken = ({ message }: Error): void => {
      this.#log.write('KEAGATE_CONNECTION_ERROR', { 'remote-address': this.remoteAddress, reason: message })
    }
    socket.on('error', logBroken)
    socket.on('close', () => this.#closed())
    // Who leaves while nothing runs gets no answer that could go astray.
    socket.once('end', () => {
      if (this.busy) socket.setKeepAlive(true, probeDelay)
    })
    // Node calls this after an answer that is the last one; a plain close would let unread input destroy the answer.
    socket.destroySoon = () => this.end()
  }

  /** The client's certificate, for what the facts in `peer` do not tell; always the same object. */
  get certificate(): X509Certificate | null {
    if (this.#certificate === null && this.socket instanceof TLSSocket) {
      this.#certificate = this.socket.getPeerX509Certificate() ?? null
    }
    return this.#certificate
  }

  /** Whether the next answer is the last one. */
  get retired(): boolean {
    return this.#retired
  }

  /** Whether nothing can be answered any more. */
  get over(): boolean {
    return this.#ended || this.socket.destroyed
  }

  /** Whether a request is running or being answered. */
  get busy(): boolean {
    return this.#turns.current !== null
  }

  /** Whether a command runs, or whatever else comes between a complete request and its answer. */
  get running(): boolean {
    return this.#turns.current?.answered === false && this.#clock.phase !== 'body'
  }

  /** Whether a request, or what is left of it, is awaited and would still be answered. */
  get receiving(): boolean {
    if (this.over || this.#poisoned) return false
    return this.#turns.current === null || (this.#clock.phase === 'body' && !this.#turns.current.answered)
  }

  /** Where the request about to start begins, in bytes received, or null where it came together with another one. */
  get requestStart(): number | null {
    return this.#clock.phase === 'idle' || this.#clock.phase === 'head' ? this.#clock.initial : null
  }

  /** Takes the next request in order, or throws it away. */
  receive(turn: Turn): void {
    if (this.#poisoned || this.#fault !== null) turn.request.resume()
    else this.#turns.add(turn)
  }

  /** The body of the current request is awaited. */
  startReading(): void {
    this.#clock.enter('body', performance.now(), this.socket.bytesRead)
  }

  /** The current request runs or is being answered. */
  startWorking(): void {
    if (this.#clock.phase !== 'work') this.#clock.enter('work', performance.now(), 0)
  }

  /** The current request is answered to the last byte. */
  finished(): void {
    if (this.#poisoned) this.end()
    else if (this.#turns.next()) return
    else if (this.#fault !== null) this.reject(this.#fault)
    else if (this.#retired) this.end()
    else this.#clock.enter(this.#turns.arriving ? 'discard' : 'idle', performance.now(), this.socket.bytesRead)
  }

  /** What Node's parser, or the connection under it, complained about. */
  parseError(error: ParseError): void {
    const found = parseFailure(error)
    if (found !== null) this.fault(found)
    else if (error.code !== 'HPE_CLOSED_CONNECTION') this.socket.destroy()
  }

  /** The input is bad from here on: refuses the request that is still arriving, or else whatever came after it. */
  fault(found: Failure): void {
    if (this.#poisoned) return
    const { arriving, last } = this.#turns
    if (last === null) {
      // The latest request has its answer already; a second one would be taken for that of the next request.
      if (arriving) this.end()
      else this.reject(found)
    } else if (arriving) last.spoil(found)
    else this.#fault ??= found
  }

  /** Says why the connection is of no use, then ends it. Only while no request is being answered. */
  reject(reason: Failure): void {
    if (this.over || this.#rejected) return
    this.#rejected = true
    logFailure(this.#log, reason, this.remoteAddress)
    traceAnswer(this.#log, this.remoteAddress, reason.status, failureBody(reason))
    const door = this.#door()
    door.metrics?.count('keagate_http_requests_total', { code: String(reason.status) })
    this.poison()
    const send = (): void => {
      if (this.over) return
      this.socket.write(rawAnswer(door.headers, reason))
      this.end()
    }
    // Somebody who never said a word has asked for nothing: a probe of the port, a connection opened in advance.
    const saidNothing = this.socket.bytesRead === 0 && this.#refusal === null
    const caller = { remoteAddress: this.remoteAddress, tls: this.peer ?? this.#shown, user: null }
    if (saidNothing) send()
    else recordRefusal(door, caller, reason, performance.now(), send)
  }

  /**
   * Gives the reason as the answer to the first byte that comes; nobody reads what it is part of.
   * @param shown the certificate that is not good enough; null: none came
   */
  refuse(reason: Failure, shown: PeerFacts | null): void {
    this.#refusal = reason
    this.#shown = shown
    this.socket.once('data', () => this.reject(reason)).once('end', () => this.end())
  }

  /** The answer being written is the last one; what waits behind it never runs, what still comes is not looked at. */
  poison(): void {
    if (this.#poisoned) return
    this.#poisoned = true
    this.#turns.drop()
    // A listener of our own takes the input from Node's parser, which would keep every request that it finds.
    this.socket.removeAllListeners('data').on('data', () => undefined).resume()
  }

  /** Refuses the request that is awaited: says why and ends. */
  turnAway(reason: Failure): void {
    const { current } = this.#turns
    if (current === null) this.reject(this.#refusal ?? reason)
    else current.spoil(reason)
  }

  /** Waits no longer for what runs; its client is told so. */
  abandon(): void {
    this.#turns.current?.abandon()
  }

  /** Takes no further request: ends now, or with the answer to the one that runs or has yet to come. */
  retire(): void {
    this.#retired = true
    if (!this.busy && this.#turns.any) this.end()
  }

  /**
   * Closes our side once all is written and throws away what still comes, until the other side closes or that lasts
   * too long. Closing both at once would make the system discard the answer on its way (RFC 9112 section 9.6).
   */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#log.write('HTTP_CONNECTION_SHUTDOWN', { 'remote-address': this.remoteAddress })
    this.poison()
    this.#clock.enter('linger', performance.now(), this.socket.bytesRead)
    this.socket.end()
  }

  /** Looks whether a time limit is overrun, and acts on it. @param now milliseconds of the monotonic clock */
  check(now: number): void {
    const { socket } = this
    if (this.busy && socket.readableEnded) this.#probe()
    const counters = {
      read: socket.bytesRead,
      flushed: socket.bytesWritten - socket.writableLength,
      pending: socket.writableLength > 0,
      complete: !this.#turns.arriving,
    }
    const overrun = this.#clock.check(now, counters, this.#door().limits)
    if (overrun !== null) enforce(overrun, this, this.#log)
  }

  /**
   * A client that has closed its side and one that has gone look the same. From the latter the system gets a reset, by
   * its own probes at the latest, and tells it only to who writes: nothing is enough.
   */
  #probe(): void {
    if (this.socket.writable && this.socket.writableLength === 0) this.socket.write('')
  }

  #closed(): void {
    this.#log.write('HTTP_CONNECTION_STOP', { 'remote-address': this.remoteAddress })
    this.#turns.current?.closed()
  }
}
