// The daemons on the status page, those that are down first.

import type { DaemonInfo } from '../command/daemon-info.ts'
import type { DaemonStatus } from '../command/daemon-status.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import { ago, milliseconds, span } from './format.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { plots } from './plot.ts'
import type { Cell } from './table.ts'

export const daemonHeads =
  ['service', 'state', 'version', 'in flight', 'waiting', 'answered', 'failed', 'last hour', 'last error'] as const

/**
 * Sorts daemons that are down first, so that they are seen even where not all rows are shown; then those that have not
 * been reached yet.
 */
export function downFirst(one: DaemonStatus, other: DaemonStatus): number {
  return rank(one) - rank(other)
}

function rank({ reachable }: DaemonStatus): number {
  return reachable === false ? 0 : reachable === null ? 1 : 2
}

/** @param now milliseconds since the epoch */
export function daemonRow(status: DaemonStatus, serviceGroups: ServiceGroups, now: number): Cell[] {
  const { service, address, inFlight, waiting, answered, failed, lastError } = status
  const error = lastError === null ? '' : html`<span>${lastError.text} <span class="soft line">${ago(lastError.at, now)}</span></span>`
  const groups = serviceGroups.groupsOf(service).join(', ')
  const name = html`<span>${service}${groups === '' ? '' : html` <span class="soft">in ${groups}</span>`} <span class="soft line">${address}</span></span>`
  return [name, stateOf(status), versionOf(status, now), inFlight, waiting, answered, failed, lastHourOf(status), error]
}

function stateOf({ reachable, info }: DaemonStatus): Html {
  if (reachable === null) return html`not known yet`
  if (!reachable) return html`<span class="bad">down</span>`
  return html`<span><span class="good">up</span>${(info?.highAvailability ?? []).map(({ mode, role, state, active }) => {
    const words = new Set([active ? 'active' : 'standby', role, mode, state])
    return html` <span class="soft line">${[...words].filter((word) => word !== '').join(', ')}</span>`
  })}</span>`
}

/** The version that the daemon told last; its uptime only while it is up. */
function versionOf({ info, address, host, reachable }: DaemonStatus, now: number): Html {
  // The address of a daemon on another machine contains the host already.
  const where = address.includes(host) ? '' : html` <span class="soft line">on ${host}</span>`
  return html`<span>${info?.version ?? ''}${where}${uptime(info, reachable, now)}</span>`
}

function uptime(info: DaemonInfo | null, reachable: boolean | null, now: number): Html | '' {
  if (reachable !== true || info === null || info.startedAt === null) return ''
  return html` <span class="soft line whole">up for ${span(now - info.startedAt)}</span>`
}

function lastHourOf({ lastHour, answerTimes }: DaemonStatus): Html | '' {
  if (lastHour === null && answerTimes === null) return ''
  const times = answerTimes === null ? '' : html`<span class="soft line whole">median ${milliseconds(answerTimes.median)}, p99 ${milliseconds(answerTimes.p99)}</span>`
  return html`<span>${lastHour === null ? '' : plots(lastHour)}${times}</span>`
}
