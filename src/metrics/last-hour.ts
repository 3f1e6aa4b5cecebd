// What was counted within the last hour: the counters now, minus their values an hour ago.

import type { CounterId } from './definitions.ts'
import type { MetricRegistry } from './registry.ts'

const minute = 60_000
const maxKept = 61

export class LastHour {
  readonly #metrics: MetricRegistry
  readonly #names: readonly CounterId[]
  /** The values of the counters at each minute, the oldest first. */
  readonly #kept: ReadonlyMap<CounterId, Readonly<Record<string, number>>>[] = []
  readonly #timer: NodeJS.Timeout

  /** Counts from now on. @param names of counters with one label, or none */
  constructor(metrics: MetricRegistry, names: readonly CounterId[]) {
    this.#metrics = metrics
    this.#names = names
    this.tick()
    this.#timer = setInterval(() => this.tick(), minute).unref()
  }

  /** What the timer does each minute. */
  tick(): void {
    this.#kept.push(new Map(this.#names.map((name) => [name, this.#metrics.byLabel(name)])))
    if (this.#kept.length > maxKept) this.#kept.shift()
  }

  /** How much a counter grew, by label value; without the label values for which it did not grow. */
  since(name: CounterId): Readonly<Record<string, number>> {
    const before = this.#kept[0]?.get(name) ?? {}
    const now = Object.entries(this.#metrics.byLabel(name))
    const moved = now.map(
      ([label, value]) => [label, value - (Object.hasOwn(before, label) ? (before[label] ?? 0) : 0)] as const,
    )
    return Object.fromEntries(moved.filter(([, value]) => value > 0))
  }

  /** How many minutes {@link since} looks back so far, 60 at most. */
  get minutes(): number {
    return this.#kept.length - 1
  }

  close(): void {
    clearInterval(this.#timer)
  }
}
