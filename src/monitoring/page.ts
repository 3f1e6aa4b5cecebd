// The status page, for people: how the daemons, the certificates and the agent itself fare. No script, no secret.

import type { DaemonStatus } from '../command/daemon-status.ts'
import type { CounterId } from '../metrics/definitions.ts'
import type { EventLoopDelay } from '../metrics/event-loop.ts'
import type { LastHour } from '../metrics/last-hour.ts'
import type { Reload } from '../metrics/reload-log.ts'
import { daysLeft } from '../tls/files/expiry.ts'
import type { Expiring } from '../tls/files/expiry.ts'
import { daemonHeads, daemonRow, downFirst } from './daemon-rows.ts'
import { Html, html } from './html.ts'
import type { MonitorSource } from './source.ts'
import { style } from './style.ts'
import { maxRows, table } from './table.ts'
import type { Cell } from './table.ts'
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

export function statusPage({ source, eventLoop, lastHour, now }: PageParts): string {
  const { agent } = source
  const daemons = agent.daemons().toSorted(downFirst)
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
<header><h1>keagate <small>${agent.version}</small></h1>${stateOf(source.unavailableReasons(), daemons)}</header>
${facts(source, daemons, { eventLoop, now })}
<h2>Daemons</h2>
${table(daemonHeads, daemons.map((status) => daemonRow(status, agent.serviceGroups(), now)), {
    empty: 'No control socket is configured.', more: () => downAmong(daemons.slice(maxRows)),
  })}
<h2>Certificates and revocation lists</h2>
${table(['subject', 'days left', 'ends', 'keyword', 'file or service'],
  certificateRows(agent.certificates(), daemons, now), { empty: 'Plain HTTP: none is in use.' })}
<h2>Refusals of the last hour${lastHour.minutes < 60 ? html` <span class="soft">monitored for ${lastHour.minutes} min</span>` : ''}</h2>
${table(['what', 'reason', 'number'], refusalRows(lastHour), { empty: 'None.' })}
<h2>Latest changes of the configuration</h2>
${table(['command', 'result', 'time'], source.reloads().map((reload) => reloadRow(reload, now)), {
    empty: 'None since the start.',
  })}
<footer>${time(now)} · <a href="/metrics">metrics</a> · <a href="/readyz">ready?</a></footer>
</body>
</html>
`
  return page.text
}

/** While daemons are down, commands are still taken, but the page does not just say ready. */
function stateOf(unavailableReasons: readonly string[], daemons: readonly DaemonStatus[]): Html {
  if (unavailableReasons.length > 0) return html`<span class="bad">not ready: ${unavailableReasons.join('; ')}</span>`
  const down = countDown(daemons)
  if (down === 0) return html`<span class="good">ready</span>`
  return html`<span class="warn">ready, but ${down} of ${daemons.length} daemons ${down === 1 ? 'is' : 'are'} down</span>`
}

function countDown(daemons: readonly DaemonStatus[]): number {
  return daemons.filter(({ reachable }) => reachable === false).length
}

/** The end of the sentence about rows that are not shown. */
function downAmong(hidden: readonly DaemonStatus[]): string {
  const down = countDown(hidden)
  return down === 0 ? '' : `, ${down} of them down`
}

function facts(
  source: MonitorSource,
  daemons: readonly DaemonStatus[],
  { eventLoop, now }: Pick<PageParts, 'eventLoop' | 'now'>,
): Html {
  const { agent, metrics } = source
  const { open, received, sent } = source.traffic()
  const delay = eventLoop.p99()
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

/**
 * What the files hold, and the certificates that daemons showed at the latest handshake; the first to end comes first.
 */
function certificateRows(files: readonly Expiring[], daemons: readonly DaemonStatus[], now: number): Cell[][] {
  const shown = daemons.flatMap(({ service, certificate }): EndRow[] => {
    return certificate === null ? [] : [{ ...certificate, keyword: 'daemon', file: service }]
  })
  return [...files, ...shown].toSorted((a, b) => a.notAfter - b.notAfter).map((each) => certificateRow(each, now))
}

type EndRow = Pick<Expiring, 'subject' | 'notBefore' | 'notAfter' | 'file'> & { readonly keyword: Expiring['keyword'] | 'daemon' }

function certificateRow(each: EndRow, now: number): Cell[] {
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
