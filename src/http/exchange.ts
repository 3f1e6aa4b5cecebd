// One request and its answer, from its turn on the connection to the last byte taken by the client.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { CallerContext } from '../command/context.ts'
import type { Waiter } from '../command/waiter.ts'
import { describeError } from '../errors.ts'
import type { RawJson } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import { answerHeaders, openHead } from './answer-head.ts'
import { discardBytes } from './clock.ts'
import type { Connection } from './connection.ts'
import type { Door } from './door.ts'
import type { Failure } from './failure.ts'
import { failure, failureBody, reasonPhrase } from './failure.ts'
import { logFailure } from './failure-log.ts'
import type { Head } from './framing.ts'
import { Incoming } from './incoming.ts'
import type { Holding, MemoryBudget } from './memory-budget.ts'
import type { Turn } from './turns.ts'
import { recordRefusal } from './refusal-record.ts'
import { traceAnswer, traceHead } from './trace.ts'
import { socketOf, writeAnswer } from './write-answer.ts'
import { writePieces } from './write-pieces.ts'

/** A request that leads to its exchange. A WeakMap would do the same, but slows every garbage collection down. */
export class ControlRequest extends Incoming {
  exchange: Exchange | null = null
}

/** @throws when the request did not come over a connection of ours */
export function exchangeOf(request: IncomingMessage): Exchange {
  const exchange = request instanceof ControlRequest ? request.exchange : null
  if (exchange === null) throw new Error('a request came by another way than its connection')
  return exchange
}

export interface ExchangeParts {
  readonly connection: Connection
  readonly request: ControlRequest
  readonly response: ServerResponse
  readonly door: () => Door
  readonly log: Log
  /** Of the whole process. */
  readonly budget: MemoryBudget
  /** Runs the request through the gate and the route. */
  readonly run: (exchange: Exchange) => void
}

export class Exchange implements Turn, Waiter {
  readonly connection: Connection
  readonly request: ControlRequest
  readonly response: ServerResponse
  /** The request target as sent. */
  readonly target: string
  readonly log: Log
  /** Called when the body turns out bad, late or cut off while it is being read. */
  onSpoiled: ((failure: Failure) => void) | null = null
  /** Gives the answer for a command that is not waited for any more. Set once it runs. */
  onAbandoned: (() => RawJson) | null = null
  /** What the gate found out. */
  head: Head | null = null
  user: string | null = null
  readonly #askDoor: () => Door
  readonly #run: (exchange: Exchange) => void
  readonly #budget: MemoryBudget
  #holding: Holding | null = null
  #leavers: Set<() => void> | null = null
  #working = false
  #door: Door | null = null
  #spoiled: Failure | null = null
  /** Where on the connection the request begins; null where it came together with the one before. */
  #startsAt: number | null = null
  #answered = false
  /** Whether a refusal is on its way. */
  #refused = false
  readonly #begin = performance.now()

  constructor(parts: ExchangeParts) {
    this.connection = parts.connection
    this.request = parts.request
    this.response = parts.response
    this.target = parts.request.url ?? ''
    this.log = parts.log
    this.#askDoor = parts.door
    this.#run = parts.run
    this.#budget = parts.budget
  }

