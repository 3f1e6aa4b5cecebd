// What the doctor says of daemons that answer in an unusual way, or through another agent.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import process from 'node:process'
import t from 'tap'
import { run } from '../support/child.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'

t.test('each finding names the place where to look', async (t) => {
  const lists = await FakeDaemon.listen(answering('[ { "result": 0 } ]'))
  const far = await FakeHttpDaemon.listen(t, replying('[ { "result": 1, "text": "connect failed: No such file or directory" } ]'))
  t.teardown(() => lists.close())
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'keagate.conf')
  const sockets = {
    dhcp4: { 'socket-name': lists.path },
    dhcp6: { 'socket-type': 'http', 'socket-address': '127.0.0.1', 'socket-port': far.port, service: 'dhcp6' },
    d2: { 'socket-type': 'http', 'socket-address': 'nowhere.invalid', 'socket-port': 8053 },
  }
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': await freePort(), 'control-sockets': sockets } }))
  const { stdout, code } = await run(process.execPath, [mainFile, 'doctor', '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
  t.equal(code, 1)
  t.match(stdout, /^error +control socket dhcp4: \S+: it answers with something else than a map; look at the log of the daemon$/m)
  t.match(stdout, /^error +control socket dhcp6: the agent at \S+ has no good answer: connect failed: No such file .*; look there: /m)
  t.match(stdout, /^error +control socket d2: \S+: Host not found.*; see what this machine finds with: getent hosts NAME/m)
})
