// What is counted, and the form in which Prometheus reads it.

import { spawnSync } from 'node:child_process'
import t from 'tap'
import { CommandMeter } from '../../src/metrics/command-meter.ts'
import { metricDefinitions } from '../../src/metrics/definitions.ts'
import type { MetricId } from '../../src/metrics/definitions.ts'
import { EventLoopDelay } from '../../src/metrics/event-loop.ts'
import { exposition } from '../../src/metrics/exposition.ts'
import { LastHour } from '../../src/metrics/last-hour.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import type { Sample } from '../../src/metrics/registry.ts'
import { processSamples } from '../../src/metrics/process-samples.ts'
import { skipWithout } from '../kea/installed.ts'

t.test('a counter adds up by label', async (t) => {
  const metrics = new MetricRegistry()
  metrics.count('keagate_tls_failures_total', { reason: 'expired' })
  metrics.count('keagate_tls_failures_total', { reason: 'expired' }, 2)
  metrics.count('keagate_tls_failures_total', { reason: 'none-sent' })
  t.match(metrics.samples(), [
    { name: 'keagate_tls_failures_total', labels: { reason: 'expired' }, value: 3 },
    { name: 'keagate_tls_failures_total', labels: { reason: 'none-sent' }, value: 1 },
  ])
  t.same(metrics.byLabel('keagate_tls_failures_total'), { expired: 3, 'none-sent': 1 })
})

t.test('labels in another order are the same series', async (t) => {
  const metrics = new MetricRegistry()
  metrics.count('keagate_config_reloads_total', { command: 'config-set', result: 'taken' })
  metrics.count('keagate_config_reloads_total', { result: 'taken', command: 'config-set' })
  t.match(metrics.samples(), [{ value: 2 }])
})

t.test('values without end are counted together', async (t) => {
  const metrics = new MetricRegistry()
  for (let index = 0; index < 1000; index++) metrics.count('keagate_tls_failures_total', { reason: `r${index}` })
  metrics.count('keagate_tls_failures_total', { reason: 'r0' })
  const samples = metrics.samples()
  t.equal(samples.length, 201)
  t.match(samples.at(-1), { labels: { reason: '(other)' }, value: 800 })
  t.match(samples[0], { labels: { reason: 'r0' }, value: 2 })
  t.equal(metrics.total('keagate_tls_failures_total'), 1001)
})

t.test('a histogram counts what is at most the end of each bucket', async (t) => {
  const metrics = new MetricRegistry()
  const labels = { command: 'version-get', service: 'dhcp4' }
  for (const value of [0.001, 0.0011, 1, 1000]) metrics.observe('keagate_command_duration_seconds', labels, value)
  const lines = exposition(metrics.samples()).split('\n').filter((line) => !line.startsWith('#'))
  t.match(lines[0], /_bucket\{command="version-get",service="dhcp4",le="0.001"\} 1$/)
  t.match(lines[1], /le="0.0025"\} 2$/)
  t.match(lines.find((line) => line.includes('le="0.5"')), /\} 2$/)
  t.match(lines.find((line) => line.includes('le="1"')), /\} 3$/)
  t.match(lines.find((line) => line.includes('le="300"')), /\} 3$/)
  t.match(lines.find((line) => line.includes('le="+Inf"')), /\} 4$/)
  t.match(lines.at(-3), /_sum\{.*\} 1001\.0021$/)
  t.match(lines.at(-2), /_count\{.*\} 4$/)
})

t.test('no client makes a label value', async (t) => {
  const metrics = new MetricRegistry()
  const isKnown = { command: (name: string) => name === 'known', service: (name: string) => name === 'dhcp4' }
  const meter = new CommandMeter(metrics, isKnown)
  meter.answered('known', ['dhcp4', 'evil"\n'], [0, 1], 'admin')
  meter.answered('known', [], [3], null)
  meter.answered('constructor', [], [-7], null)
  meter.answered('known', ['dhcp4', 'dhcp4'], [null], null)
  meter.answered(null, [], [1], null)
  meter.refused('known', ['dhcp4', 'x'], null)
  meter.took('__proto__', 'x', 5)
  meter.took('known', null, 5)
  const seen = metrics.samples().filter(({ name }) => name === 'keagate_commands_total')
  t.same(seen.map(({ labels, value }) => [...Object.values(labels), value].join(' ')), [
    'known dhcp4 0 admin 1',
    'known (other) 1 admin 1',
    'known (agent) 3 (none) 1',
    '(other) (agent) (other) (none) 1',
    'known (agent) (none) (none) 1',
    '(none) (agent) 1 (none) 1',
    'known dhcp4 refused (none) 1',
    'known (other) refused (none) 1',
  ])
  t.match(exposition(metrics.samples()), /seconds_count\{command="\(other\)",service="\(other\)"\} 1\n/)
})

t.test('a command is in flight until it has ended, however it ends', async (t) => {
  const metrics = new MetricRegistry()
  const meter = new CommandMeter(metrics, { command: () => true, service: () => true })
  const inFlight = (): number => metrics.total('keagate_commands_in_flight')
  await meter.during(async () => t.equal(inFlight(), 1))
  await t.rejects(meter.during(() => Promise.reject(new Error('no'))))
  t.equal(inFlight(), 0)
})

t.test('every metric can be written, and promtool finds nothing to say', { skip: skipWithout('promtool') }, async (t) => {
  const eventLoop = new EventLoopDelay()
  const measured = eventLoop.samples()
  eventLoop.close()
  const special = [...measured, ...processSamples(0)]
  const others = Object.entries(metricDefinitions).flatMap(([id, { labels, buckets }]): Sample[] => {
    const name = id as MetricId
    if (special.some((sample) => sample.name === name)) return []
    const values = Object.fromEntries(labels.map((label) => [label, 'a "quoted" \\ value\nof two lines'] as const))
    if (buckets === undefined) return [{ name, labels: values, value: 1 }]
    const series = { name, labels: values, value: 1 }
    return [{ ...series, suffix: '_bucket', labels: { ...values, le: '+Inf' } }, { ...series, suffix: '_sum' }, { ...series, suffix: '_count' }]
  })
  const text = exposition([...others, ...special])
  for (const name of Object.keys(metricDefinitions)) t.match(text, `# TYPE ${name} `)
  const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })
  t.equal(status, 0)
  t.equal(stdout + stderr, '')
})

t.test('the last hour forgets what was before', async (t) => {
  const metrics = new MetricRegistry()
  metrics.count('keagate_auth_failures_total', { reason: 'wrong' }, 5)
  const lastHour = new LastHour(metrics, ['keagate_auth_failures_total'])
  t.teardown(() => lastHour.close())
  t.same(lastHour.since('keagate_auth_failures_total'), {})
  metrics.count('keagate_auth_failures_total', { reason: 'wrong' }, 2)
  metrics.count('keagate_auth_failures_total', { reason: 'no-header' })
  t.same(lastHour.since('keagate_auth_failures_total'), { wrong: 2, 'no-header': 1 })
  for (let minute = 0; minute < 60; minute++) lastHour.tick()
  t.equal(lastHour.minutes, 60)
  t.same(lastHour.since('keagate_auth_failures_total'), { wrong: 2, 'no-header': 1 })
  lastHour.tick()
  t.same(lastHour.since('keagate_auth_failures_total'), {})
})
