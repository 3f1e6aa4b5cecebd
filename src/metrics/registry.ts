// What the process counts about itself, for status-get and for monitoring. Names and label values are bounded: no
// client can make the table grow.

import { metricDefinitions } from './definitions.ts'
import type { CounterId, GaugeId, HistogramId, Labels, MetricId } from './definitions.ts'

type LabelValues = Readonly<Record<string, string>>

/** One line of the exposition. */
export interface Sample {
  readonly name: MetricId
  /** `_bucket`, `_sum` or `_count` of a histogram or summary; else empty. */
  readonly suffix?: '_bucket' | '_sum' | '_count'
  readonly labels: LabelValues
  readonly value: number
}

/** What the rest of the program uses to count. */
export interface Metrics {
  /** @param by what is added to the value, at least 0; 1 by default */
  count<Id extends CounterId>(name: Id, labels: Labels<Id>, by?: number): void
  /** @param by what is added to the value; may be negative */
  move<Id extends GaugeId>(name: Id, labels: Labels<Id>, by: number): void
  /** @param value in the unit of the metric, such as seconds */
  observe<Id extends HistogramId>(name: Id, labels: Labels<Id>, value: number): void
}

const usualSeries = 200

/** The value of every label of the series that counts everything beyond the `maxSeries` of a metric. */
export const otherLabel = '(other)'

/**
 * One set of label values with its value. For a histogram, `value` is the sum of what was observed, and `buckets` has
 * the count of each bucket; one more at the end counts the values above all of them.
 */
interface Series {
  readonly labels: LabelValues
  value: number
  readonly buckets: number[]
}

/** Lives as long as the process: a reload resets no counter. */
export class MetricRegistry implements Metrics {
  readonly #metrics = new Map<MetricId, Map<string, Series>>()

  count<Id extends CounterId>(name: Id, labels: Labels<Id>, by = 1): void {
    this.#series(name, labels).value += by
  }

  move<Id extends GaugeId>(name: Id, labels: Labels<Id>, by: number): void {
    this.#series(name, labels).value += by
  }

  observe<Id extends HistogramId>(name: Id, labels: Labels<Id>, value: number): void {
    const series = this.#series(name, labels)
    const { buckets = [] } = metricDefinitions[name]
    let place = 0
    // A linear search: buckets are few, and most values are small.
    while (place < buckets.length && value > (buckets[place] ?? 0)) place++
    series.buckets[place] = (series.buckets[place] ?? 0) + 1
    series.value += value
  }

  /** The values of a counter that has one label, by the value of that label. */
  byLabel(name: CounterId): Record<string, number> {
    const list = [...(this.#metrics.get(name)?.values() ?? [])]
    return Object.fromEntries(list.map(({ labels, value }) => [Object.values(labels)[0] ?? '', value]))
  }

  /** The sum over all sets of label values. */
  total(name: CounterId | GaugeId): number {
    let sum = 0
    for (const { value } of this.#metrics.get(name)?.values() ?? []) sum += value
    return sum
  }

  /** The samples of every metric that was counted, in the order of the first counts. */
  samples(): Sample[] {
    return [...this.#metrics].flatMap(([name, all]) => [...all.values()].flatMap((series) => samplesOf(name, series)))
  }

  #series(name: MetricId, labels: LabelValues): Series {
    const all = this.#metrics.get(name) ?? new Map<string, Series>()
    if (all.size === 0) this.#metrics.set(name, all)
    const { labels: names, buckets = [], maxSeries = usualSeries } = metricDefinitions[name]
    // Label values come from closed sets, and none of them holds a NUL.
    let key = ''
    for (const label of names) key += `${labels[label] ?? ''}\0`
    const found = all.get(key)
    if (found !== undefined) return found
    const full = all.size >= maxSeries
    const others = full ? all.get('') : undefined
    if (others !== undefined) return others
    const kept = full ? Object.fromEntries(names.map((label) => [label, otherLabel])) : labels
    const counts = buckets.length === 0 ? [] : new Array<number>(buckets.length + 1).fill(0)
    const series = { labels: kept, value: 0, buckets: counts }
    all.set(full ? '' : key, series)
    return series
  }
}

function samplesOf(name: MetricId, { labels, value, buckets: counts }: Series): Sample[] {
  const { buckets } = metricDefinitions[name]
  if (buckets === undefined) return [{ name, labels, value }]
  let below = 0
  const cumulated = counts.map((count, place): Sample => {
    below += count
    const le = place < buckets.length ? String(buckets[place]) : '+Inf'
    return { name, suffix: '_bucket', labels: { ...labels, le }, value: below }
  })
  return [...cumulated, { name, suffix: '_sum', labels, value }, { name, suffix: '_count', labels, value: below }]
}
