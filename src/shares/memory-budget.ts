// How much memory bodies and answers may take in the whole process, and how much of it one client gets.

import type { ShareClient } from './client.ts'
import type { MemoryRefusal } from './memory-pool.ts'
import { MemoryPool } from './memory-pool.ts'

/** Bytes. A command counts as small, and is served from the reserve, if it and its answer together are no larger. */
export const smallSize = 64 * 1024

/** The part of all memory that is kept for small commands. */
const reservePart = 1 / 8

export interface MemoryBudgetOptions {
  /** Bytes for all clients together. Called at each reservation, because a reload may change the limit. */
  readonly limit: () => number
  /** Called for each refusal. */
  readonly onRefused?: (client: ShareClient, reason: MemoryRefusal) => void
}

/**
 * Two pools: an eighth of the memory is the reserve for small commands, the rest is for all commands. No client gets
 * more than a quarter of either pool. So large commands keep no small ones out, not even of the same client. Nothing
 * waits for memory: a reservation is refused at once.
 */
export class MemoryBudget {
  readonly #limit: () => number
  readonly #onRefused: (client: ShareClient, reason: MemoryRefusal) => void
  readonly #reserve = new MemoryPool()
  readonly #rest = new MemoryPool()

  constructor({ limit, onRefused = () => undefined }: MemoryBudgetOptions) {
    this.#limit = limit
    this.#onRefused = onRefused
  }

  /** Bytes that are reserved and not released yet. */
  get reserved(): number {
    return this.#reserve.total + this.#rest.total
  }

  /** An empty reservation, for a command whose size is not known yet. */
  open(client: ShareClient): MemoryReservation {
    return new MemoryReservation(this, client)
  }

  /** @param bytes at least 0. @returns null: refused, and nothing was reserved */
  tryReserve(client: ShareClient, bytes: number): MemoryReservation | null {
    const reservation = this.open(client)
    return reservation.tryReserve(bytes) ? reservation : null
  }

  /**
   * Only for {@link MemoryReservation}.
   * @param bytes what the reservation has already
   * @param more bytes, at least 0
   * @returns the pool that all bytes of the reservation are in now; null: refused, and nothing has changed
   */
  grow(client: ShareClient, pool: MemoryPool, bytes: number, more: number): MemoryPool | null {
    const limit = this.#limit()
    const reserve = limit * reservePart
    const small = pool === this.#reserve && bytes + more <= smallSize
    if (small && this.#reserve.tryAdd(client, more, reserve) === null) return this.#reserve
    const refusal = this.#rest.tryAdd(client, pool === this.#rest ? more : bytes + more, limit - reserve)
    if (refusal !== null) {
      this.#onRefused(client, refusal)
      return null
    }
    // A reservation that is no longer small leaves the reserve with all of its bytes.
    if (pool === this.#reserve) this.#reserve.remove(client, bytes)
    return this.#rest
  }

  /** Only for {@link MemoryReservation}: the pool that it starts in. */
  get reservePool(): MemoryPool {
    return this.#reserve
  }
}

/** The memory of one command and its answer. To be released once neither is kept any more. */
export class MemoryReservation {
  readonly #budget: MemoryBudget
  readonly #client: ShareClient
  #pool: MemoryPool
  #reserved = 0

  constructor(budget: MemoryBudget, client: ShareClient) {
    this.#budget = budget
    this.#client = client
    this.#pool = budget.reservePool
  }

  /** Bytes that this reservation has. */
  get reserved(): number {
    return this.#reserved
  }

  /** @param more bytes, at least 0. @returns false: refused; the bytes reserved before stay reserved */
  tryReserve(more: number): boolean {
    const pool = this.#budget.grow(this.#client, this.#pool, this.#reserved, more)
    if (pool === null) return false
    this.#pool = pool
    this.#reserved += more
    return true
  }

  /** @param bytes to give back: all by default, and never more than are reserved, so a second call is harmless */
  release(bytes = this.#reserved): void {
    const released = Math.min(bytes, this.#reserved)
    this.#pool.remove(this.#client, released)
    this.#reserved -= released
    if (this.#reserved === 0) this.#pool = this.#budget.reservePool
  }
}
