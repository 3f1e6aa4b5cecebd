// The life of one command to a daemon's HTTP or HTTPS listener: wait for a turn, connect, send once, read the answer,
// within all time limits. As `exchange.ts`, over another transport.

import type { ClientRequest, IncomingMessage } from 'node:http'
import { onAbort } from '../../command/scope.ts'
import type { UpstreamLimits } from '../../config/types.ts'
import { splitPieces } from '../../json/transform/rechunk.ts'
import type { RawJson } from '../../json/raw.ts'
import { rawToBuffer } from '../../json/raw.ts'
import { diagnoseDaemonHandshake } from '../../tls/diagnosis/daemon.ts'
import type { DaemonDiagnosis } from '../../tls/diagnosis/daemon.ts'
import { clientDisconnected } from '../fair-limiter.ts'
import type { FairLimiter, QueuedRequest } from '../fair-limiter.ts'
import type { Timed } from '../deadline.ts'
import { Deadline } from '../deadline.ts'
import type { HttpPool, RequestEvents } from './connection.ts'
import { HttpReply } from './reply.ts'
import { endOfFile, isRetryable, operationCanceled, describeSystemError } from '../system-errors.ts'
import type { RequestOwner, UpstreamResult } from '../upstream.ts'

/** Bytes handed to the system at a time: sending a large command shows progress piece by piece. */
const pieceSize = 64 * 1024

/** Milliseconds between two attempts to reach a daemon that is being restarted. */
const retryPause = 50

export interface HttpRequestOptions {
  readonly pool: HttpPool
  readonly limits: UpstreamLimits
  readonly admission: FairLimiter
}

const tlsRemedy = 'if this daemon has certificates, write socket-type "https"'

function notHttp(code: string, answered: boolean): string {
  if (answered) return `its answer breaks the rules of HTTP (${code})`
  return `what answers there does not speak HTTP, or demands TLS; check the port and the socket-type (${code})`
}

/** Runs once; the result goes to the function that it was made with. */
export class HttpRequest implements QueuedRequest, RequestEvents, Timed {
  readonly client: string
  readonly #parts: HttpRequestOptions
  readonly #command: RawJson
  readonly #asker: RequestOwner
  readonly #resolve: (result: UpstreamResult) => void
  readonly #deadline = new Deadline(this)
  /** The last moment for all of it, waiting included. */
  readonly #end: number
  #state: 'new' | 'waiting' | 'connecting' | 'backing-off' | 'talking' | 'over' = 'new'
  #request: ClientRequest | null = null
  #reply: HttpReply | null = null
  /** The answer was read to its end. */
  #complete = false
  /** Takes back that the client's going away ends it. */
  #stay: (() => void) | null = null
  /** The last moment to begin another attempt to connect. */
  #retryUntil = 0

  constructor(
    parts: HttpRequestOptions,
    command: RawJson,
    asker: RequestOwner,
    resolve: (result: UpstreamResult) => void,
  ) {
    this.client = asker.client
    this.#parts = parts
    this.#command = command
    this.#asker = asker
    this.#resolve = resolve
    this.#end = performance.now() + parts.limits.totalTimeout
  }

  run(): void {
    this.#parts.admission.acquire(this)
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
    const { connectRetry, connectTimeout } = this.#parts.limits
    this.#retryUntil = performance.now() + connectRetry
    this.#allow(connectTimeout)
    this.#connect()
  }

  refuse(reason: string): void {
    this.#fail(reason, false)
  }

