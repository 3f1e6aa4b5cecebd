// How much of clients' bodies and daemons' answers the whole process may hold at a time, and who gets it.

/**
 * Nobody may hold more than what is left free. So one large answer never takes all of it, a small one is granted
 * whatever large ones are under way, and there is nothing to wait for: a refusal is final and comes at once.
 */
export class MemoryBudget {
  #held = 0

  /** Bytes granted and not given back. */
  get held(): number {
    return this.#held
  }

  /** @param limit bytes for all holdings together, as far as this one is concerned: a reload may change it */
  open(limit: number): Holding {
    return new Holding(this, limit)
  }

  /** For holdings. @param bytes fewer than 0: they are given back */
  add(bytes: number): void {
    this.#held += bytes
  }
}

/** The share of one request. */
export class Holding {
  readonly #budget: MemoryBudget
  readonly #limit: number
  #held = 0

  constructor(budget: MemoryBudget, limit: number) {
    this.#budget = budget
    this.#limit = limit
  }

  get held(): number {
    return this.#held
  }

  /** @returns whether so many more bytes are granted */
  hold(bytes: number): boolean {
    if (this.#held + bytes > this.#limit - (this.#budget.held + bytes)) return false
    this.#held += bytes
    this.#budget.add(bytes)
    return true
  }

  /** At most what is held is given back. */
  letGo(bytes: number): void {
    const returned = Math.min(bytes, this.#held)
    this.#held -= returned
    this.#budget.add(-returned)
  }
}
