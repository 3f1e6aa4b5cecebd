// The life of one command to one daemon: wait for a turn, connect, send, read the answer, within all time limits.

import { onAbort } from '../../command/scope.ts'
import type { UpstreamLimits } from '../../config/types.ts'
import { splitPieces } from '../../json/transform/rechunk.ts'
import type { RawJson } from '../../json/raw.ts'
import { rawToBuffer } from '../../json/raw.ts'
import { clientDisconnected } from '../fair-limiter.ts'
import type { FairLimiter, QueuedRequest } from '../fair-limiter.ts'
import { AnswerReader } from '../answer-reader.ts'
import type { ConnectionEvents } from './connection.ts'
import { ControlConnection } from './connection.ts'
import type { Timed } from '../deadline.ts'
import { Deadline } from '../deadline.ts'
import { endOfFile, isRetryable, operationCanceled, describeSystemError } from '../system-errors.ts'
import type { RequestOwner, UpstreamResult } from '../upstream.ts'

export interface ControlSocket {
  /** Where to connect to; known to fit into a socket address. */
  readonly path: string
  readonly limits: UpstreamLimits
  /** Called when a daemon sent something after its answer in the same breath. */
  onTrailingBytes(): void
}

/** Bytes handed to the system at a time: sending a large command shows progress piece by piece. */
const pieceSize = 64 * 1024

/** Milliseconds between two attempts to reach a daemon that is being restarted. */
const retryPause = 50

/** Runs once; the result goes to the function that it was made with. */
export class UnixRequest implements QueuedRequest, ConnectionEvents, Timed {
  readonly client: string
  readonly #socket: ControlSocket
  readonly #admission: FairLimiter
  readonly #command: RawJson
  readonly #asker: RequestOwner
  readonly #resolve: (result: UpstreamResult) => void
  readonly #reader: AnswerReader
  readonly #deadline = new Deadline(this)
  /** The last moment for all of it, waiting included. */
  readonly #end: number
  #state: 'new' | 'waiting' | 'connecting' | 'backing-off' | 'talking' | 'over' = 'new'
  #connection: ControlConnection | null = null
  /** Takes back that the client's going away ends it. */
  #stay: (() => void) | null = null
  /** The last moment to begin another attempt to connect. */
  #retryUntil = 0

  constructor(
    socket: ControlSocket,
    admission: FairLimiter,
    command: RawJson,
    asker: RequestOwner,
    resolve: (result: UpstreamResult) => void,
  ) {
    this.client = asker.client
    this.#socket = socket
    this.#admission = admission
    this.#command = command
    this.#asker = asker
    this.#resolve = resolve
    this.#reader = new AnswerReader(socket.limits.maxAnswerSize, asker.scope.memory)
    this.#end = performance.now() + socket.limits.totalTimeout
  }

  run(): void {
    this.#admission.acquire(this)
  }

  isClientGone(): boolean {
    return this.#asker.scope.signal.aborted
  }

  expired(): boolean {
    return this.#end - performance.now() < 1
  }

  wait(): void {
    this.#state = 'waiting'
    this.#deadline.set(this.#end)
    this.#stay = onAbort(this.#asker.scope.signal, () => this.#leave())
  }

  start(): void {
    this.#stay?.()
    this.#retryUntil = performance.now() + this.#socket.limits.connectRetry
    this.#connect()
  }

  refuse(reason: string): void {
    this.#fail(reason, false)
  }

  connected(): void {
    this.#state = 'talking'
    this.#allow(this.#socket.limits.stallTimeout)
    if (this.#command.length <= pieceSize) this.#connection?.write(rawToBuffer(this.#command))
    else this.#send(splitPieces(this.#command, pieceSize))
  }

  received(chunk: Uint8Array): void {
    if (this.#state !== 'talking') return
    this.#allow(this.#socket.limits.stallTimeout)
    const progress = this.#reader.push(chunk)
    if (progress === 'bad') this.#fail(this.#reader.problem(), false)
    if (progress !== 'done') return
    if (this.#reader.trailing()) this.#socket.onTrailingBytes()
    this.#finish({ ok: true, answer: this.#reader.answer() })
  }

  ended(): void {
    this.#fail(endOfFile, true)
  }

  failed(error: NodeJS.ErrnoException): void {
    const left = this.#retryUntil - performance.now()
    if (this.#state === 'connecting' && isRetryable(error) && left > 0) {
      this.#state = 'backing-off'
      this.#allow(Math.min(retryPause, left))
      return
    }
    const { reason, offline } = describeSystemError(error)
    this.#fail(reason, offline)
  }

  onTimeout(): void {
    if (this.#state === 'backing-off') {
      this.#connect()
      return
    }
    if (this.#state === 'waiting') this.#admission.cancel(this)
    this.#fail(`${operationCanceled}: the limit of ${this.#limitReached()} was reached`, true)
  }

  /** In words. */
  #limitReached(): string {
    const { connectTimeout, stallTimeout, totalTimeout } = this.#socket.limits
    if (this.expired()) return `${totalTimeout / 1000} s in all`
    if (this.#state === 'connecting') return `${connectTimeout / 1000} s for connecting`
    return `${stallTimeout / 1000} s without a byte`
  }

  #connect(): void {
    this.#state = 'connecting'
    this.#allow(this.#socket.limits.connectTimeout)
    this.#connection = new ControlConnection(this.#socket.path, this)
  }

  /** One piece at a time: what a daemon does not read is not copied anywhere, and each piece read is progress. */
  #send(pieces: Iterator<Buffer, undefined>): void {
    const next = pieces.next()
    if (next.done === true) return
    this.#connection?.write(next.value, () => {
      if (this.#state !== 'talking') return
      this.#allow(this.#socket.limits.stallTimeout)
      this.#send(pieces)
    })
  }

  /** Something must happen within so many milliseconds, and before the end of all. */
  #allow(milliseconds: number): void {
    this.#deadline.set(Math.min(this.#end, performance.now() + milliseconds))
  }

  /** The client went away while it waited. */
  #leave(): void {
    this.#admission.cancel(this)
    this.#fail(clientDisconnected, false)
  }

  #fail(reason: string, offline: boolean): void {
    this.#finish({ ok: false, offline, reason, sent: this.#state === 'talking' })
  }

  #finish(result: UpstreamResult): void {
    if (this.#state === 'over') return
    const running = this.#connection !== null
    this.#state = 'over'
    this.#stay?.()
    this.#deadline.clear()
    this.#connection?.destroy()
    if (!result.ok) this.#reader.discard()
    this.#resolve(result)
    if (running) this.#admission.release()
  }
}
