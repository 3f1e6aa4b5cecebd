// Slows down password guessing. After a number of failures within a window no further password is compared for that
// user name from that network; after ten times as many under any names, none is compared for the whole network.
//
// Failures are kept in two levels, networks and the names in each, for this reason: a client that fails under endless
// made-up names can only push names out of its own network's list, and that list holds as many names as may fail before
// the network as a whole is locked out. So a name is forgotten only after its failures have left the window, or while
// the whole network is locked out anyway. To have its network forgotten, a client needs failures from thousands of
// other networks, and those already give it more guesses than it would win.

import type { LockOutLimits } from '../config/types.ts'
import { clientNetwork } from '../net/client-network.ts'
import { FailureWindow } from './failure-window.ts'
import { keyedHash } from './password.ts'

/** A network may have this many times as many failures, under all names together, as one name may have. */
const networkFactor = 10

/**
 * How many networks are remembered, and how many failures of all of them together. Beyond either, the network without a
 * failure for the longest time is forgotten.
 */
const maxNetworks = 10_000
const maxFailures = 100_000

/** What failures are counted for: a network and the name that a login from it claims. */
export interface LoginSource {
  readonly network: string
  /** Has the same length for every name; a name itself may have as many bytes as a request's head. */
  readonly nameDigest: string
}

export interface Lock {
  /** Whether this name is locked out, or every name from this network. */
  readonly scope: 'user' | 'address'
  /** Milliseconds until the next password may be compared. */
  readonly wait: number
}

interface Network {
  readonly all: FailureWindow
  /** The failures of each name, by the digest of the name, in the order of the latest failure. */
  readonly names: Map<string, FailureWindow>
}

/** Lives as long as the process: a reload forgets no failure. Times are milliseconds of a monotonic clock. */
export class LockOut {
  readonly #digest = keyedHash()
  /** By network, in the order of the latest failure. */
  readonly #networks = new Map<string, Network>()
  /** Failures of all networks together. */
  #failures = 0

  /** @param name the bytes claimed. All methods treat a name without a user in the same way, and take the same time. */
  source(address: string, name: Uint8Array): LoginSource {
    return { network: clientNetwork(address), nameDigest: this.#digest(name) }
  }

  /** Why no password of this source may be compared now; null: one may. */
  lock({ network, nameDigest }: LoginSource, limits: LockOutLimits, now: number): Lock | null {
    if (limits.failures === 0 || this.#networks.size === 0) return null
    const found = this.#networks.get(network)
    if (found === undefined) return null
    const { window } = limits
    const address = found.all.wait(limits.failures * networkFactor, window, now)
    const user = found.names.get(nameDigest)?.wait(limits.failures, window, now) ?? 0
    if (address === 0 && user === 0) return null
    return address >= user ? { scope: 'address', wait: address } : { scope: 'user', wait: user }
  }

  /** Counts a failure, or an attempt that counts as one until `undoFailure` takes it back. */
  fail({ network, nameDigest }: LoginSource, limits: LockOutLimits, now: number): void {
    if (limits.failures === 0) return
    const found = this.#networks.get(network) ?? { all: new FailureWindow(), names: new Map<string, FailureWindow>() }
    const name = found.names.get(nameDigest) ?? new FailureWindow()
    this.#failures -= found.all.count
    found.all.add(now, limits.failures * networkFactor, limits.window)
    this.#failures += found.all.count
    name.add(now, limits.failures, limits.window)
    moveToEnd(found.names, nameDigest, name)
    for (const [digest, { latest }] of found.names) {
      if (latest + limits.window > now && found.names.size <= limits.failures * networkFactor) break
      found.names.delete(digest)
    }
    moveToEnd(this.#networks, network, found)
    this.#forgetQuietest()
  }

  /** Takes back an attempt that turned out to be no failure. @param at the time given to `fail` */
  undoFailure({ network, nameDigest }: LoginSource, at: number): void {
    const found = this.#networks.get(network)
    if (found === undefined) return
    if (found.all.remove(at)) this.#failures--
    const name = found.names.get(nameDigest)
    name?.remove(at)
    if (name?.count === 0) found.names.delete(nameDigest)
    if (found.all.count === 0) this.#networks.delete(network)
  }

  /**
   * Counts an attempt that was refused without a comparison.
   * @returns how many were refused since the last report on that name or network, once a minute; 0: report nothing now
   */
  refuse({ network, nameDigest }: LoginSource, { scope }: Lock, now: number): number {
    const found = this.#networks.get(network)
    const refused = scope === 'address' ? found?.all : found?.names.get(nameDigest)
    return refused?.refuse(now) ?? 0
  }

  /** How much is remembered. */
  get size(): { readonly networks: number; readonly failures: number } {
    return { networks: this.#networks.size, failures: this.#failures }
  }

  #forgetQuietest(): void {
    const within = (): boolean => this.#networks.size <= maxNetworks && this.#failures <= maxFailures
    if (within()) return
    for (const [network, { all }] of this.#networks) {
      if (within()) return
      this.#networks.delete(network)
      this.#failures -= all.count
    }
  }
}

function moveToEnd<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.delete(key)
  map.set(key, value)
}
