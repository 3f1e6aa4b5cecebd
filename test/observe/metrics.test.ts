import t from 'tap'
import { MetricRegistry } from '../../src/observe/metrics.ts'

t.test('a counter adds up by label', async (t) => {
  const metrics = new MetricRegistry()
  metrics.count('keagate_tls_failures_total', { reason: 'expired' })
  metrics.count('keagate_tls_failures_total', { reason: 'expired' }, 2)
  metrics.count('keagate_tls_failures_total', { reason: 'none-sent' })
  t.match(metrics.samples(), [
    { name: 'keagate_tls_failures_total', labels: { reason: 'expired' }, value: 3 },
    { name: 'keagate_tls_failures_total', labels: { reason: 'none-sent' }, value: 1 },
  ])
})

t.test('values without end are counted together', async (t) => {
  const metrics = new MetricRegistry()
  for (let index = 0; index < 1000; index++) metrics.count('keagate_tls_failures_total', { reason: `r${index}` })
  const samples = metrics.samples()
  t.equal(samples.length, 201)
  t.match(samples.at(-1), { labels: { reason: 'other' }, value: 800 })
})
