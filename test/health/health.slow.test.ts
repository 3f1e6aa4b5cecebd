// `keagate health` as a container engine runs it: no certificate, no password, an exit code.

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import type { Finished } from '../support/child.ts'
import { run } from '../support/child.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

function health(directory: string, ...words: readonly string[]): Promise<Finished> {
  return run(process.execPath, [mainFile, 'health', ...words], { env: { KEA_PIDFILE_DIR: directory } })
}

function healthOf({ directory, configFile }: Program, ...words: readonly string[]): Promise<Finished> {
  return health(directory, '-c', configFile, ...words)
}

t.test('a door for certificates only is alive when it says that one is missing', async (t) => {
  const certificates = temporaryDirectory(t)
  await makeTestCertificates(certificates)
  const file = (name: string): string => join(certificates, name)
  const program = await startProgram(t, {
    'http-host': '0.0.0.0', 'trust-anchor': file('ca.crt'), 'cert-file': file('server.crt'), 'key-file': file('server.key'),
    tls: { 'min-version': '1.3', groups: 'P-384' },
  })
  for (let turn = 0; turn < 2; turn++) {
    t.match(await healthOf(program), {
      code: 0, stdout: /^healthy: the agent at 0\.0\.0\.0 port \d+ answers as an agent does that requires a client certificate\n$/,
    })
  }
  t.match(await healthOf(program, '--ready'), { code: 1, stdout: /^unknown: only monitoring can say .*; add "monitoring" to .*, or leave out --ready\n$/ })
})

t.test('nobody is locked out by it, and nothing counts as a wrong password', async (t) => {
  const port = await freePort()
  const authentication = { type: 'basic', clients: [{ user: 'ann', password: 'correct horse' }], 'lock-out': { failures: 1 } }
  const program = await startProgram(t, { authentication })
  t.match(await healthOf(program), { code: 0, stdout: /^healthy: the agent at 127\.0\.0\.1 port \d+ answers as an agent does\n$/ })
  t.notMatch(program.output(), /HTTP_CLIENT_REQUEST_NOT_AUTHORIZED|KEAGATE_LOCKED_OUT/)
  writeFileSync(program.configFile, JSON.stringify({
    'Control-agent': { 'http-port': program.port, authentication, monitoring: { 'http-port': port } },
  }))
  process.kill(program.pid, 'SIGHUP')
  await program.waitFor(/KEAGATE_MONITORING_STARTED/)
  t.match(await healthOf(program), { code: 0, stdout: `healthy: monitoring at 127.0.0.1 port ${port} says: alive\n` })
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
  t.notMatch(metrics, /^keagate_(auth_failures_total.*|lock_outs_total) [1-9]/m)
})

t.test('alive is not ready', async (t) => {
  const program = await startProgram(t, {
    monitoring: { 'http-port': await freePort() }, 'audit-log': { output: '/dev/full' },
  }, { args: ['-X'] })
  t.match(await healthOf(program, '--ready'), { code: 0, stdout: /says: ready\n$/ })
  const headers = { 'Content-Type': 'application/json' }
  await fetch(`http://127.0.0.1:${program.port}/`, { method: 'POST', headers, body: '{ "command": "version-get" }' })
  t.match(await healthOf(program, '--ready'), { code: 1, stdout: /answers with status 503: no audit record can be written/ })
  t.match(await healthOf(program), { code: 0, stdout: /says: alive\n$/ })
})

t.test('a mistake that a start tolerates does not hide an agent that is ready', async (t) => {
  const program = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-name': `/tmp/${'n'.repeat(120)}` } },
    monitoring: { 'http-port': await freePort() },
  })
  t.match(await healthOf(program, '--ready'), { code: 0, stdout: /says: ready\n$/ })
})

t.test('a process that hangs is not alive, though the system still takes its connections', async (t) => {
  const program = await startProgram(t, {})
  process.kill(program.pid, 'SIGSTOP')
  const verdict = await healthOf(program)
  process.kill(program.pid, 'SIGCONT')
  t.match(verdict, { code: 1, stdout: /^unhealthy: the agent at 127\.0\.0\.1 port \d+: no answer within 5 s; process \d+ runs/ })
})

t.test('nobody there, and somebody else there', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'a.conf')
  const configure = (port: number): void => writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': port } }))
  configure(await freePort())
  t.match(await health(directory, '-c', file), { code: 1, stdout: /^unhealthy: .*ECONNREFUSED/ })
  const other = http.createServer((_request, response) => void response.end('hello')).listen(0, '127.0.0.1')
  t.teardown(() => other.close())
  await once(other, 'listening')
  configure((other.address() as AddressInfo).port)
  t.match(await health(directory, '-c', file), { code: 1, stdout: /is another program's: status 200/ })
})

t.test('a file that was spoiled since the start does not make a serving agent ill', async (t) => {
  const program = await startProgram(t, {})
  writeFileSync(program.configFile, '{')
  t.match(await healthOf(program), { code: 0, stdout: `healthy: process ${program.pid} runs, but cannot be asked: ` })
  t.match(await healthOf(program, '--ready'), { code: 1, stdout: /^unknown: process \d+ runs, but cannot be asked whether it takes commands: / })
  t.equal(await program.stop(), 0)
  t.match(await healthOf(program), { code: 1, stdout: /:1:2: .*, and no agent runs with it\n$/ })
  t.match(await health(program.directory, '-c', '/nonexistent/file'), { code: 1, stdout: /^unhealthy: \/nonexistent\/file cannot be used/ })
})

t.test('words that it does not know are told from an ill agent by their usage text', async (t) => {
  t.match(await health('/', 'x'), { code: 1, stdout: '', stderr: /^keagate health: Unexpected argument 'x'\n\nUsage:/ })
  t.match(await health('/', '--help'), { code: 0, stdout: /^Usage: keagate health/ })
})
