// The status page: whatever it shows is text, and what needs attention is marked.

import fastify from 'fastify'
import t from 'tap'
import { ServiceGroups } from '../../src/config/service-groups.ts'
import type { Test } from 'tap'
import type { AgentControl } from '../../src/command/agent-control.ts'
import type { DaemonStatus } from '../../src/command/daemon-status.ts'
import { Html, html } from '../../src/monitoring/html.ts'
import { statusPage } from '../../src/monitoring/page.ts'
import { addMonitorRoutes } from '../../src/monitoring/routes.ts'
import type { MonitorSource } from '../../src/monitoring/source.ts'
import { ago, bytes, grouped, milliseconds, span } from '../../src/monitoring/format.ts'
import { EventLoopDelay } from '../../src/metrics/event-loop.ts'
import { LastHour } from '../../src/metrics/last-hour.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import type { Expiring } from '../../src/tls/files/expiry.ts'

const now = Date.UTC(2026, 10, 24, 12)
const day = 24 * 60 * 60 * 1000
const nasty = '<script>alert("1")</script>\u0007\u202e&\'é'

function daemon(change: Partial<DaemonStatus>): DaemonStatus {
  const rest = { inFlight: 0, waiting: 0, answered: 0, failed: 0, lastError: null, answerTimes: null, ...unasked }
  return { service: 'dhcp4', address: '/run/kea/s', reachable: null, ...rest, ...change }
}

function certificate(days: number): Expiring {
  const dates = { notBefore: now - 300 * day, notAfter: now + days * day }
  return { kind: 'certificate', keyword: 'cert-file', file: `/${nasty}`, subject: `CN=${nasty}`, ...dates }
}

const unasked = { host: 'host1', info: null, certificate: null, lastHour: null }

interface Facts {
  readonly daemons?: DaemonStatus[]
  readonly groups?: ReadonlyMap<string, readonly string[]>
  readonly certificates?: Expiring[]
  readonly unavailableReasons?: string[]
}

function sourceOf(facts: Facts, metrics = new MetricRegistry()): MonitorSource {
  const agent: Partial<AgentControl> = {
    version: '1.2.3', pid: 1, startedAt: now - 90_000,
    configuredAt: () => now - 5000,
    daemons: () => facts.daemons ?? [],
    serviceGroups: () => new ServiceGroups(facts.groups),
    certificates: () => facts.certificates ?? [],
  }
  return {
    // What the page asks of it is all there.
    agent: agent as AgentControl,
    metrics,
    traffic: () => ({ open: 1, accepted: 2, rejected: 0, received: 2048, sent: 3 }),
    reloads: () => [{ command: 'config-set', taken: false, at: now - 60_000 }],
    unavailableReasons: () => facts.unavailableReasons ?? [],
    inquire: () => undefined,
    lookForQuiet: () => Promise.resolve(),
  }
}

function watch(t: Test, metrics = new MetricRegistry()): { eventLoop: EventLoopDelay; lastHour: LastHour } {
  const [eventLoop, lastHour] = [new EventLoopDelay(), new LastHour(metrics, ['keagate_tls_failures_total'])]
  t.teardown(() => {
    eventLoop.close()
    lastHour.close()
  })
  return { eventLoop, lastHour }
}

/** What monitoring says at a path. */
async function get(
  path: string,
  source: MonitorSource,
  watched: ReturnType<typeof watch>,
): Promise<{ status: number; text: string }> {
  const app = fastify()
  addMonitorRoutes(app, { source, watch: () => watched })
  const { statusCode, body } = await app.inject(path)
  return { status: statusCode, text: body }
}

