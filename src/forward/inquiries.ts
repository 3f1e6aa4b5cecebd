// Decides when daemons are asked for their version and state: at the first contact, when they can be reached again, and
// now and then, because neither a restart nor a change of the active server shows by itself. Daemons that are down are
// not asked.

import type { MeasuredUpstream } from './measured-upstream.ts'

/** How many daemons are asked at a time. */
const maxAtOnce = 4

/** Milliseconds after which a daemon is asked again. */
const intervals = {
  /** It was down and can be reached again. */
  restarted: 5_000,
  /** It did not answer, or has a partner with whom it may change roles. */
  soon: 60_000,
  usual: 600_000,
} as const

export class Inquiries {
  /** Daemons that are being asked. */
  readonly #running = new Set<MeasuredUpstream>()

  /**
   * Asks the daemons whose time has come, `maxAtOnce` at a time. Returns at once.
   * @param upstreams one for each control socket
   */
  look(upstreams: () => Iterable<MeasuredUpstream>): void {
    const now = performance.now()
    for (const upstream of upstreams()) {
      if (this.#running.size >= maxAtOnce) return
      if (this.#running.has(upstream) || !isDue(upstream, now)) continue
      this.#running.add(upstream)
      void upstream.inquire().finally(() => {
        this.#running.delete(upstream)
        this.look(upstreams)
      })
    }
  }
}

function isDue({ stats }: MeasuredUpstream, now: number): boolean {
  if (!stats.isReachable) return false
  const { lastInquiry } = stats
  if (lastInquiry === null) return true
  const age = now - lastInquiry.at
  if (lastInquiry.contacts !== stats.contacts) return age >= intervals.restarted
  const soon = !lastInquiry.answered || (stats.info?.highAvailability.length ?? 0) > 0
  return age >= (soon ? intervals.soon : intervals.usual)
}
