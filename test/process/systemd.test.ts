// The unit file: what systemd says of it, and that it starts the program under the name that others look for.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const unit = readFileSync(join(import.meta.dirname, '../../config/systemd/keagate.service'), 'utf8')

t.test('the unit starts what the old one started, as the same user', async (t) => {
  t.match(unit, /^ExecStart=\/\S+\/kea-ctrl-agent -c \/etc\/kea\/kea-ctrl-agent\.conf$/m)
  t.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
  t.match(unit, /^User=_kea$/m)
  t.match(unit, /^RuntimeDirectory=kea$/m)
  t.match(unit, /^Alias=kea-ctrl-agent\.service$/m)
  t.notMatch(unit, /^MemoryDenyWriteExecute=yes/m)
})

t.test('systemd finds nothing wrong with it, under its own and the old name', { skip: skipWithoutSystemd() }, async (t) => {
  const directory = t.testdir({})
  // The program and the page need not be installed here.
  const text = unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`).replace(/^Documentation=.*\n/m, '')
  for (const name of ['keagate.service', 'kea-ctrl-agent.service']) {
    const file = join(directory, name)
    writeFileSync(file, text)
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' })
    t.same({ status, said: stdout + stderr }, { status: 0, said: '' }, name)
  }
})

function skipWithoutSystemd(): string | false {
  if (spawnSync('systemd-analyze', ['--version']).status === 0) return false
  console.error('# NOT TESTED: systemd-analyze is not installed (apt-get install systemd)')
  return 'systemd-analyze is not installed'
}
