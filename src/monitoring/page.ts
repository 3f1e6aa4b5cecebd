// The status page, for people: how the daemons, the certificates and the agent itself fare. No script, no secret.

import type { DaemonStatus } from '../command/daemon-status.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import type { CounterId } from '../metrics/definitions.ts'
import type { EventLoopDelay } from '../metrics/event-loop.ts'
import type { LastHour } from '../metrics/last-hour.ts'
import type { Reload } from '../metrics/reload-log.ts'
import { daysLeft } from '../tls/files/expiry.ts'
import type { Expiring } from '../tls/files/expiry.ts'
import { Html, html } from './html.ts'
import type { MonitorSource } from './source.ts'
import { style } from './style.ts'
import { ago, bytes, grouped, milliseconds, span, time } from './format.ts'

export interface PageParts {
  readonly source: MonitorSource
  readonly eventLoop: EventLoopDelay
  readonly lastHour: LastHour
  /** Milliseconds since the epoch. */
  readonly now: number
}

/** Counters of refusals, and what they are called on the page. */
export const refusals: readonly (readonly [CounterId, string])[] = [
  ['keagate_access_refusals_total', 'not allowed, role'],
  ['keagate_auth_failures_total', 'credentials'],
  ['keagate_lock_outs_total', 'locked out'],
  ['keagate_tls_failures_total', 'TLS'],
]

/** Seconds after which a browser asks again. */
const refresh = 15

/** Of each list; a page with thousands of rows is of no use. */
const maxRows = 100

export function statusPage({ source, eventLoop, lastHour, now }: PageParts): string {
  const { agent } = source
  const unavailableReasons = source.unavailableReasons()
  const state = unavailableReasons.length === 0
    ? html`<span class="good">ready</span>`
    : html`<span class="bad">not ready: ${unavailableReasons.join('; ')}</span>`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${refresh}">
<title>keagate</title>
<style>${new Html(style)}</style>
</head>
<body>
<header><h1>keagate <small>${agent.version}</small></h1>${state}</header>
${facts(source, eventLoop, now)}
<h2>Daemons</h2>
${table(['service', 'state', 'in flight', 'waiting', 'answered', 'failed', 'median, p99', 'last error'],
  agent.daemons().toSorted(downFirst).map((status) => daemonRow(status, agent.serviceGroups(), now)), 'No control socket is configured.')}
<h2>Certificates and revocation lists</h2>
${table(['subject', 'days left', 'ends', 'keyword', 'file'],
  agent.certificates().toSorted((a, b) => a.notAfter - b.notAfter).map((each) => certificateRow(each, now)),
  'Plain HTTP: none is in use.')}
<h2>Refusals of the last hour${lastHour.minutes < 60 ? html` <span class="soft">monitored for ${lastHour.minutes} min</span>` : ''}</h2>
${table(['what', 'reason', 'number'], refusalRows(lastHour), 'None.')}
<h2>Latest changes of the configuration</h2>
${table(['command', 'result', 'time'], source.reloads().map((reload) => reloadRow(reload, now)), 'None since the start.')}
<footer>${time(now)} · <a href="/metrics">metrics</a> · <a href="/readyz">ready?</a></footer>
</body>
</html>
`
  return page.text
}

function facts(source: MonitorSource, eventLoop: EventLoopDelay, now: number): Html {
  const { agent, metrics } = source
  const { open, received, sent } = source.traffic()
  const delay = eventLoop.p99()
  const daemons = agent.daemons()
  const pairs = [
    ['up for', span(now - agent.startedAt)],
    ['configured', ago(agent.configuredAt(), now)],
    ['daemons up', `${daemons.filter(({ reachable }) => reachable === true).length} of ${daemons.length}`],
    ['commands in flight', grouped(metrics.total('keagate_commands_in_flight'))],
    ['answers', grouped(metrics.total('keagate_commands_total'))],
    ['connections', grouped(open)],
    ['received', bytes(received)],
    ['sent', bytes(sent)],
    ['memory', bytes(process.memoryUsage.rss())],
    ['event loop, p99', delay === null ? 'not known yet' : milliseconds(delay * 1000)],
  ] as const
  return html`<dl>${pairs.map(([term, value]) => html`<div><dt>${term}</dt><dd>${value}</dd></div>`)}</dl>`
}

type Cell = string | number | Html

/** Columns whose cells stand at the right, or stay on one line; the others have text of any length. */
const columns: Readonly<Record<string, 'number' | 'short'>> = {
  'in flight': 'number', waiting: 'number', answered: 'number', failed: 'number', 'days left': 'number', number: 'number',
  state: 'short', 'median, p99': 'short', ends: 'short', keyword: 'short',
}

function table(heads: readonly string[], rows: readonly (readonly Cell[])[], empty: string): Html {
  if (rows.length === 0) return html`<p class="none">${empty}</p>`
  const more = rows.length - maxRows
  const kind = (head: string): string => columns[head] ?? 'text'
  return html`<table><thead><tr>${heads.map((head) => html`<th class="${kind(head)}">${head}</th>`)}</tr></thead>
<tbody>${rows.slice(0, maxRows).map((cells) => {
    return html`<tr>${cells.map((cell, index) => {
      const head = heads[index] ?? ''
      const shown = typeof cell === 'number' ? grouped(cell) : cell
      return html`<td class="${kind(head)}" data-label="${head}">${shown}</td>`
    })}</tr>
`
  })}</tbody></table>${more > 0 ? html`<p class="none">and ${more} more</p>` : ''}`
}

/** So that those are seen where there are more than are shown. */
function downFirst(one: DaemonStatus, other: DaemonStatus): number {
  return Number(one.reachable !== false) - Number(other.reachable !== false)
}

function daemonRow(status: DaemonStatus, serviceGroups: ServiceGroups, now: number): Cell[] {
  const { service, address, reachable, inFlight, waiting, answered, failed, answerTimes, lastError } = status
  const state = reachable === null ? html`not known yet` : reachable
    ? html`<span class="good">up</span>`
    : html`<span class="bad">down</span>`
  const times = answerTimes === null ? '' : `${milliseconds(answerTimes.median)}, ${milliseconds(answerTimes.p99)}`
  const error = lastError === null ? '' : html`${lastError.text} <span class="soft line">${ago(lastError.at, now)}</span>`
  const groups = serviceGroups.groupsOf(service).join(', ')
  const name = html`<span>${service}${groups === '' ? '' : html` <span class="soft">in ${groups}</span>`} <span class="soft line">${address}</span></span>`
  return [name, state, inFlight, waiting, answered, failed, times, error === '' ? '' : html`<span>${error}</span>`]
}

function certificateRow(each: Expiring, now: number): Cell[] {
  const left = daysLeft(each, now)
  const life = each.notAfter - each.notBefore
  const mark = left < 0 ? 'bad' : each.notAfter - now < life / 3 && left < 30 ? 'warn' : 'good'
  return [each.subject, html`<span class="${mark}">${left}</span>`, time(each.notAfter), each.keyword, each.file]
}

function refusalRows(lastHour: LastHour): Cell[][] {
  return refusals.flatMap(([name, what]) => {
    return Object.entries(lastHour.since(name)).map(([reason, count]) => [what, reason, count])
  })
}

function reloadRow({ command, taken, at }: Reload, now: number): Cell[] {
  const result = taken ? html`<span class="good">taken</span>` : html`<span class="bad">refused, see the log</span>`
  return [command, result, html`<span>${time(at)} <span class="soft line">${ago(at, now)}</span></span>`]
}
