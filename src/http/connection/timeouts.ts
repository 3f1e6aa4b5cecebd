// Which phase a connection is in and which time limit it has exceeded. Checked by a sweep, so a request costs no timer.

import type { HttpLimits } from '../../config/types.ts'

/**
 * - `head`: bytes of a request are awaited, on a new connection or after the first of them was seen
 * - `body`: a body is being received for a request that is to run
 * - `work`: a command runs or its response is being taken
 * - `discard`: the response is out, the rest of a refused body is thrown away
 * - `idle`: nothing is under way
 * - `linger`: our side is closed, what still comes is thrown away until the other side closes too
 */
export type Phase = 'head' | 'body' | 'work' | 'discard' | 'idle' | 'linger'

/** The limit exceeded; `request`: that of a whole request, `reader`: of a client that does not take its response. */
export type Timeout = 'head' | 'body' | 'request' | 'reader' | 'discard' | 'idle' | 'linger'

/** What can be seen of a socket without reading from it. */
export interface Counters {
  /** Bytes received. */
  readonly read: number
  /** Bytes handed to the system for sending. */
  readonly flushed: number
  /** Whether bytes wait to be handed over. */
  readonly pending: boolean
  /** Whether the latest request is there to its last byte. */
  readonly complete: boolean
}

const lingerSilence = 2000
/**
 * Bytes in `lingerSilence` milliseconds; a client that sends less is not one that uploads a body and waits for the
 * response.
 */
const lingerProgress = 1024
const lingerTime = 30_000
/** Bytes that are read and thrown away after the last response; a client that sends more is reset. */
export const maxLingerBytes = 16 * 1024 * 1024
/** Bytes of a refused body that are read to keep the connection; for more it is closed. */
export const maxDiscarded = 64 * 1024

export class ConnectionTimeouts {
  #phase: Phase = 'head'
  #since: number
  /** When the request under way began, as far as is known. */
  #requestSince: number
  /** The counter of this phase: its value at the beginning and at the latest check, and when it last changed. */
  #initial = 0
  #latest = 0
  #moved: number
  /** Since when bytes have been pending without a break, and what was flushed before. */
  #takingSince: number | null = null
  #takenBefore = 0

  /** @param now milliseconds of a monotonic clock, as everywhere here */
  constructor(now: number) {
    this.#since = now
    this.#requestSince = now
    this.#moved = now
  }

  get phase(): Phase {
    return this.#phase
  }

  /** The bytes read when the phase began. */
  get initial(): number {
    return this.#initial
  }

  /** @param count bytes read so far; for `work`, bytes flushed */
  enter(phase: Phase, now: number, count: number): void {
    if (phase === 'body') this.#requestSince = this.#phase === 'head' ? this.#since : now
    this.#phase = phase
    this.#since = now
    this.#moved = now
    this.#initial = count
    this.#latest = count
    this.#takingSince = null
  }

  /** The limit that is exceeded, or null. Enters the next phase where only the counters show that it has begun. */
  check(now: number, counters: Counters, limits: HttpLimits): Timeout | null {
    const age = now - this.#since
    switch (this.#phase) {
      case 'head':
        return age > limits.headTimeout ? 'head' : null
      case 'idle':
        if (counters.read !== this.#initial) this.enter('head', now, this.#initial)
        else if (age > limits.idleTimeout) return 'idle'
        return null
      case 'body':
        if (now - this.#requestSince > limits.requestTimeout) return 'request'
        return this.#stalled(now, counters.read, limits.stallTimeout) ? 'body' : null
      case 'work':
        if (!counters.pending) this.#moved = now
        if (!counters.pending || this.#takingSince === null) {
          this.#takingSince = now
          this.#takenBefore = counters.flushed
        }
        if (this.#stalled(now, counters.flushed, limits.stallTimeout)) return 'reader'
        return this.#tooSlow(now - this.#takingSince, counters.flushed, limits) ? 'reader' : null
      case 'discard':
        if (counters.complete) this.enter('idle', now, counters.read)
        else if (age > limits.requestTimeout || counters.read - this.#initial > maxDiscarded) return 'discard'
        else if (this.#stalled(now, counters.read, limits.stallTimeout)) return 'discard'
        return null
      case 'linger':
        if (age > lingerTime) return 'linger'
        return this.#stalled(now, counters.read, lingerSilence, lingerProgress) ? 'linger' : null
    }
  }

  /**
   * Whether a client takes its response too slowly: with a byte now and then, it would stay in memory for days. So the
   * average rate counts once `stallTimeout` has passed.
   */
  #tooSlow(taking: number, taken: number, limits: HttpLimits): boolean {
    const time = taking - limits.stallTimeout
    return time > 0 && (taken - this.#takenBefore) * 1000 < time * limits.minReaderRate
  }

  /** @param minimum bytes that count as progress */
  #stalled(now: number, count: number, limit: number, minimum = 1): boolean {
    if (count - this.#latest >= minimum) {
      this.#latest = count
      this.#moved = now
    }
    return now - this.#moved > limit
  }
}
