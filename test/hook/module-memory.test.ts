// The memory of handler modules is a share of the agent's, and what is refused to them is counted as theirs.

import t from 'tap'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import { FrontEnd } from '../../src/reload/front-end.ts'
import { HandshakeLog } from '../../src/tls/server/handshake-log.ts'
import { recordingLog } from '../support/recording-server.ts'

/** Bytes: the limit while there is no configuration. */
const all = Number.MAX_SAFE_INTEGER

t.test('refusals for memory are counted by whose share is used up', async (t) => {
  const log = recordingLog()
  const metrics = new MetricRegistry()
  const report = new HandshakeLog(log, metrics)
  t.teardown(() => report.close())
  const { memory, moduleMemory } = new FrontEnd(log, report, metrics)
  const counted = (): unknown =>
    Object.fromEntries(metrics.samples().map(({ labels, value }) => [labels['reason'], value]))
  const small = moduleMemory.tryReserve(1000)
  t.ok(small)
  t.same(counted(), {})
  t.equal(moduleMemory.tryReserve(all / 2), null)
  t.same(counted(), { modules: 1 })
  t.equal(memory.tryReserve({ network: '192.0.2.1', user: null }, all / 2), null)
  t.same(counted(), { modules: 1, client: 1 })
  for (const network of ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4']) {
    t.ok(memory.tryReserve({ network, user: null }, all * 0.215))
  }
  t.equal(moduleMemory.tryReserve(all * 0.1), null)
  t.same(counted(), { modules: 1, client: 1, total: 1 })
  small?.release()
  t.equal(memory.reserved, 4 * all * 0.215, 'what modules give back is free')
})
