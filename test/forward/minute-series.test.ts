// Commands of the last hour by the minute.

import t from 'tap'
import { MinuteSeries } from '../../src/forward/minute-series.ts'

t.test('an hour is sixty minutes, the latest last', async (t) => {
  const series = new MinuteSeries(1000)
  t.equal(series.lastHour(1000), null)
  series.add(1000, 3)
  series.add(1000, 8)
  series.add(1000, null)
  series.add(1002, 5)
  const hour = series.lastHour(1003)
  t.equal(hour?.commands.length, 60)
  t.same(hour?.commands.slice(-4), [3, 0, 1, 0])
  t.same(hour?.failures.slice(-4), [1, 0, 0, 0])
  t.same(hour?.slowest.slice(-4), [8, 0, 5, 0])
  t.same(series.lastHour(1059)?.commands.slice(0, 3), [3, 0, 1], 'the oldest first')
  t.same(series.lastHour(1060)?.commands.slice(0, 2), [0, 1], 'what is older is forgotten')
  t.equal(series.lastHour(1062), null)
})

t.test('hours without a command leave nothing behind', async (t) => {
  const series = new MinuteSeries(7)
  for (let minute = 7; minute < 67; minute++) series.add(minute, 1)
  series.add(10_000, 2)
  const hour = series.lastHour(10_000)
  t.equal(hour?.commands.reduce((sum, count) => sum + count, 0), 1)
  t.equal(hour?.commands.at(-1), 1)
})
