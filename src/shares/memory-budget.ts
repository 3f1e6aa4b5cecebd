// How much memory bodies and answers may take in the whole process, and how much of it one client gets.

import type { ShareClient } from './client.ts'
import type { MemoryRefusal } from './memory-pool.ts'
import { MemoryPool } from './memory-pool.ts'

/** Bytes. A command and its answer up to this size together are small, and served from the reserve. */
export const smallSize = 64 * 1024

/** The part of all memory that is kept for small commands. */
const reservePart = 1 / 8

export interface MemoryBudgetOptions {
  /** Bytes for all clients together. Asked at each reservation: a reload may change it. */
  readonly limit: () => number
  /** Called for each refusal. */
  readonly onRefused?: (client: ShareClient, reason: MemoryRefusal) => void
}

/**
 * Two pools: an eighth of the memory is the reserve for small commands, the rest is for all. No client gets more than a
 * quarter of either, so large commands keep no small ones out, not even of the same client. There is nothing to wait
 * for: a refusal comes at once.
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

  /** Bytes reserved and not released. */
  get reserved(): number {
    return this.#reserve.total + this.#rest.total
  }

  /** For a command whose size is not known yet. */
  open(client: ShareClient): MemoryReservation {
    return new MemoryReservation(this, client)
  }

  /** @param bytes at least 0. @returns null: refused, and nothing was reserved */
  tryReserve(client: ShareClient, bytes: number): MemoryReservation | null {
    const reservation = this.open(client)
    return reservation.tryReserve(bytes) ? reservation : null
  }

  /**
   * For reservations.
   * @param bytes what they have already
   * @param more at least 0
   * @returns the pool that all of it is in now; null: refused, and nothing has changed
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
    // What has grown beyond the reserve has left it with all of its bytes.
    if (pool === this.#reserve) this.#reserve.remove(client, bytes)
    return this.#rest
  }

  /** For reservations: where they begin. */
  get reservePool(): MemoryPool {
    return this.#reserve
  }
}

/** The memory of one command and its answer. To be released once nothing of it is kept. */
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

  /** Bytes. */
  get reserved(): number {
    return this.#reserved
  }

  /** @param more bytes, at least 0. @returns false: refused, what was reserved before still is */
  tryReserve(more: number): boolean {
    const pool = this.#budget.grow(this.#client, this.#pool, this.#reserved, more)
    if (pool === null) return false
    this.#pool = pool
    this.#reserved += more
    return true
  }

  /** @param bytes at most all are given back; a second time is harmless */
  release(bytes = this.#reserved): void {
    const released = Math.min(bytes, this.#reserved)
    this.#pool.remove(this.#client, released)
    this.#reserved -= released
    if (this.#reserved === 0) this.#pool = this.#budget.reservePool
  }
}
