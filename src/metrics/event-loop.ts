// How late the event loop comes round, which delays every client. Measured only while monitoring is configured.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Sample } from './registry.ts'

/** Milliseconds between two runs of the timer that measures. Only longer times count as delay. */
const resolution = 10

/** Milliseconds that the quantiles cover. */
const interval = 10_000

const quantiles = [0.5, 0.9, 0.99, 1]

export class EventLoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution })
  readonly #timer: NodeJS.Timeout
  /** The quantiles of the latest full interval, in seconds. */
  #latest: readonly number[] = []
  #count = 0
  #sum = 0

  constructor() {
    this.#histogram.enable()
    this.#timer = setInterval(() => this.#turn(), interval).unref()
  }

  /** The quantiles of the latest full interval; before its end, those of the first interval so far. */
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

/** @param nanoseconds between two runs of the timer. @returns seconds */
function delay(nanoseconds: number): number {
  return Math.max(0, nanoseconds / 1e9 - resolution / 1000)
}
