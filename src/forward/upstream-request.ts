// The life of one command to one daemon: wait for a turn, connect, send once, read the answer, within all time limits.

import { onAbort } from '../command/scope.ts'
import type { UpstreamLimits } from '../config/types.ts'
import type { RawJson } from '../json/raw.ts'
import { rawToBuffer } from '../json/raw.ts'
import { splitPieces } from '../json/transform/rechunk.ts'
import type { Attempt, AttemptEvents, AttemptFailure, OpenAttempt } from './attempt.ts'
import type { Timed } from './deadline.ts'
import { Deadline } from './deadline.ts'
import { clientDisconnected } from './fair-limiter.ts'
import type { FairLimiter, QueuedRequest } from './fair-limiter.ts'
import { operationCanceled } from './system-errors.ts'
import type { RequestOwner, UpstreamResult } from './upstream.ts'

/** Bytes handed to the system at a time: sending a large command shows progress piece by piece. */
const pieceSize = 64 * 1024

/** Milliseconds between two attempts to reach a daemon that is being restarted. */
const retryPause = 50

export interface UpstreamRequestOptions {
  readonly limits: UpstreamLimits
  readonly limiter: FairLimiter
  readonly openAttempt: OpenAttempt
}

/**
 * Sends a command once and reads its answer. Never rejects.
 * @param command the complete envelope
 */
export function requestUpstream(
  options: UpstreamRequestOptions,
  command: RawJson,
  owner: RequestOwner,
): Promise<UpstreamResult> {
  return new Promise((resolve) => options.limiter.acquire(new UpstreamRequest(options, command, owner, resolve)))
}

class UpstreamRequest implements QueuedRequest, AttemptEvents, Timed {
  readonly client: string
  readonly #options: UpstreamRequestOptions
  readonly #command: RawJson
  readonly #owner: RequestOwner
  readonly #resolve: (result: UpstreamResult) => void
  readonly #deadline = new Deadline(this)
  /** When the time limit for the whole command, its wait included, is reached; on the scale of `performance.now()`. */
  readonly #end: number
  #state: 'new' | 'waiting' | 'connecting' | 'backing-off' | 'talking' | 'over' = 'new'
  #attempt: Attempt | null = null
  /** Stops listening for the client's disconnection. */
  #ignoreAbort: (() => void) | null = null
  /** The time from which on no further attempt to connect may begin; on the same scale. */
  #retryUntil = 0

  constructor(
    options: UpstreamRequestOptions,
    command: RawJson,
    owner: RequestOwner,
    resolve: (result: UpstreamResult) => void,
  ) {
    this.client = owner.client
    this.#options = options
    this.#command = command
    this.#owner = owner
    this.#resolve = resolve
    this.#end = performance.now() + options.limits.totalTimeout
  }

  isClientGone(): boolean {
    return this.#owner.scope.signal.aborted
  }

  expired(): boolean {
    return this.#end - performance.now() < 1
  }

  wait(): void {
    this.#state = 'waiting'
    this.#deadline.set(this.#end)
    this.#ignoreAbort = onAbort(this.#owner.scope.signal, () => {
      this.#options.limiter.cancel(this)
      this.#fail(clientDisconnected, false)
    })
  }

  start(): void {
    this.#ignoreAbort?.()
    this.#retryUntil = performance.now() + this.#options.limits.connectRetry
    this.#connect()
  }

  refuse(reason: string): void {
    this.#fail(reason, false)
  }

  connected(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'talking'
    this.progressed()
    const { length } = this.#command
    const whole = length <= pieceSize
    this.#send(whole ? [rawToBuffer(this.#command)].values() : splitPieces(this.#command, pieceSize), length)
  }

  progressed(): void {
    if (this.#state === 'talking') this.#setTimeout(this.#options.limits.stallTimeout)
  }

  answered(answer: RawJson): void {
    this.#finish({ ok: true, answer })
  }

  failed({ reason, offline, retryable }: AttemptFailure): void {
    const left = this.#retryUntil - performance.now()
    if (this.#state === 'connecting' && retryable && left > 0) {
      this.#state = 'backing-off'
      this.#setTimeout(Math.min(retryPause, left))
    } else {
      this.#fail(reason, offline)
    }
  }

  onTimeout(): void {
    if (this.#state === 'backing-off') {
      this.#connect()
      return
    }
    if (this.#state === 'waiting') this.#options.limiter.cancel(this)
    this.#fail(`${operationCanceled}: the limit of ${this.#limitReached()} was reached`, true)
  }

  /** The limit that was reached, in words. */
  #limitReached(): string {
    const { connectTimeout, stallTimeout, totalTimeout } = this.#options.limits
    if (this.expired()) return `${totalTimeout / 1000} s in all`
    if (this.#state === 'connecting') return `${connectTimeout / 1000} s for connecting`
    return `${stallTimeout / 1000} s without a byte`
  }

  #connect(): void {
    this.#state = 'connecting'
    this.#setTimeout(this.#options.limits.connectTimeout)
    this.#attempt = this.#options.openAttempt(this.#command.length, this.#owner, this)
  }

  /**
   * One piece at a time: what the daemon does not read is not buffered here, and each piece that it takes counts as
   * progress.
   */
  #send(pieces: Iterator<Buffer, undefined>, left: number): void {
    const piece = pieces.next().value
    if (piece === undefined) return
    const rest = left - piece.length
    this.#attempt?.write(piece, rest === 0, () => {
      if (this.#state !== 'talking') return
      this.progressed()
      this.#send(pieces, rest)
    })
  }

  /** @param milliseconds until something has to happen; the limit for the whole command may come first */
  #setTimeout(milliseconds: number): void {
    this.#deadline.set(Math.min(this.#end, performance.now() + milliseconds))
  }

  #fail(reason: string, offline: boolean): void {
    this.#finish({ ok: false, offline, reason, sent: this.#state === 'talking' })
  }

  #finish(result: UpstreamResult): void {
    if (this.#state === 'over') return
    this.#state = 'over'
    this.#ignoreAbort?.()
    this.#deadline.clear()
    this.#attempt?.close()
    this.#resolve(result)
    if (this.#attempt !== null) this.#options.limiter.release()
  }
}
