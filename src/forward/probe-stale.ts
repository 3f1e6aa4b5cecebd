// Checks whether daemons without recent commands are still there. Connecting is all: no command is sent.

import { setTimeout } from 'node:timers/promises'
import type { MeasuredUpstream } from './measured-upstream.ts'

/** Looked at together; a thousand at once would delay all requests. */
const maxAtOnce = 8

/** Milliseconds between two that are looked at one after the other, so that hundreds are no storm of packets. */
const pause = 200

/**
 * Resolves when all were looked at; never rejects.
 * @param upstreams one for each control socket
 * @param quiet milliseconds after which what is known of a daemon is too old
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
