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
  #timer: NodeJS.Timeout | null = null

  /** @param onLeftOut told at the end of an interval in which lines were left out */
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
    if (this.#timer === null) this.#timer = setTimeout(() => this.#next(), this.#limits.interval).unref()
    return true
  }

  /** Whether lines are left out now. */
  get exhausted(): boolean {
    return this.#taken >= this.#limits.maxLines
  }

  /** Counts lines that were thrown away without a look at them, while it was exhausted. */
  leaveOut(lines: number): void {
    this.#leftOut += lines
  }

  #next(): void {
    const leftOut = this.#leftOut
    this.#timer = null
    this.#taken = 0
    this.#leftOut = 0
    if (leftOut > 0) this.#onLeftOut(leftOut)
  }
}
