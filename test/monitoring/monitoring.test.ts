// Monitoring by itself: a defect in it is an answer and a line in the log, and nothing else.

import t from 'tap'
import type { MessageFields } from '../../src/log/message.ts'
import { Monitoring } from '../../src/monitoring/monitoring.ts'
import type { MonitorSource } from '../../src/monitoring/source.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'

t.test('a defect does not end the process', async (t) => {
  const lines = new Map<string, MessageFields>()
  const log = { enabled: () => true, write: (id: string, fields: MessageFields = {}) => void lines.set(id, fields) }
  const source: Partial<MonitorSource> = {
    metrics: new MetricRegistry(),
    unavailableReasons: () => {
      throw new Error('out of ink')
    },
  }
  // Nothing else of it is asked for.
  const monitoring = new Monitoring(source as MonitorSource, log)
  await monitoring.change({ httpHost: '127.0.0.1', httpPort: 0, probesOnAgentPort: false, userContext: null }, () => Promise.resolve())
  t.teardown(() => monitoring.close())
  const port = lines.get('KEAGATE_MONITORING_STARTED')?.['port'] ?? 0
  const response = await fetch(`http://127.0.0.1:${port}/readyz`)
  t.equal(response.status, 500)
  t.equal(await response.text(), 'see the log of the agent\n')
  t.match(lines.get('KEAGATE_REQUEST_FAILED'), { reason: 'out of ink' })
  t.equal((await fetch(`http://127.0.0.1:${port}/livez`)).status, 200)
})
