// Keeps what status-get tells of one daemon: how its commands ended and how long they took. The cost for each command
// is constant.

import type { DaemonInfo } from '../command/daemon-info.ts'
import type { DaemonCertificate, DaemonStatus } from '../command/daemon-status.ts'
import { MinuteSeries } from './minute-series.ts'
import type { UpstreamResult } from './upstream.ts'

/** How many of the latest answer times are remembered. */
const remembered = 256

/** Characters of an error that are kept. */
const maxErrorLength = 500

/** The latest inquiry of the daemon's version and state. */
export interface Inquiry {
  /** By the monotonic clock; milliseconds. */
  readonly at: number
  /** The value of `contacts` at that time. If it has changed since, the daemon may have been restarted. */
  readonly contacts: number
  readonly answered: boolean
}

/** What is known of the daemon at one address; it outlives changes of the configuration. */
export class UpstreamStats {
  #answered = 0
  #failed = 0
  #reachable: boolean | null = null
  #seenAt: number | null = null
  #lastError: { readonly text: string; readonly at: number } | null = null
  /** The latest answer times in milliseconds; the oldest one is overwritten first. */
  readonly #times = new Float64Array(remembered)

  #contacts = 0
  #info: DaemonInfo | null = null
  #lastInquiry: Inquiry | null = null
  /** null: no command so far. */
  #lastHour: MinuteSeries | null = null
  /** The certificate that the daemon showed last; null: none so far, or no TLS. */
  certificate: DaemonCertificate | null = null

  /** How often the daemon became reachable, the first time included. */
  get contacts(): number {
    return this.#contacts
  }

  get isReachable(): boolean {
    return this.#reachable === true
  }

  /** What the daemon said of itself; null: nothing so far. */
  get info(): DaemonInfo | null {
    return this.#info
  }

  get lastInquiry(): Inquiry | null {
    return this.#lastInquiry
  }

  /** When it was last found out whether the daemon can be reached; milliseconds since the epoch. null: never. */
  get seenAt(): number | null {
    return this.#seenAt
  }

  /** @param milliseconds since the command arrived. @param at milliseconds since the epoch */
  record(result: UpstreamResult, milliseconds: number, at: number): void {
    if (result.ok || result.offline || result.sent) this.#seenAt = at
    const minute = currentMinute()
    this.#lastHour ??= new MinuteSeries(minute)
    this.#lastHour.add(minute, result.ok ? milliseconds : null)
    if (result.ok) {
      this.#times[this.#answered++ % remembered] = milliseconds
      this.#setReachable(true)
      return
    }
    this.#failed++
    this.#lastError = { text: result.reason.slice(0, maxErrorLength), at }
    // What we refused to send says nothing of the daemon; a malformed answer comes from a daemon that runs.
    if (result.offline) this.#setReachable(false)
    else if (result.sent) this.#setReachable(true)
  }

  /** @param reason why a connection without a command failed, or null. @param at milliseconds since the epoch */
  recordProbe(reason: string | null, at: number): void {
    this.#setReachable(reason === null)
    this.#seenAt = at
    if (reason !== null) this.#lastError = { text: reason.slice(0, maxErrorLength), at }
  }

  /** @param info null: it gave no usable answer. @param contacts the value of `contacts` when the daemon was asked */
  recordInquiry(info: DaemonInfo | null, contacts: number): void {
    if (info !== null) this.#info = info
    this.#lastInquiry = { at: performance.now(), contacts, answered: info !== null }
  }

  status(): Omit<DaemonStatus, 'service' | 'address' | 'host' | 'inFlight' | 'waiting'> {
    return {
      info: this.#info,
      certificate: this.certificate,
      lastHour: this.#lastHour?.lastHour(currentMinute()) ?? null,
      reachable: this.#reachable,
      answered: this.#answered,
      failed: this.#failed,
      lastError: this.#lastError,
      answerTimes: this.#answerTimes(),
    }
  }

  #setReachable(reachable: boolean): void {
    if (reachable && this.#reachable !== true) this.#contacts++
    this.#reachable = reachable
  }

  #answerTimes(): DaemonStatus['answerTimes'] {
    const times = this.#times.slice(0, this.#answered).sort()
    const last = times.length - 1
    if (last < 0) return null
    const at = (share: number): number => times[Math.ceil(share * last)] ?? 0
    return { median: at(0.5), p99: at(0.99), highest: at(1) }
  }
}

/** The current minute of the monotonic clock. */
function currentMinute(): number {
  return Math.floor(performance.now() / 60_000)
}
