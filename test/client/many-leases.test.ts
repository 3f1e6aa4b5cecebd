// Answers of a large site: the memory that they take.

import t from 'tap'
import { inTerminal } from '../support/terminal.ts'
import { startLeaseSource } from '../support/lease-source.ts'
import { skipWithout } from '../kea/installed.ts'

const env = { XDG_CONFIG_HOME: '/nonexistent', NO_COLOR: '1', NODE_OPTIONS: '' }
const skip = skipWithout('python3')

t.test('50,000 leases as a table take less than 150 MB', { skip }, async (t) => {
  const daemon = await startLeaseSource(t, 50_000)
  const { code, stdout, peak } = await inTerminal(['ask', '--socket', daemon.path, 'lease4-get-all'], { columns: 120, env })
  t.equal(code, 0)
  t.equal(stdout.match(/^ *10\.\d+\.\d+\.\d+ +02:00:00:/gm)?.length, 50_000)
  t.comment(`${peak.toFixed(1)} MiB`)
  t.ok(peak < 150, `${peak} MiB`)
})
