// `keagate demo` as a newcomer meets it: one command, lines to paste, and nothing left behind.

import { readdirSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'
import { skipWithout } from '../kea/installed.ts'
import { askDemo, sendTo, startDemo } from './demo-client.ts'

t.test('the main job, the two users, audit and status page', async (t) => {
  const [port, monitoring] = [await freePort(), await freePort()]
  const demo = await startDemo(t, ['--port', String(port), '--monitoring-port', String(monitoring)])
  t.equal(demo.url, `https://127.0.0.1:${port}/`)
  t.equal(statSync(demo.directory).mode & 0o777, 0o700)

  const lease = await askDemo(demo, 'reader', 'lease4-get', 'dhcp4', { 'ip-address': '192.0.2.20' })
  t.match(lease, { result: 0, arguments: { 'ip-address': '192.0.2.20', 'subnet-id': 1 } })
  const all = await askDemo(demo, 'reader', 'lease4-get-all', 'dhcp4')
  t.equal((all.arguments as { leases: unknown[] }).leases.length, 500)

  const refused = await askDemo(demo, 'reader', 'lease4-del', 'dhcp4', { 'ip-address': '192.0.2.20' })
  t.not(refused.result, 0, 'the reader may only look')
  t.match(await askDemo(demo, 'operator', 'lease4-del', 'dhcp4', { 'ip-address': '192.0.2.20' }), { result: 0 })
  t.match(await askDemo(demo, 'reader', 'lease4-get', 'dhcp4', { 'ip-address': '192.0.2.20' }), { result: 3 })

  const versions = await sendTo(demo, 'reader', { command: 'version-get', service: ['dhcp4', 'dhcp6', 'd2'] })
  t.equal(versions.match(/"text": "[^"]*demonstration"/g)?.length, 3, versions)
  t.match(demo.output(), /This is a demonstration/)

  const statistics = await sendTo(demo, 'reader', { command: 'stat-lease6-get', service: ['dhcp6'] })
  t.match(statistics, /\[ 1, 72057594037927935, 100,/, 'more than a double counts, with every digit')

  const records = await readFile(path.join(demo.directory, 'audit.log'), 'utf8')
  t.match(records, /lease4-del/)
  t.match(await (await fetch(demo.statusPage)).text(), /<h2>Daemons<\/h2>[^]*dhcp6/)

  t.equal(await demo.stop('SIGINT'), 0)
  t.same(readdirSync(demo.temporary), [], 'nothing is left')
})

t.test('a daemon hangs, and is gone, for as long as it is told', async (t) => {
  const demo = await startDemo(t, ['--port', String(await freePort()), '--monitoring-port', String(await freePort())])
  t.match(await askDemo(demo, 'operator', 'demo-hang', 'dhcp4', { seconds: 3600 }), { result: 0 })
  const hung = askDemo(demo, 'reader', 'status-get', 'dhcp4')
  t.match(await askDemo(demo, 'reader', 'status-get', 'dhcp6'), { result: 0 }, 'the others go on')
  t.match(await askDemo(demo, 'operator', 'demo-back', 'dhcp4'), { result: 0 })
  t.match(await hung, { result: 0 }, 'what waited is answered')

  t.match(await askDemo(demo, 'operator', 'demo-away', 'dhcp4', { seconds: 1 }), { result: 0 })
  const gone = await askDemo(demo, 'reader', 'status-get', 'dhcp4')
  t.equal(gone.result, 1)
  t.match(gone.text, /offline/)
  let back = gone
  for (let left = 100; left > 0 && back.result !== 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 50))
    back = await askDemo(demo, 'reader', 'status-get', 'dhcp4')
  }
  t.equal(back.result, 0, 'it comes back by itself')
  t.match(await askDemo(demo, 'operator', 'demo-hang', 'dhcp4', { seconds: 0 }), { result: 1 })
  t.not((await askDemo(demo, 'reader', 'demo-hang', 'dhcp4')).result, 0, 'not for the reader')
})

t.test('a port that is taken, the end of its terminal, and a second one beside it', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const address = taken.address()
  const port = typeof address === 'object' && address !== null ? String(address.port) : ''
  const options = ['--port', port, '--monitoring-port', port]
  const demos = await Promise.all([startDemo(t, options), startDemo(t, options)])
  for (const demo of demos) {
    t.notMatch(demo.url, `:${port}/`)
    t.match(await askDemo(demo, 'reader', 'version-get', 'd2'), { result: 0 })
  }
  for (const [index, signal] of (['SIGHUP', 'SIGTERM'] as const).entries()) {
    const demo = demos[index]
    t.equal(await demo?.stop(signal), 0, signal)
    t.same(readdirSync(demo?.temporary ?? ''), [])
  }
})

