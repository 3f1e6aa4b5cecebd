// What a daemon says of itself is read from answers of every shape.

import t from 'tap'
import { readDaemonInfo } from '../../src/command/daemon-info.ts'

const now = 1_000_000_000

function status(map: unknown): string {
  return JSON.stringify({ result: 0, arguments: map })
}

function pair(local: unknown, mode = 'hot-standby'): unknown {
  return { 'ha-mode': mode, 'ha-servers': { local, remote: { age: 3, role: 'standby', 'last-state': 'ready' } } }
}

t.test('version, start and the state of a pair', async (t) => {
  const local = { role: 'primary', scopes: ['server1'], state: 'partner-down' }
  const info = readDaemonInfo(
    JSON.stringify({ result: 0, text: '2.2.0', arguments: { extended: 'x' } }),
    status({ pid: 77, uptime: 60, reload: 5, 'high-availability': [pair(local)] }),
    now,
  )
  t.same(info, {
    version: '2.2.0', pid: 77, startedAt: now - 60_000,
    highAvailability: [{ mode: 'hot-standby', role: 'primary', state: 'partner-down', active: true }],
  })
  const standby = status({ 'high-availability': [pair({ role: 'standby', scopes: [], state: 'hot-standby' })] })
  t.match(readDaemonInfo(null, standby, now), { version: null, startedAt: null, highAvailability: [{ active: false }] })
  t.match(readDaemonInfo(null, status({ 'high-availability': pair(local) }), now)?.highAvailability, [{ role: 'primary' }], 'one map')
})

t.test('nothing is trusted to be there, or to be short', async (t) => {
  for (const text of [null, '', '{', '[]', '7', 'null', '{"result":1,"text":"no"}', '{"__proto__":{"result":0}}']) {
    t.equal(readDaemonInfo(text, text, now), null, String(text))
  }
  t.match(readDaemonInfo(`{"result":0,"text":"${'9'.repeat(1000)}"}`, null, now), { version: '9'.repeat(64), pid: null })
  const odd = status({
    pid: -1, uptime: 'long', 'high-availability': [7, null, pair(null), pair({ state: 7 }), ...Array.from({ length: 100 }, () => {
      return pair({ state: 's'.repeat(1000), scopes: 'all' }, '')
    })],
  })
  const info = readDaemonInfo('[ {"result":0,"text":"3.2.0"} ]', odd, now)
  t.match(info, { version: '3.2.0', pid: null, startedAt: null })
  t.equal(info?.highAvailability.length, 4)
  t.same(info?.highAvailability[0], { mode: '', role: '', state: 's'.repeat(64), active: false })
})
