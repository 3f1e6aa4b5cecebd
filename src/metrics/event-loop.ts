// How late the event loop comes round: what makes every client wait. Measured only while monitoring is configured.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Sample } from './registry.ts'

/** Milliseconds between two looks of the system's timer; that much is no delay. */
const resolution = 10

/** Milliseconds that the quantiles are over. */
const interval = 10_000

const quantiles = [0.5, 0.9, 0.99, 1]

export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution })
  readonly #timer: NodeJS.Timeout
  /** Of the interval before this one; seconds. */
  #latest: readonly number[] = []
  #count = 0
  #sum = 0

  constructor() {
    this.#histogram.enable()
    this.#timer = setInterval(() => this.#turn(), interval).unref()
  }

  /** The quantiles of the latest full interval, or of what there is of the first one. */
  samples(): Sample[] {
    const name = 'keagate_event_loop_delay_seconds'
    if (this.#count === 0) this.#turn()
    const shown = quantiles.map((quantile, place): Sample => {
      return { name, labels: { quantile: String(quantile) }, value: this.#latest[place] ?? 0 }
    })
    const total = { name, labels: {} } as const
    return [...shown, { ...total, suffix: '_sum', value: this.#sum }, { ...total, suffix: '_count', value: this.#count }]
  }

  /** Seconds; null before anything was measured. */
  p99(): number | null {
    return this.#latest[quantiles.indexOf(0.99)] ?? null
  }

  close(): void {
    clearInterval(this.#timer)
    this.#histogram.disable()
  }

  #turn(): void {
    const histogram = this.#histogram
    if (histogram.count === 0) return
    this.#latest = quantiles.map((quantile) => delay(histogram.percentile(quantile * 100)))
    this.#count += histogram.count
    this.#sum += delay(histogram.mean) * histogram.count
    histogram.reset()
  }
}

/** Seconds. @param nanoseconds between two looks */
function delay(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolution / 1000)
}