t.test('the first line it prints works as pasted', { skip: skipWithout('curl') }, async (t) => {
  const demo = await startDemo(t, ['--port', String(await freePort()), '--monitoring-port', String(await freePort())])
  const pasted = await run('/bin/sh', ['-c', demo.firstLine], { cwd: '/' })
  t.match(pasted, { code: 0, stdout: /^\[ \{.*"ip-address": "192\.0\.2\.20".*"result": 0.*\} \]\n$/, stderr: '' })
})

t.test('so does the one for keagate ask', async (t) => {
  const demo = await startDemo(t, ['--port', String(await freePort()), '--monitoring-port', String(await freePort())])
  const line = /^(XDG_CONFIG_HOME=.*)$/m.exec(demo.output())?.[1] ?? ''
  const pasted = await run('/bin/sh', ['-c', line], { cwd: '/' })
  t.match(pasted, { code: 0, stdout: /^\[ \{.*"ip-address": "192\.0\.2\.20".*"result": 0.*\} \]\n$/, stderr: '' })
})

t.test("Kea's own daemons are taken where they answer, and it says which", async (t) => {
  const folder = temporaryDirectory(t)
  const version = '{ "arguments": { "extended": "2.2.0" }, "result": 0, "text": "2.2.0" }'
  const real = await FakeDaemon.listen(answering(version), path.join(folder, 'kea4-ctrl-socket'))
  t.teardown(() => real.close())
  const ports = ['--port', String(await freePort()), '--monitoring-port', String(await freePort())]
  const demo = await startDemo(t, ['--kea', ...ports], { KEA_CONTROL_SOCKET_DIR: folder })
  t.match(demo.output(), new RegExp(`^dhcp4 +Kea 2\\.2\\.0 at ${folder}/kea4-ctrl-socket: real`, 'm'))
  t.match(demo.output(), /^dhcp6 +demonstration: .*kea6-ctrl-socket: the socket does not exist/m)
  t.match(demo.firstLine, /"status-get", "service": \[ "dhcp4" \]/, 'a question that every daemon answers')
  t.match(await askDemo(demo, 'reader', 'version-get', 'dhcp4'), { result: 0, text: '2.2.0' })
  t.match(await askDemo(demo, 'reader', 'version-get', 'dhcp6'), { text: /demonstration/ })
})

t.test('words that cannot be understood', async (t) => {
  const demo = (args: readonly string[], env = {}): ReturnType<typeof run> =>
    run(process.execPath, [mainFile, 'demo', ...args], { env })
  t.match(await demo(['--help']), { code: 0, stdout: /^Usage: keagate demo/ })
  t.match(await demo(['now']), { code: 1, stderr: /unexpected word "now"[^]*Usage/ })
  t.match(await demo(['--prt', '1']), { code: 1, stderr: /unknown option "?--prt/ })
  const deep = path.join(temporaryDirectory(t), 'x'.repeat(90))
  t.match(await demo([], { TMPDIR: deep }), { code: 1, stderr: /no folder can be made.*TMPDIR=FOLDER/ })
})
