// One command over a connection to a daemon's HTTP or HTTPS listener.

import type { ClientRequest, IncomingMessage } from 'node:http'
import { diagnoseDaemonHandshake } from '../../tls/diagnosis/daemon.ts'
import type { DaemonDiagnosis } from '../../tls/diagnosis/daemon.ts'
import type { Attempt, AttemptEvents } from '../attempt.ts'
import { describeSystemError, endOfFile, isRetryable } from '../system-errors.ts'
import type { RequestOwner } from '../upstream.ts'
import type { HttpPool, RequestEvents } from './connection.ts'
import { HttpReply } from './reply.ts'

const tlsRemedy = 'if this daemon has certificates, write socket-type "https"'

export interface HttpAttemptOptions {
  readonly pool: HttpPool
  /** Bytes. */
  readonly maxAnswerSize: number
}

/**
 * May use several connections of the pool: if a kept connection turns out to be closed before anything was sent, it
 * takes another one.
 */
export class HttpAttempt implements Attempt, RequestEvents {
  readonly #pool: HttpPool
  readonly #maxAnswerSize: number
  readonly #length: number
  readonly #owner: RequestOwner
  readonly #events: AttemptEvents
  #state: 'connecting' | 'talking' | 'answered' | 'closed' = 'connecting'
  #request: ClientRequest
  #reply: HttpReply | null = null

  /**
   * @param length bytes of the command
   * @param owner on whose behalf the command is sent
   */
  constructor({ pool, maxAnswerSize }: HttpAttemptOptions, length: number, owner: RequestOwner, events: AttemptEvents) {
    this.#pool = pool
    this.#maxAnswerSize = maxAnswerSize
    this.#length = length
    this.#owner = owner
    this.#events = events
    this.#request = pool.open(length, owner.address, this)
  }

  write(piece: Buffer, last: boolean, onWritten: () => void): void {
    if (last) this.#request.end(piece, onWritten)
    else this.#request.write(piece, onWritten)
  }

  /**
   * A request whose answer has been read to its end gives its connection back to the pool; the connection of any other
   * is closed.
   */
  close(): void {
    if (this.#state !== 'answered' || !this.#request.writableEnded) this.#request.destroy()
    if (this.#state !== 'answered') this.#reply?.discard()
    this.#state = 'closed'
  }

  ready(): void {
    if (this.#state !== 'connecting') return
    this.#state = 'talking'
    this.#events.connected()
  }

  stale(): void {
    if (this.#state === 'connecting') this.#request = this.#pool.open(this.#length, this.#owner.address, this)
  }

  refused({ reason, remedy }: DaemonDiagnosis): void {
    this.#fail(`${reason}; ${remedy}`, false)
  }

  answered(response: IncomingMessage): void {
    const reply = new HttpReply(response, this.#maxAnswerSize, this.#owner.scope.memory)
    this.#reply = reply
    response.on('data', (chunk: Buffer) => {
      if (this.#state !== 'talking') return
      this.#events.progressed()
      const problem = reply.push(chunk)
      if (problem !== null) this.#fail(problem, false)
    })
    response.on('end', () => {
      if (response.complete) this.#finish(reply)
      else this.#fail(endOfFile, true)
    })
    // The connection broke amid the answer.
    response.on('error', () => this.#fail(endOfFile, true))
  }

  failed(error: NodeJS.ErrnoException): void {
    const diagnosis = diagnoseDaemonHandshake(error, this.#pool.demand)
    if (diagnosis !== null) {
      this.refused(diagnosis)
    } else if (error.code?.startsWith('HPE_') === true) {
      this.#fail(this.#notHttp(error.code), false)
    } else {
      const { reason, offline } = describeSystemError(error)
      // Kea's listeners do not answer plain HTTP where TLS is expected.
      const silent = reason === endOfFile && this.#state === 'talking' && this.#pool.plain && !this.#pool.answered
      this.#fail(silent ? `${reason} before any answer; ${tlsRemedy}` : reason, offline, isRetryable(error))
    }
  }

  #finish(reply: HttpReply): void {
    if (this.#state !== 'talking') return
    this.#state = 'answered'
    const result = reply.finish()
    if (result.ok) this.#events.answered(result.answer)
    else this.#events.failed({ ...result, retryable: false })
  }

  #notHttp(code: string): string {
    if (this.#pool.answered) return `its answer breaks the rules of HTTP (${code})`
    return `what answers there does not speak HTTP, or demands TLS; check the port and the socket-type (${code})`
  }

  #fail(reason: string, offline: boolean, retryable = false): void {
    if (this.#state !== 'closed') this.#events.failed({ reason, offline, retryable })
  }
}