t.test('nothing that comes from anywhere becomes markup', async (t) => {
  const metrics = new MetricRegistry()
  const watched = watch(t, metrics)
  metrics.count('keagate_tls_failures_total', { reason: nasty })
  const lastError = { text: nasty, at: now - 61_000 }
  const facts = {
    daemons: [daemon({ service: nasty, address: nasty, lastError })],
    certificates: [certificate(5)],
    unavailableReasons: [nasty],
  }
  const page = statusPage({ ...watched, source: sourceOf(facts, metrics), now })
  t.notMatch(page, /<script|\u0007|\u202e/)
  t.equal(page.match(/&lt;script&gt;alert\(&quot;1&quot;\)&lt;\/script&gt;\\x07\\u202e&amp;&#39;é/g)?.length, 7)
})

t.test('it marks what needs attention', async (t) => {
  const daemons = [daemon({ reachable: true }), daemon({ reachable: false, waiting: 7 }), daemon({})]
  const facts = { daemons, certificates: [certificate(-1), certificate(5), certificate(300)] }
  const page = statusPage({ ...watch(t), source: sourceOf(facts), now })
  for (const part of [
    '<span class="warn">ready, but 1 of 3 daemons is down</span>', '<span class="good">up</span>', '<span class="bad">down</span>', 'not known yet',
    '<td class="number" data-label="waiting">7</td>', '<dd>1 of 3</dd>', '<span class="bad">-1</span>', '<span class="warn">5</span>',
    '<span class="good">300</span>', '2.0 KiB', '1 min 30 s', '<span class="bad">refused, see the log</span>', '1 min 0 s ago',
  ]) {
    t.ok(page.includes(part), part)
  }
  const ends = [...page.matchAll(/data-label="days left"><span class="(\w+)"/g)].map(([, mark]) => mark)
  t.same(ends, ['bad', 'warn', 'good'], 'the first to end comes first')
  t.match(statusPage({ ...watch(t), source: sourceOf({ unavailableReasons: ['no ink', 'no paper'] }), now }), 'not ready: no ink; no paper')
})

t.test('a thousand daemons are no page of a thousand rows', async (t) => {
  const daemons = Array.from({ length: 1000 }, (_, index) => daemon({ service: `s${index}`, reachable: index < 999 }))
  const page = statusPage({ ...watch(t), source: sourceOf({ daemons }), now })
  t.match(page, 'and 900 more</p>')
  t.match(page, />s999 .*>s0 /s, 'what is down comes first')
  t.ok(page.length < 80_000)
})

t.test('readiness names every obstacle', async (t) => {
  const watched = watch(t)
  t.match(await get('/readyz', sourceOf({}), watched), { status: 200, text: 'ready\n' })
  t.match(await get('/readyz', sourceOf({ unavailableReasons: ['no ink', 'no paper'] }), watched), { status: 503, text: 'no ink\nno paper\n' })
  t.match((await get('/metrics', sourceOf({ unavailableReasons: ['no ink'] }), watched)).text, /^keagate_ready 0$/m)
})

t.test('certificates of one name in one file are one series, that of the first to end', async (t) => {
  const { text } = await get('/metrics', sourceOf({ certificates: [certificate(300), certificate(5)] }), watch(t))
  const lines = text.split('\n').filter((line) => line.startsWith('keagate_certificate_expiry_timestamp_seconds{'))
  t.equal(lines.length, 1)
  t.match(lines[0], new RegExp(` ${(now + 5 * day) / 1000}$`))
})

t.test('figures are put in words', async (t) => {
  t.same([0, 59_999, 61_000, 3_600_000, 90_061_000, -5].map(span), ['0 s', '59 s', '1 min 1 s', '1 h 0 min', '1 d 1 h', '0 s'])
  t.same([0, 1023, 1024, 1536, 1048576 * 200].map(bytes), ['0 B', '1023 B', '1.0 KiB', '1.5 KiB', '200 MiB'])
  t.same([0.04, 12.3, 1500].map(milliseconds), ['0.0 ms', '12 ms', '1.5 s'])
  t.same([0, 999, 1234567].map(grouped), ['0', '999', '1,234,567'])
  t.equal(ago(0, 60_000), '1 min 0 s ago')
  t.equal(html`a${'<'}${new Html('<b>')}${[html`${1}`, html`${2}`]}`.text, 'a&lt;<b>12')
})

t.test('a daemon is shown with its groups', async (t) => {
  const groups = new Map([['all4', ['four', 'six']], ['fra', ['four']]])
  const page = statusPage({ source: sourceOf({ daemons: [daemon({ service: 'four' }), daemon({ service: 'd2' })], groups }), ...watch(t), now })
  t.match(page, /four <span class="soft">in all4, fra<\/span>/)
  t.notMatch(page, /d2 <span class="soft">in/)
})

t.test('a daemon is shown with its host, version, age and part in a pair', async (t) => {
  const pair = { mode: 'hot-standby', role: 'primary', state: 'partner-down', active: true }
  const info = { version: '3.0.1', pid: 1, startedAt: now - 3_700_000, highAvailability: [pair] }
  const certificate = { subject: 'CN=theirs', notBefore: now - 300 * day, notAfter: now + 3 * day }
  const facts = { daemons: [daemon({ reachable: true, info, certificate })] }
  const page = statusPage({ ...watch(t), source: sourceOf(facts), now })
  for (const part of [
    '<span class="good">ready</span>', '3.0.1', 'on host1', 'up for 1 h 1 min', 'active, primary, hot-standby, partner-down',
    '<td class="text" data-label="subject">CN=theirs</td>', '<span class="warn">3</span>',
  ]) {
    t.ok(page.includes(part), part)
  }
  const down = statusPage({ ...watch(t), source: sourceOf({ daemons: [daemon({ reachable: false, info })] }), now })
  t.notMatch(down, 'up for 1 h 1 min', 'a daemon that is down has no age')
  t.match(down, 'ready, but 1 of 1 daemons is down')
  const { text } = await get('/metrics', sourceOf(facts), watch(t))
  for (const line of [
    'keagate_daemon_info{service="dhcp4",host="host1",version="3.0.1"} 1',
    `keagate_daemon_start_time_seconds{service="dhcp4"} ${(now - 3_700_000) / 1000}`,
    'keagate_daemon_ha_active{service="dhcp4"} 1',
    `keagate_daemon_certificate_expiry_timestamp_seconds{service="dhcp4",subject="CN=theirs"} ${(now + 3 * day) / 1000}`,
  ]) {
    t.ok(text.split('\n').includes(line), line)
  }
})

t.test('the last hour is drawn without a script', async (t) => {
  const each = (value: (minute: number) => number): number[] => Array.from({ length: 60 }, (_, minute) => value(minute))
  const failures = each((minute) => (minute === 59 ? 2 : 0))
  const lastHour = { commands: each((minute) => minute), failures, slowest: each(() => 12) }
  const page = statusPage({ ...watch(t), source: sourceOf({ daemons: [daemon({ lastHour })] }), now })
  t.match(page, 'aria-label="1,770 commands in the last hour, at most 59/min"')
  t.match(page, 'aria-label="slowest answer of each minute, at most 12 ms"')
  t.match(page, '<path class="fault" d="M118 18v-1h2v1"/>')
  t.equal(/<path class="bar" d="([^"]*)"/.exec(page)?.[1]?.match(/M/g)?.length, 59, 'a minute without a command has no bar')
  const many = Array.from({ length: 100 }, () => daemon({ lastHour }))
  t.ok(statusPage({ ...watch(t), source: sourceOf({ daemons: many }), now }).length < 500_000)
})
