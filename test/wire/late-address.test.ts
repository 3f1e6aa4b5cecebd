// An address that is not there yet when the program starts, in a network namespace of the test's own.

import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import type { Child } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

const namespaces = spawnSync('unshare', ['-rn', 'ip', 'link', 'set', 'lo', 'up']).status === 0
const skip = namespaces ? false : 'no network namespaces here'

/** Adds the address once a file is there. */
const script = `
ip link set lo up
( until [ -e "$0/go" ]; do kill -0 $$ || exit; sleep 0.05; done; ip address add 198.51.100.7/32 dev lo ) >/dev/null 2>&1 &
exec "$@"`

function start(t: Test, members: object): Child & { readonly directory: string } {
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'keagate.conf')
  const clients = [{ user: 'a', password: 'b' }]
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-host': '198.51.100.7', authentication: { clients }, ...members } }))
  const env = { ...process.env, KEA_PIDFILE_DIR: directory }
  const words = ['-rn', 'sh', '-c', script, directory, process.execPath, mainFile, '-c', file]
  return { ...startChild(t, 'unshare', words, { env }), directory }
}

t.test('it is opened when it comes', { skip }, async (t) => {
  const program = start(t, { 'bind-retry-seconds': 60 })
  await program.waitFor(/WARN .*KEAGATE_ADDRESS_AWAITED 198\.51\.100\.7 is not an address of this machine yet; port 8000 .*within 60 s/)
  writeFileSync(path.join(program.directory, 'go'), '')
  await program.waitFor(/CTRL_AGENT_STARTED/)
  t.match(program.output(), /HTTP service listening on 198\.51\.100\.7 port 8000/)
  t.equal(program.output().match(/KEAGATE_ADDRESS_AWAITED/g)?.length, 1)
  t.equal(await program.stop(), 0)
})

t.test('a signal ends the wait', { skip }, async (t) => {
  const program = start(t, { 'bind-retry-seconds': 3600 })
  await program.waitFor(/KEAGATE_ADDRESS_AWAITED/)
  t.equal(await program.stop(), 0)
  t.match(program.output(), /DCTL_SHUTDOWN keagate has stopped/)
})

t.test('without the keyword, or when it does not come, the start fails', { skip }, async (t) => {
  for (const members of [{}, { 'bind-retry-seconds': 1 }]) {
    const program = start(t, members)
    t.equal(await program.exited, 1)
    t.match(program.output(), /198\.51\.100\.7 port 8000 is not an address of this machine \(EADDRNOTAVAIL\)/)
  }
})
