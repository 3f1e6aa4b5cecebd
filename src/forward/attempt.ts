// What a transport does for one command: connect once, take the command piece by piece, and tell what comes back.

import type { RawJson } from '../json/raw.ts'
import type { RequestOwner } from './upstream.ts'

/** One attempt to have a command answered by a daemon. */
export interface Attempt {
  /**
   * Hands a piece of the command to the system. Only after `connected`.
   * @param last no further piece follows
   * @param onWritten the system has taken it; not called where the connection broke
   */
  write(piece: Buffer, last: boolean, onWritten: () => void): void
  /**
   * Ends the attempt in any state. Nothing is reported afterwards, and the memory of an incomplete answer is released.
   */
  close(): void
}

export interface AttemptFailure {
  /** The system's reason in Kea's words where clients match on them. */
  readonly reason: string
  /** Whether it is likely that no daemon runs there. */
  readonly offline: boolean
  /** Whether another attempt may succeed soon, as long as nothing was sent. */
  readonly retryable: boolean
}

/** Reports of an attempt. Nothing follows `answered` or `failed`. */
export interface AttemptEvents {
  /** The command may be written. */
  connected(): void
  /** Some of the answer came. */
  progressed(): void
  answered(answer: RawJson): void
  failed(failure: AttemptFailure): void
}

/**
 * Begins an attempt. No event is reported before this returns.
 * @param length bytes of the command
 * @param owner on whose behalf the command is sent; its memory takes the bytes of the answer
 */
export type OpenAttempt = (length: number, owner: RequestOwner, events: AttemptEvents) => Attempt
