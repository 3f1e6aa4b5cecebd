// Places for connections: how many an address may have, and which connection is closed when a new one needs its place.
// TLS handshakes count like connections because they cost the system the same.

import { clientNetwork } from '../net/client-network.ts'
import { Holder, isLessUseful, Slot } from './slot-holder.ts'
import type { ConnectionSlot } from './slot-holder.ts'

export type { ConnectionSlot } from './slot-holder.ts'

/** The part of the limit that must be taken before the share of an address is limited to {@link addressPart}. */
const nearPart = 3 / 4

/** The part of the limit that one address may have once {@link nearPart} is taken. */
const addressPart = 1 / 2

/** The state of a connection that is closed to make room: no command was answered yet, or at least one. */
export type EvictedState = 'new' | 'idle'

export interface ConnectionSlotsOptions {
  /** How many connections may be open at a time. Called for each new one, because a reload may change the limit. */
  readonly limit: () => number
  /** Called before a connection is closed to make room. */
  readonly onEvicted?: (remoteAddress: string, state: EvictedState) => void
  /** Called for each connection that finds no place. */
  readonly onRefused?: (remoteAddress: string) => void
}

/**
 * The age of a connection counts from its start or from its latest answered command. Received bytes do not count,
 * because a client can send one now and then for ever. The address with most connections makes room first, with its
 * least useful one: it has long been open without a command, or its latest command is longest ago.
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
   * Finds a place for a new connection, by closing another one if need be.
   * @param shared whether many clients come from this address; then it may have more than half of the places
   * @returns null: there is no place
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
    // Taken out first, so that the connection is not closed to make room for itself.
    before.remove(slot)
    this.#size--
    const next = this.#makeRoom(remoteAddress, false)
    this.#size++
    const holder = next ?? before
    holder.restore(slot)
    // All other connections of the old address may have been evicted meanwhile; then its holder was forgotten.
    if (next === null) this.#holders.set(before.network, before)
    else this.#forgetEmpty(before)
    return next
  }

  /** @returns the holder of the connections of this address; null: there is no place */
  #makeRoom(remoteAddress: string, shared: boolean): Holder | null {
    const limit = this.#limit()
    const network = clientNetwork(remoteAddress)
    const own = this.#holders.get(network)
    const full = !shared && (own?.size ?? 0) >= limit * addressPart
    // More than one connection has to go after a reload has lowered the limit.
    for (let near = this.#size >= limit * nearPart; (near && full) || this.#size >= limit; near = false) {
      if (this.#evict(full ? (own?.leastUseful(true) ?? null) : this.#leastUseful(own))) continue
      this.#onRefused(remoteAddress)
      return null
    }
    // Looked up again: the evicted connection may have been the last one of this holder.
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
   * The least useful connection of the address with most connections, the newcomer counted with its own address. An
   * address that has only as many as the newcomer's gives up no connection with an answered command.
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
