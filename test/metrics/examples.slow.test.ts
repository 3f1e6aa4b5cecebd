// What config/monitoring holds for others to copy: Prometheus takes it, the alerts come when they should, and every
// query asks for metrics that there are.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { metricDefinitions } from '../../src/metrics/definitions.ts'
import { skipWithout } from '../kea/installed.ts'

const folder = join(import.meta.dirname, '../../config/monitoring')
const alerts = join(folder, 'alerts.yml')
const skip = skipWithout('promtool')

interface Dashboard {
  readonly panels: readonly {
    readonly title: string
    readonly gridPos: { readonly x: number; readonly w: number }
    readonly targets: readonly { readonly expr: string }[]
  }[]
}

// The file is our own.
const dashboard = JSON.parse(readFileSync(join(folder, 'dashboard.json'), 'utf8')) as Dashboard
const queries = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))

function promtool(...words: readonly string[]): { text: string; status: number | null } {
  const { stdout, stderr, status } = spawnSync('promtool', words, { encoding: 'utf8' })
  return { text: stdout + stderr, status }
}

t.test('Prometheus takes the scrape and the rules', { skip }, async (t) => {
  t.match(promtool('check', 'config', '--syntax-only', join(folder, 'prometheus.yml')), { status: 0 })
  const count = readFileSync(alerts, 'utf8').match(/^ +- alert:/gm)?.length
  t.match(promtool('check', 'rules', alerts), { status: 0, text: `SUCCESS: ${count} rules found` })
})

t.test('alerts come when they should, and else not', { skip }, async (t) => {
  const { text, status } = promtool('test', 'rules', join(import.meta.dirname, '../fixtures/alerts.test.yml'))
  t.equal(status, 0, text)
})

t.test('every query of the dashboard is good PromQL', { skip }, async (t) => {
  t.ok(queries.length > 30)
  const rules = queries.map((expr, index) => ({
    record: `query:${index}`,
    expr: expr.replaceAll('$__rate_interval', '1m').replaceAll('$instance', '.*'),
  }))
  const file = join(t.testdir({}), 'queries.yml')
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }))
  const { text, status } = promtool('check', 'rules', file)
  t.equal(status, 0, text)
})

t.test('rules and dashboard ask for metrics and labels that there are', async (t) => {
  const rules = readFileSync(alerts, 'utf8').replaceAll(/^ +(?:summary|description):.*$/gm, '')
  const asked = [...`${rules} ${queries.join(' ')}`.matchAll(/\b(?:keagate|process|nodejs)_\w+/g)].map(([name]) => name)
  t.ok(asked.length > 40)
  for (const name of new Set(asked)) {
    t.ok(Object.hasOwn(metricDefinitions, name.replace(/_(bucket|sum|count)$/, '')), name)
  }
  const labels = new Set(Object.values(metricDefinitions).flatMap((definition) => definition.labels))
  for (const [, list = ''] of queries.join(' ').matchAll(/\bby \((.*?)\)/g)) {
    for (const label of list.split(', ')) t.ok(labels.has(label) || label === 'le', label)
  }
})

t.test('panels stand within the width of a dashboard', async (t) => {
  for (const { title, gridPos } of dashboard.panels) t.ok(gridPos.x + gridPos.w <= 24, title)
})
