// Limits the lines that one source may write in an interval, and counts what is left out.

export interface QuotaLimits {
  readonly maxLines: number
  /** Milliseconds. */
  readonly interval: number
}

export class LineQuota {
  readonly #limits: QuotaLimits
  readonly #onLeftOut: (lines: number) => void
  #taken = 0
  #leftOut = 0
  /** Whether an interval is under way. */
  #counting = false

  /** @param onLeftOut called at the end of an interval in which lines were left out, with their number */
  constructor(limits: QuotaLimits, onLeftOut: (lines: number) => void) {
    this.#limits = limits
    this.#onLeftOut = onLeftOut
  }

  /** @returns whether one more line may be written now */
  take(): boolean {
    if (this.#taken >= this.#limits.maxLines) {
      this.#leftOut++
      return false
    }
    this.#taken++
    if (!this.#counting) setTimeout(() => this.#next(), this.#limits.interval).unref()
    this.#counting = true
    return true
  }

  /** Whether lines are left out now. */
  get exhausted(): boolean {
    return this.#taken >= this.#limits.maxLines
  }

  /** Counts lines that the caller threw away unread while the quota was exhausted. */
  leaveOut(lines: number): void {
    this.#leftOut += lines
  }

  #next(): void {
    const leftOut = this.#leftOut
    this.#counting = false
    this.#taken = 0
    this.#leftOut = 0
    if (leftOut > 0) this.#onLeftOut(leftOut)
  }
}
