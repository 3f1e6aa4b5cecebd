// The configurations that Debian's packages of Kea 2.2 and 3.0 install are checked and started unchanged, under their
// own names, in folders and a network of their own.

import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run, startChild } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'
import { skipWithout } from './installed.ts'
import { kea3File, skipWithoutKea3 } from './kea3.ts'

const sample = '/etc/kea/kea-ctrl-agent.conf'

/** Puts the folders of the first two words in the place of Debian's, and runs the rest there. */
const inside = [
  'ip link set lo up',
  'mount --bind "$1" /etc/kea',
  'mount -t tmpfs none /run',
  'mkdir /run/kea',
  'mount --bind "$2" /run/kea',
  'shift 2',
  'exec "$@"',
].join(' && ')

const samples: [version: string, file: string, skip: string | false][] = [
  ['2.2', sample, false],
  ['3.0', kea3File(sample), skipWithoutKea3()],
]

for (const [version, file, skip] of samples) {
  t.test(`the sample configuration of Kea ${version}`, { skip: skip || skipWithoutNamespaces() || skipWithout('kea-ctrl-agent') }, async (t) => {
    const directory = temporaryDirectory(t)
    const [etc, runtime] = [path.join(directory, 'etc'), path.join(directory, 'run')]
    for (const folder of [etc, runtime]) mkdirSync(folder)
    copyFileSync(file, path.join(etc, path.basename(sample)))
    // Debian's package makes it while it is configured.
    writeFileSync(path.join(etc, 'kea-api-password'), 'not a guess\n')
    const words = ['-rmn', '/bin/sh', '-c', inside, 'sh', etc, runtime, process.execPath, mainFile]
    const env = { KEA_PIDFILE_DIR: '', KEA_LOCKFILE_DIR: '/run/lock/kea' }
    const checked = await run('unshare', [...words, '-t', sample], { env })
    t.match(checked, { code: 0, stdout: /DCTL_CONFIG_CHECK_COMPLETE/, stderr: '' })
    const agent = startChild(t, 'unshare', [...words, '-c', sample], { env })
    await agent.waitFor(/INFO +CTRL_AGENT_STARTED/)
    t.match(agent.output(), /CTRL_AGENT_HTTP_SERVICE_STARTED .*127\.0\.0\.1 port 8000/)
    await agent.waitFor(/KEAGATE_CONTROL_SOCKET_MISSING .*\/run\/kea\/kea-ddns-ctrl-socket of service d2/)
    t.ok(existsSync(path.join(runtime, 'kea-ctrl-agent.kea-ctrl-agent.pid')))
    t.equal(await agent.stop(), 0)
    t.notOk(existsSync(path.join(runtime, 'kea-ctrl-agent.kea-ctrl-agent.pid')))
  })
}

/** Containers may forbid it. */
function skipWithoutNamespaces(): string | false {
  const { status, stderr, error } = spawnSync('unshare', ['-rmn', 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' })
  if (status === 0) return false
  const reason = `no folders and network of our own here: ${error?.message ?? stderr.trim()}`
  console.error(`# NOT TESTED: ${reason}`)
  return reason
}