  ready(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'talking'
    this.#progress()
    if (this.#command.length <= pieceSize) this.#request?.end(rawToBuffer(this.#command))
    else this.#send(splitPieces(this.#command, pieceSize))
  }

  /** Another connection, within the time for this one: the pool ends after as many as it had. */
  stale(): void {
    if (this.#state === 'connecting') this.#connect()
  }

  refused({ reason, remedy }: DaemonDiagnosis): void {
    this.#fail(`${reason}; ${remedy}`, false)
  }

  answered(response: IncomingMessage): void {
    const reply = new HttpReply(response, this.#parts.limits.maxAnswerSize, this.#asker.scope.memory)
    this.#reply = reply
    response.on('data', (chunk: Buffer) => {
      if (this.#state !== 'talking') return
      this.#progress()
      const problem = reply.push(chunk)
      if (problem !== null) this.#fail(problem, false)
    })
    response.on('end', () => {
      this.#complete = response.complete
      if (response.complete) this.#finish(reply.finish())
      else this.#fail(endOfFile, true)
    })
    // The connection broke amid the answer.
    response.on('error', () => this.#fail(endOfFile, true))
  }

  failed(error: NodeJS.ErrnoException): void {
    const left = this.#retryUntil - performance.now()
    if (this.#state === 'connecting' && isRetryable(error) && left > 0) {
      this.#state = 'backing-off'
      this.#allow(Math.min(retryPause, left))
      return
    }
    const diagnosis = diagnoseDaemonHandshake(error, this.#parts.pool.demand)
    if (diagnosis !== null) {
      this.refused(diagnosis)
    } else if (error.code?.startsWith('HPE_') === true) {
      this.#fail(notHttp(error.code, this.#parts.pool.answered), false)
    } else {
      const { reason, offline } = describeSystemError(error)
      const { plain, answered } = this.#parts.pool
      // Kea's listeners do not answer plain HTTP where TLS is expected.
      const silent = reason === endOfFile && this.#state === 'talking' && plain && !answered
      this.#fail(silent ? `${reason} before any answer; ${tlsRemedy}` : reason, offline)
    }
  }

  onTimeout(): void {
    if (this.#state === 'backing-off') {
      this.#state = 'connecting'
      this.#allow(this.#parts.limits.connectTimeout)
      this.#connect()
      return
    }
    if (this.#state === 'waiting') this.#parts.admission.cancel(this)
    this.#fail(`${operationCanceled}: the limit of ${this.#limitReached()} was reached`, true)
  }

  /** In words. */
  #limitReached(): string {
    const { connectTimeout, stallTimeout, totalTimeout } = this.#parts.limits
    if (this.expired()) return `${totalTimeout / 1000} s in all`
    if (this.#state === 'connecting') return `${connectTimeout / 1000} s for connecting`
    return `${stallTimeout / 1000} s without a byte`
  }

  #connect(): void {
    this.#state = 'connecting'
    this.#request = this.#parts.pool.open(this.#command.length, this.#asker.address, this)
  }

  /** One piece at a time: what a daemon does not read is not copied anywhere, and each piece read is progress. */
  #send(pieces: Iterator<Buffer, undefined>): void {
    const next = pieces.next()
    if (next.done === true) {
      this.#request?.end()
      return
    }
    this.#request?.write(next.value, () => {
      if (this.#state !== 'talking') return
      this.#progress()
      this.#send(pieces)
    })
  }

  #progress(): void {
    this.#allow(this.#parts.limits.stallTimeout)
  }

  /** Something must happen within so many milliseconds, and before the end of all. */
  #allow(milliseconds: number): void {
    this.#deadline.set(Math.min(this.#end, performance.now() + milliseconds))
  }

  /** The client went away while it waited. */
  #leave(): void {
    this.#parts.admission.cancel(this)
    this.#fail(clientDisconnected, false)
  }

  #fail(reason: string, offline: boolean): void {
    this.#finish({ ok: false, offline, reason, sent: this.#state === 'talking' })
  }

  /** A request whose answer has been read to its end gives its connection back to the pool; any other loses it. */
  #finish(result: UpstreamResult): void {
    if (this.#state === 'over') return
    const running = this.#request !== null
    this.#state = 'over'
    this.#stay?.()
    this.#deadline.clear()
    if (!this.#complete || this.#request?.writableEnded !== true) this.#request?.destroy()
    if (!result.ok) this.#reply?.discard()
    this.#resolve(result)
    if (running) this.#parts.admission.release()
  }
}