  /** The configuration that this request meets, whatever is reloaded meanwhile. */
  get door(): Door {
    return (this.#door ??= this.#askDoor())
  }

  get caller(): CallerContext {
    return { remoteAddress: this.connection.remoteAddress, tls: this.connection.peer, user: this.user }
  }

  get spoiled(): Failure | null {
    return this.#spoiled
  }

  get answered(): boolean {
    return this.#answered
  }

  start(): void {
    this.#startsAt = this.connection.requestStart
    this.#run(this)
  }

  spoil(found: Failure): void {
    this.#spoiled ??= found
    // Refused or answered before its body was complete: nothing behind a bad body can be trusted to be a request.
    if (this.#answered) this.connection.poison()
    else this.onSpoiled?.(found)
  }

  /** The command runs. */
  startWorking(): void {
    this.#working = true
    this.connection.startWorking()
  }

  gone(): boolean {
    return this.connection.over
  }

  whenGone(leave: () => void): () => void {
    const leavers = (this.#leavers ??= new Set())
    leavers.add(leave)
    return () => void leavers.delete(leave)
  }

  /** Bytes of body and answer that were granted. */
  get held(): number {
    return this.#holding?.held ?? 0
  }

  hold(bytes: number): boolean {
    this.#holding ??= this.#budget.open(this.door.limits.maxBuffered)
    return this.#holding.hold(bytes)
  }

  letGo(bytes: number): void {
    this.#holding?.letGo(bytes)
  }

  /** The answer is written, or the connection is gone; a command that still runs goes on. */
  closed(): void {
    for (const leave of this.#leavers ?? []) leave()
    this.#leavers = null
    if (this.#answered || !this.#working) this.letGo(this.held)
  }

  abandon(): void {
    if (this.#answered) return
    if (this.onAbandoned === null) this.fail(failure('overload', 'the agent is stopping'))
    else this.succeed(this.onAbandoned())
  }

  /** Answers with a 200, whose body is a list. */
  succeed(body: RawJson): void {
    if (!this.#refused) this.#answer(200, [], body, false)
  }

  /** Answers with a refusal, which is a map. */
  fail(reason: Failure): void {
    if (this.#answered || this.#refused || this.connection.over) return
    this.#refused = true
    if (logFailure(this.log, reason, this.connection.remoteAddress) === 'HTTP_BAD_CLIENT_REQUEST_RECEIVED') {
      const id = 'HTTP_BAD_CLIENT_REQUEST_RECEIVED_DETAILS'
      traceHead(this.log, id, this.connection.remoteAddress, this.request, this.target)
    }
    recordRefusal(this.door, this.caller, reason, this.#begin, () => this.#refuse(reason))
  }

  #refuse(reason: Failure): void {
    this.#answer(reason.status, reason.headers, failureBody(reason), reason.ends || !this.#worthReading())
    this.request.resume()
  }

  /** Answers to what must not happen. */
  crash(error: unknown): void {
    this.log.write('KEAGATE_REQUEST_FAILED', {
      'remote-address': this.connection.remoteAddress,
      reason: describeError(error),
    })
    // An answer that has begun cannot be taken back.
    if (this.#answered) this.connection.socket.destroy()
    else this.fail(failure('unexpected', 'see the log of the agent'))
  }

  #answer(status: number, own: readonly string[], body: RawJson, last: boolean): void {
    const { connection, response } = this
    if (this.#answered) return
    this.#answered = true
    if (connection.over) {
      this.closed()
      return
    }
    this.onSpoiled = null
    const close = last || this.#spoiled !== null || connection.retired || !response.shouldKeepAlive || this.#lostBytes()
    if (close) connection.poison()
    connection.startWorking()
    this.door.metrics?.count('keagate_http_requests_total', { code: String(status) })
    traceAnswer(this.log, connection.remoteAddress, status, body)
    const socket = close || status !== 200 ? null : socketOf(response)
    if (socket !== null) {
      writeAnswer(socket, openHead(this.door.headers, body.length), body, () => this.#flushed())
      return
    }
    response.on('finish', onFinish)
    response.writeHead(status, reasonPhrase(status), answerHeaders(this.door.headers, own, body.length, close))
    writePieces(response, body)
  }

  /** The answer that went around Node's response is written: Node lets go of it and turns to the next one. */
  #flushed(): void {
    this.response.emit('finish')
    this.finished()
  }

  /** The answer is written to the last byte. */
  finished(): void {
    this.closed()
    this.connection.finished()
  }

  /** Whether what is left of the body of a refused request is little enough to be read and thrown away. */
  #worthReading(): boolean {
    if (this.request.complete) return true
    // Who asked for a 100 and did not get it may or may not send the body.
    if (this.head === null || this.head.expect !== null) return false
    return this.head.chunked || (this.head.contentLength ?? 0) <= discardBytes
  }

  /**
   * Node's parser drops what came in the same read behind a request that offers another protocol. The connection can
   * go on only if the bytes received are exactly this request's.
   */
  #lostBytes(): boolean {
    const { head } = this
    if (head === null || !head.offersUpgrade) return false
    if (this.#startsAt === null || head.chunked) return true
    return this.connection.socket.bytesRead !== this.#startsAt + head.size + (head.contentLength ?? 0)
  }
}

/** One function for all responses: they are many. */
function onFinish(this: ServerResponse): void {
  exchangeOf(this.req).finished()
}
