// Slows down whoever guesses passwords: after so many failures from one address within a window, no further password
// from there is compared until the window has moved on. Others are not touched, and memory is bounded.

import { isIPv6 } from 'node:net'
import type { LockOutLimits } from '../config/types.ts'

/** Addresses remembered at once; of more, the one that has been quiet for longest is forgotten. */
const mostAddresses = 10_000

/** How often refusals of one address are reported; milliseconds. */
const reportInterval = 60_000

interface Culprit {
  /** The times of its latest failures, the oldest first. */
  readonly times: number[]
  /** Attempts refused since the last report. */
  refused: number
  reportedAt: number
}

/** Lives as long as the process, so that a reload pardons nobody. Times are milliseconds of a monotonic clock. */
export class LockOut {
  /** In the order of their latest failures. */
  readonly #culprits = new Map<string, Culprit>()

  /** How many milliseconds until the next password from this address may be compared; 0: now. */
  wait(address: string, limits: LockOutLimits, now: number): number {
    if (limits.failures === 0 || this.#culprits.size === 0) return 0
    // The failure that has to leave the window so that there is room for one more.
    const decisive = this.#culprits.get(networkOf(address))?.times.at(-limits.failures)
    return decisive === undefined ? 0 : Math.max(0, decisive + limits.window - now)
  }

  /** Notes a failure, or an attempt that is one until `forgive` takes it back. */
  fail(address: string, limits: LockOutLimits, now: number): void {
    if (limits.failures === 0) return
    const network = networkOf(address)
    const culprit = this.#culprits.get(network) ?? { times: [], refused: 0, reportedAt: -Infinity }
    culprit.times.push(now)
    if (culprit.times.length > limits.failures) culprit.times.splice(0, culprit.times.length - limits.failures)
    this.#culprits.delete(network)
    this.#culprits.set(network, culprit)
    if (this.#culprits.size <= mostAddresses) return
    const [quietest] = this.#culprits.keys()
    if (quietest !== undefined) this.#culprits.delete(quietest)
  }

  /** Takes back an attempt that turned out well. @param at the time given to `fail` */
  forgive(address: string, at: number): void {
    const network = networkOf(address)
    const culprit = this.#culprits.get(network)
    const index = culprit?.times.indexOf(at) ?? -1
    if (culprit === undefined || index < 0) return
    culprit.times.splice(index, 1)
    if (culprit.times.length === 0) this.#culprits.delete(network)
  }

  /**
   * Notes that an attempt was refused unseen.
   * @returns how many have been since the last report, once a minute; 0: nothing is to be reported now
   */
  refuse(address: string, now: number): number {
    const culprit = this.#culprits.get(networkOf(address))
    if (culprit === undefined) return 0
    culprit.refused++
    if (now - culprit.reportedAt < reportInterval) return 0
    const { refused } = culprit
    culprit.refused = 0
    culprit.reportedAt = now
    return refused
  }

  /** How many addresses are remembered. */
  get size(): number {
    return this.#culprits.size
  }
}

/** Who has one IPv6 address usually has the whole /64 around it (RFC 4291 section 2.5.4). */
function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [left = '', right] = (address.split('%')[0] ?? '').split('::')
  const head = left.split(':')
  const tail = right === undefined || right === '' ? [] : right.split(':')
  const zeros = right === undefined ? 0 : 8 - (left === '' ? 0 : head.length) - tail.length
  const groups = [...(left === '' ? [] : head), ...new Array<string>(Math.max(0, zeros)).fill('0'), ...tail]
  return groups.slice(0, 4).map((group) => group.replace(/^0+(?=.)/, '')).join(':')
}
