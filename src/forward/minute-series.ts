// Commands of the last hour by the minute, in memory of a fixed size.

import type { LastHour } from '../command/daemon-status.ts'

/** Minutes that are kept. */
const minutes = 60

export class MinuteSeries {
  readonly #commands = new Uint32Array(minutes)
  readonly #failures = new Uint32Array(minutes)
  readonly #slowest = new Float32Array(minutes)
  /** The latest minute that was counted; minutes an hour or more before it are overwritten. */
  #latest: number

  /** @param minute the current minute of a monotonic clock, a whole number */
  constructor(minute: number) {
    this.#latest = minute
  }

  /** @param took milliseconds to the answer; null: there was no usable one */
  add(minute: number, took: number | null): void {
    this.#forget(minute)
    const place = minute % minutes
    this.#commands[place] = (this.#commands[place] ?? 0) + 1
    if (took === null) this.#failures[place] = (this.#failures[place] ?? 0) + 1
    else this.#slowest[place] = Math.max(this.#slowest[place] ?? 0, took)
  }

  /** The hour that ends with a minute; null: there was no command in it. */
  lastHour(minute: number): LastHour | null {
    this.#forget(minute)
    if (this.#commands.every((count) => count === 0)) return null
    const inOrder = (values: Uint32Array | Float32Array): number[] => {
      return Array.from({ length: minutes }, (_, index) => values[(minute + 1 + index) % minutes] ?? 0)
    }
    return {
      commands: inOrder(this.#commands), failures: inOrder(this.#failures), slowest: inOrder(this.#slowest),
    }
  }

  /** Empties the places of the minutes since the latest one. */
  #forget(minute: number): void {
    const from = Math.max(this.#latest + 1, minute - minutes + 1)
    for (let each = from; each <= minute; each++) {
      const place = each % minutes
      this.#commands[place] = this.#failures[place] = this.#slowest[place] = 0
    }
    this.#latest = Math.max(this.#latest, minute)
  }
}
