// The latest failures of one name or network, as far as they can still lock it out.

/** Milliseconds between two reports of refusals. */
const reportInterval = 60_000

/** Times are milliseconds of a monotonic clock. */
export class FailureWindow {
  /** The oldest first. */
  readonly #times: number[] = []
  /** Attempts refused since the last report. */
  #refused = 0
  #reportedAt = -Infinity

  get count(): number {
    return this.#times.length
  }

  get latest(): number {
    return this.#times.at(-1) ?? -Infinity
  }

  /** How many milliseconds until fewer than `limit` failures lie within the window; 0: now. */
  wait(limit: number, window: number, now: number): number {
    const decisive = this.#times.at(-limit)
    return decisive === undefined ? 0 : Math.max(0, decisive + window - now)
  }

  /** Adds a failure. Drops those that no longer matter: all but the latest `limit`, and all that left the window. */
  add(now: number, limit: number, window: number): void {
    this.#times.push(now)
    const kept = this.#times.findIndex((time) => time + window > now)
    this.#times.splice(0, Math.max(kept, this.#times.length - limit))
  }

  /** @returns whether there was a failure at this time */
  remove(at: number): boolean {
    const index = this.#times.lastIndexOf(at)
    if (index >= 0) this.#times.splice(index, 1)
    return index >= 0
  }

  /** Counts a refused attempt. @returns how many are to be reported now; 0: none, the last report is too recent */
  refuse(now: number): number {
    this.#refused++
    if (now - this.#reportedAt < reportInterval) return 0
    const refused = this.#refused
    this.#refused = 0
    this.#reportedAt = now
    return refused
  }
}
