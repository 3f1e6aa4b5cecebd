// The built program when the system runs out of descriptors: it answers with an error or waits, then recovers by
// itself.

import { chmodSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

/** Few enough to fill quickly, enough for Node itself. */
const descriptors = 64

t.test('a full descriptor table costs answers, not the agent', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const starved = join(temporaryDirectory(t), 'starved')
  writeFileSync(starved, `#!/bin/sh\nulimit -n ${descriptors}\nexec '${process.execPath}' '${mainFile}' "$@"\n`)
  chmodSync(starved, 0o755)
  const program = await startProgram(
    t,
    { 'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': daemon.path } } },
    { executable: starved },
  )
  const kept = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => kept.destroy())
  t.equal(await forwardedResult(program.port, kept), 0, 'a first command is answered')

  const idle = Array.from({ length: descriptors * 2 }, () => net.connect(program.port, '127.0.0.1'))
  for (const socket of idle) socket.on('error', () => undefined)
  t.teardown(() => idle.forEach((socket) => socket.destroy()))
  // The system accepts for the agent; only a connection that it drops shows that its table is full.
  await Promise.race(idle.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
  t.equal(await forwardedResult(program.port, kept), 1, 'an open connection is told that its command failed')

  await Promise.all(idle.map((socket) => closed(socket)))
  await until(async () => (await forwardedResult(program.port, kept)) === 0)
  t.pass('it recovers when descriptors are free again')
  t.equal(await program.stop(), 0)
})

t.test('a full disk under the log costs lines, not commands', async (t) => {
  const program = await startProgram(t, {
    loggers: [
      { name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout' }] },
      { name: 'kea-ctrl-agent.commands', 'output-options': [{ output: '/dev/full' }] },
    ],
  })
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  for (let i = 0; i < 20; i++) t.equal(await forwardedResult(program.port, agent), 1)
  t.equal(await program.stop(), 0)
})

function closed(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    if (socket.closed) resolve()
    else socket.destroy()
  })
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setImmediate(resolve))
}

/** The result of a command for dhcp4. */
function forwardedResult(port: number, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' }
    const request = http.request({ host: '127.0.0.1', port, method: 'POST', headers, agent }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => resolve((JSON.parse(body) as { result: number }[])[0]?.result ?? -1))
    })
    request.on('error', reject)
    request.end('{ "command": "list-commands", "service": [ "dhcp4" ] }')
  })
}
