// What the process counts about itself, for status-get and for monitoring. Names and label values are bounded: no client
// can make the table grow.

/** What each counter says; the names are those of Prometheus, so `_total` ends the name of a counter. */
const definitions = {
  keagate_tls_failures_total: { help: 'TLS handshakes and client certificates refused', labels: ['reason'] },
  keagate_tls_reloads_total: { help: 'Changed TLS files that were taken, or could not be', labels: ['result'] },
} as const satisfies Readonly<Record<string, { readonly help: string; readonly labels: readonly string[] }>>

export type MetricId = keyof typeof definitions

/** One value for each label of the metric. */
export type Labels<Id extends MetricId> = Readonly<Record<(typeof definitions)[Id]['labels'][number], string>>

export interface Sample {
  readonly name: MetricId
  readonly help: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** What the rest of the program knows of counting. */
export interface Metrics {
  /** @param by how much more; at least 0 */
  count<Id extends MetricId>(name: Id, labels: Labels<Id>, by?: number): void
}

/** Series of one counter; what goes beyond is counted under `other`. */
const mostSeries = 200

/** Lives as long as the process: a reload starts no counter again. */
export class MetricRegistry implements Metrics {
  readonly #counters = new Map<MetricId, Map<string, { labels: Readonly<Record<string, string>>; value: number }>>()

  count<Id extends MetricId>(name: Id, labels: Labels<Id>, by = 1): void {
    const series = this.#seriesOf(name)
    const key = JSON.stringify(Object.values(labels))
    const found = series.get(key)
    if (found !== undefined) found.value += by
    else if (series.size < mostSeries) series.set(key, { labels, value: by })
    else this.#countOther(name, labels, by)
  }

  /** Every counter that has counted anything, in the order of their first count. */
  samples(): Sample[] {
    return [...this.#counters].flatMap(([name, series]) =>
      [...series.values()].map(({ labels, value }) => ({ name, help: definitions[name].help, labels, value })),
    )
  }

  #countOther(name: MetricId, labels: Readonly<Record<string, string>>, by: number): void {
    const series = this.#seriesOf(name)
    const other = series.get('other')
    if (other !== undefined) other.value += by
    else series.set('other', { labels: Object.fromEntries(Object.keys(labels).map((label) => [label, 'other'])), value: by })
  }

  #seriesOf(name: MetricId): Map<string, { labels: Readonly<Record<string, string>>; value: number }> {
    const series = this.#counters.get(name) ?? new Map<string, { labels: Readonly<Record<string, string>>; value: number }>()
    this.#counters.set(name, series)
    return series
  }
}
