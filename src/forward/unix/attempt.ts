// One command over one connection to a UNIX control socket.

import type { Reservation } from '../../command/scope.ts'
import { AnswerReader } from '../answer-reader.ts'
import type { Attempt, AttemptEvents } from '../attempt.ts'
import { describeSystemError, endOfFile, isRetryable } from '../system-errors.ts'
import type { ConnectionEvents } from './connection.ts'
import { ControlConnection } from './connection.ts'

export interface UnixAttemptOptions {
  /** Where to connect to; known to fit into a socket address. */
  readonly path: string
  /** Bytes. */
  readonly maxAnswerSize: number
  /** Called when more than blanks followed the answer in the same read. */
  readonly onTrailingBytes: () => void
}

export class UnixAttempt implements Attempt, ConnectionEvents {
  readonly #options: UnixAttemptOptions
  readonly #events: AttemptEvents
  readonly #reader: AnswerReader
  readonly #connection: ControlConnection
  #state: 'open' | 'answered' | 'closed' = 'open'

  /** @param memory for the bytes of the answer */
  constructor(options: UnixAttemptOptions, memory: Reservation, events: AttemptEvents) {
    this.#options = options
    this.#events = events
    this.#reader = new AnswerReader(options.maxAnswerSize, memory)
    this.#connection = new ControlConnection(options.path, this)
  }

  /** The connection stays open after the last piece: Kea closes it once it has answered. */
  write(piece: Buffer, _last: boolean, onWritten: () => void): void {
    this.#connection.write(piece, onWritten)
  }

  close(): void {
    if (this.#state === 'open') this.#reader.discard()
    this.#state = 'closed'
    this.#connection.destroy()
  }

  connected(): void {
    this.#events.connected()
  }

  received(chunk: Uint8Array): void {
    if (this.#state !== 'open') return
    this.#events.progressed()
    const progress = this.#reader.push(chunk)
    if (progress === 'bad') this.#fail(this.#reader.problem(), false)
    if (progress !== 'done') return
    if (this.#reader.trailing()) this.#options.onTrailingBytes()
    this.#state = 'answered'
    this.#events.answered(this.#reader.answer())
  }

  ended(): void {
    this.#fail(endOfFile, true)
  }

  failed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'open') this.#events.failed({ ...describeSystemError(error), retryable: isRetryable(error) })
  }

  #fail(reason: string, offline: boolean): void {
    if (this.#state === 'open') this.#events.failed({ reason, offline, retryable: false })
  }
}
