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
    let own = 0
    const letGo = (bytes: number): void => {
      const returned = Math.min(bytes, own)
      own -= returned
      this.#held -= returned
    }
    return {
      hold: (bytes) => {
        if (own + bytes > limit - (this.#held + bytes)) return false
        own += bytes
        this.#held += bytes
        return true
      },
      letGo,
      held: () => own,
    }
  }
}

/** The share of one request. */
export interface Holding {
  /** @returns whether so many more bytes are granted */
  hold(bytes: number): boolean
  /** At most what is held is given back. */
  letGo(bytes: number): void
  held(): number
}
