// The doctor and a real Kea daemon: it answers `version-get`, hangs, and has ended without removing its socket.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import t from 'tap'
import { run } from '../support/child.ts'
import { startDaemon } from '../kea/daemons.ts'
import { skipWithout } from '../kea/installed.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'

t.test('a real daemon: alive, stopped and killed', { skip: skipWithout('kea-dhcp-ddns') }, async (t) => {
  const daemon = await startDaemon(t, 'd2')
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'keagate.conf')
  const sockets = { d2: { 'socket-name': daemon.socket } }
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': await freePort(), 'control-sockets': sockets } }))
  const doctor = (): ReturnType<typeof run> => {
    return run(process.execPath, [mainFile, 'doctor', '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
  }
  t.match(await doctor(), { code: 0, stdout: /^ok +control socket d2: \S+ answers, version \d+\.\d+\.\d+$/m })
  process.kill(daemon.pid, 'SIGSTOP')
  t.match(await doctor(), { code: 1, stdout: /^error +control socket d2: .*; the daemon hangs or is busy/m })
  process.kill(daemon.pid, 'SIGKILL')
  await daemon.exited
  t.match(await doctor(), { code: 1, stdout: /^error +control socket d2: .*refused.*; start the daemon: nothing listens there$/m })
})
