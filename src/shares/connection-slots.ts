// Places for connections: how many each address has, and which connection is closed when a new one needs its place. TLS
// handshakes count like connections: they cost the system the same.

import { clientNetwork } from '../net/client-network.ts'
import { Holder, isLessUseful, Slot } from './slot-holder.ts'
import type { ConnectionSlot } from './slot-holder.ts'

export type { ConnectionSlot } from './slot-holder.ts'

/** The part of the limit from which on no address gets more than half of it. */
const nearPart = 3 / 4

/** The part of the limit that an address may have then. */
const addressPart = 1 / 2

/** What a connection had done until it was closed to make room: nothing of use yet, or at least one command. */
export type EvictedState = 'new' | 'idle'

export interface ConnectionSlotsOptions {
  /** Connections open at the same time. Asked for each new one: a reload may change it. */
  readonly limit: () => number
  /** Called before a connection is closed to make room. */
  readonly onEvicted?: (remoteAddress: string, state: EvictedState) => void
  /** Called for each connection that finds no place. */
  readonly onRefused?: (remoteAddress: string) => void
}

/**
 * Bytes prove nothing, as a client can send one now and then for ever. So the age of a connection counts from its
 * beginning, and from the latest answered command on. The address that holds most makes room first, with what is of
 * least use: a connection that has long been open without a command, or whose latest command is longest ago.
 */
export class ConnectionSlots {
  readonly #limit: () => number
  readonly #onEvicted: (remoteAddress: string, state: EvictedState) => void
  readonly #onRefused: (remoteAddress: string) => void
  readonly #holders = new Map<string, Holder>()
  #size = 0

  constructor({ limit, onEvicted = () => undefined, onRefused = () => undefined }: ConnectionSlotsOptions) {
    this.#limit = limit
    this.#onEvicted = onEvicted
    this.#onRefused = onRefused
  }

  get size(): number {
    return this.#size
  }

  /**
   * Finds a place for a new connection, that of another one if need be.
   * @param shared whether many clients come from this address, which then may have more than its half
   * @returns null: there is none
   */
  admit(remoteAddress: string, shared = false): ConnectionSlot | null {
    const holder = this.#makeRoom(remoteAddress, shared)
    if (holder === null) return null
    this.#size++
    const slot: Slot = new Slot(remoteAddress, holder, {
      released: (left) => {
        this.#size--
        this.#forgetEmpty(left)
      },
      move: (before, address) => this.#move(slot, before, address),
    })
    holder.add(slot)
    return slot
  }

  /** @returns the new holder; null: it has no place left, and nothing has changed */
  #move(slot: Slot, before: Holder, remoteAddress: string): Holder | null {
    if (clientNetwork(remoteAddress) === before.network) return before
    // It is no candidate for its own place.
    before.remove(slot)
    this.#size--
    const next = this.#makeRoom(remoteAddress, false)
    this.#size++
    const holder = next ?? before
    holder.restore(slot)
    // Others of the same address may have been evicted meanwhile, and the holder forgotten with the last of them.
    if (next === null) this.#holders.set(before.network, before)
    else this.#forgetEmpty(before)
    return next
  }

  /** @returns who holds the connections of this address; null: there is no place */
  #makeRoom(remoteAddress: string, shared: boolean): Holder | null {
    const limit = this.#limit()
    const network = clientNetwork(remoteAddress)
    const own = this.#holders.get(network)
    const full = !shared && (own?.size ?? 0) >= limit * addressPart
    // More than one has to go where a reload has lowered the limit.
    for (let near = this.#size >= limit * nearPart; (near && full) || this.#size >= limit; near = false) {
      if (this.#evict(full ? (own?.leastUseful(true) ?? null) : this.#leastUseful(own))) continue
      this.#onRefused(remoteAddress)
      return null
    }
    // Looked up again: what was evicted may have been the last of its holder.
    const holder = this.#holders.get(network) ?? new Holder(network)
    this.#holders.set(network, holder)
    return holder
  }

  #forgetEmpty(holder: Holder): void {
    if (holder.size === 0 && this.#holders.get(holder.network) === holder) this.#holders.delete(holder.network)
  }

  #evict(victim: Slot | null): boolean {
    if (victim === null) return false
    victim.release()
    this.#onEvicted(victim.remoteAddress, victim.served ? 'idle' : 'new')
    victim.evict()
    return true
  }

  /**
   * That of the holder with the most, where the newcomer counts as one of its own address. For an address that would
   * then have as many, another one gives nothing up but what is new.
   */
  #leastUseful(own: Holder | undefined): Slot | null {
    const size = (own?.size ?? 0) + 1
    let [found, most]: [Slot | null, number] = [null, 0]
    for (const holder of this.#holders.values()) {
      const held = holder === own ? size : holder.size
      if (held < size || held < most) continue
      const slot = holder.leastUseful(holder === own || held > size)
      if (slot === null || (held === most && found !== null && !isLessUseful(slot, found))) continue
      found = slot
      most = held
    }
    return found
  }
}
