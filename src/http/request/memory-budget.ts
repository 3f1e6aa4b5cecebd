// How much of clients' bodies and daemons' answers the whole process may keep at a time, and which request gets it.

import type { Reservation } from '../../command/scope.ts'

/**
 * A request may reserve no more than what is left free. So one large answer never takes all of it, a small one is
 * granted whatever large ones are under way, and there is nothing to wait for: a refusal is final and comes at once.
 */
export class MemoryBudget {
  #reserved = 0

  /** Bytes reserved and not released. */
  get reserved(): number {
    return this.#reserved
  }

  /** @param limit bytes for all reservations together, as far as this one is concerned: a reload may change it */
  open(limit: number): MemoryReservation {
    return new MemoryReservation(this, limit)
  }

  /** For reservations. @param bytes fewer than 0: they are released */
  add(bytes: number): void {
    this.#reserved += bytes
  }
}

/** The share of one request. */
export class MemoryReservation implements Reservation {
  readonly #budget: MemoryBudget
  readonly #limit: number
  #reserved = 0

  constructor(budget: MemoryBudget, limit: number) {
    this.#budget = budget
    this.#limit = limit
  }

  get reserved(): number {
    return this.#reserved
  }

  tryReserve(bytes: number): boolean {
    if (this.#reserved + bytes > this.#limit - (this.#budget.reserved + bytes)) return false
    this.#reserved += bytes
    this.#budget.add(bytes)
    return true
  }

  release(bytes: number): void {
    const released = Math.min(bytes, this.#reserved)
    this.#reserved -= released
    this.#budget.add(-released)
  }

  releaseAll(): void {
    this.release(this.#reserved)
  }
}
