// Checks whether daemons without recent commands are still there. Connecting is all: no command is sent.

import { setTimeout } from 'node:timers/promises'
import type { MeasuredUpstream } from './measured-upstream.ts'

/** How many daemons are probed at once; a thousand would delay all requests. */
const maxAtOnce = 8

/** Milliseconds after a probe before the next one follows, so that hundreds of daemons cause no burst of packets. */
const pause = 200

/**
 * Resolves when all such daemons were probed; never rejects.
 * @param upstreams one for each control socket
 * @param quiet milliseconds without news of a daemon after which it is probed
 */
export async function probeStale(upstreams: Iterable<MeasuredUpstream>, quiet: number): Promise<void> {
  const since = Date.now() - quiet
  const rest = [...upstreams].filter(({ stats: record }) => (record.seenAt ?? 0) < since).values()
  const lookOn = async (): Promise<void> => {
    for (const upstream of rest) {
      await upstream.probe()
      await setTimeout(pause, undefined, { ref: false })
    }
  }
  await Promise.all(Array.from({ length: maxAtOnce }, lookOn))
}
