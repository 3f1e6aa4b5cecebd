// What the built program writes about itself, and where.

import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import t from 'tap'
import { done } from '../certs/authority-at.ts'
import { run, startChild } from '../support/child.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

const toStdout = [{ name: 'kea-ctrl-agent', severity: 'INFO', 'output-options': [{ output: 'stdout' }] }]

t.test('lines keep their order through changes of the configuration and to the very end', async (t) => {
  const agent = await startProgram(t, { loggers: toStdout })
  const url = `http://127.0.0.1:${agent.port}/`
  for (let i = 0; i < 40; i++) {
    const body = '{ "command": "config-reload" }'
    await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })).text()
  }
  t.equal(await agent.stop(), 0)
  const lines = agent.output().trimEnd().split('\n')
  const times = lines.map((line) => line.slice(0, '2026-11-23 15:41:30.572'.length))
  t.same(times, times.toSorted())
  t.equal(lines.filter((line) => line.includes('CTRL_AGENT_HTTP_SERVICE_UPDATED')).length, 40)
  t.match(lines.at(-1), /DCTL_SHUTDOWN/)
})

t.test('a start that fails says why, in order, with what to do', async (t) => {
  const folder = temporaryDirectory(t)
  const file = join(folder, 'a.conf')
  // The audit log: without it no start, unlike other log files.
  const audit = { output: join(folder, 'missing', 'a.log') }
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': 0, 'audit-log': audit } }))
  const noFolder = /log file .*a\.log cannot be opened: the folder .*missing does not exist .*; create it/
  const env = { KEA_PIDFILE_DIR: folder }
  const started = await run(process.execPath, [mainFile, '-c', file], { env })
  t.equal(started.code, 1)
  t.match(started.stdout, /DCTL_STARTING/)
  t.match(started.stderr, /FATAL [^\n]*DCTL_CONFIG_FILE_LOAD_FAIL cannot start: [^\n]*log file[^\n]*\nService failed: /)
  t.match(started.stderr, noFolder)
  const checked = await run(process.execPath, [mainFile, '-t', file])
  t.equal(checked.code, 1)
  t.match(checked.stderr, noFolder)
  for (const option of ['-c', '-t']) {
    const unnamed = await run(process.execPath, [mainFile, option, ''])
    t.equal(unnamed.code, 1)
    t.match(unnamed.stderr, /no configuration file is named; name one with -c FILE/)
  }
})

t.test('an early destination that cannot be opened is named and does not stop the start', async (t) => {
  const env = { KEA_LOGGER_DESTINATION: join(temporaryDirectory(t), 'missing', 'a.log') }
  const agent = await startProgram(t, {}, { env })
  t.match(agent.output(), /^KEA_LOGGER_DESTINATION: log file .* cannot be opened: .*; standard error is used\n/)
  t.match(agent.output(), /DCTL_STARTING/)
})

/** Binds a datagram socket, which Node cannot, and prints what comes. */
const listener = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('listening', flush=True)
while True: print(s.recv(100000).decode(), flush=True)
`

t.test('syslog lines arrive with their priority, and on standard error while nobody takes them', { skip: skipWithout('logger') }, async (t) => {
  const folder = temporaryDirectory(t)
  const socket = join(folder, 'socket')
  // Found before the real one, and different in nothing but the socket.
  writeFileSync(join(folder, 'logger'), `#!/bin/sh\nexec ${executable('logger')} -u ${socket} "$@"\n`)
  chmodSync(join(folder, 'logger'), 0o755)
  const loggers = [
    { name: 'kea-ctrl-agent', 'output-options': [{ output: 'stdout' }] },
    { name: 'kea-ctrl-agent.commands', 'output-options': [{ output: 'syslog' }, { output: 'syslog:daemon', format: 'json' }] },
  ]
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
  const agent = await startProgram(t, { loggers }, { env })
  const send = async (command: string): Promise<void> => {
    const body = JSON.stringify({ command })
    const headers = { 'content-type': 'application/json' }
    await (await fetch(`http://127.0.0.1:${agent.port}/`, { method: 'POST', headers, body })).text()
  }
  await send('nobody-listens')
  await agent.waitFor(/KEAGATE_LOG_OUTPUT_FAILED log output syslog failed: .*; its lines go to standard error/)
  await agent.waitFor(/^INFO {2}\[kea-ctrl-agent\.commands\.0\] COMMAND_RECEIVED received command nobody-listens from 127\.0\.0\.1, user \(none\), certificate \(none\)$/m)
  const syslogd = startChild(t, 'python3', ['-c', listener, socket])
  await syslogd.waitFor(/listening/)
  while (!agent.output().includes('KEAGATE_LOG_OUTPUT_RESTORED')) await send('somebody-listens')
  await send('last')
  t.equal(await agent.stop(), 0)
  await syslogd.waitFor(/last","remote-address".*\n/)
  const tag = `kea-ctrl-agent\\[${agent.pid}\\]:`
  t.match(syslogd.output(), new RegExp(`^<134>.* ${tag} INFO {2}\\[kea-ctrl-agent\\.commands\\.0\\] COMMAND_RECEIVED received command last from `, 'm'))
  t.match(syslogd.output(), new RegExp(`^<30>.* ${tag} \\{"severity":"INFO",.*"id":"COMMAND_RECEIVED","command":"last","remote-address":"127\\.0\\.0\\.1","user":`, 'm'))
})

t.test('without the logger program syslog lines go to standard error', async (t) => {
  const env = { PATH: temporaryDirectory(t), KEA_LOGGER_DESTINATION: 'syslog' }
  const loggers = [{ name: 'kea-ctrl-agent', 'output-options': [{ output: 'stdout' }, { output: 'syslog:local1' }] }]
  const agent = await startProgram(t, { loggers }, { env })
  t.equal(await agent.stop(), 0)
  const output = agent.output()
  t.match(output, /log output syslog failed: spawn logger ENOENT; its lines go to standard error/)
  t.equal(output.split('spawn logger').length, 2, 'said once')
  t.match(output, /^INFO {2}\[kea-ctrl-agent\.dctl\.0\] DCTL_STARTING/m, 'also before the configuration is read')
  t.match(output, /^INFO {2}\[kea-ctrl-agent\.dctl\.0\] DCTL_SHUTDOWN/m)
})

t.test('lines of a command name address, user and certificate together', async (t) => {
  const tls = join(temporaryDirectory(t), 'tls')
  await done(['init', tls])
  const inTls = (name: string): string => join(tls, name)
  const agent = await startProgram(t, {
    'trust-anchor': inTls('ca/cert.pem'), 'cert-file': inTls('server/cert.pem'), 'key-file': inTls('server/key.pem'),
    'control-sockets': { d2: { 'socket-name': '/nonexistent/socket' } },
    authentication: { type: 'basic', clients: [{ user: 'ann', password: 'correct horse' }] },
    loggers: toStdout,
  })
  const send = (body: string): Promise<unknown> => new Promise((resolve, reject) => {
    const options = {
      port: agent.port, method: 'POST', auth: 'ann:correct horse', headers: { 'content-type': 'application/json' },
      ca: readFileSync(inTls('ca/cert.pem')), cert: readFileSync(inTls('client/cert.pem')), key: readFileSync(inTls('client/key.pem')),
    }
    request(options, (response) => response.resume().once('end', resolve)).once('error', reject).end(body)
  })
  await send('{ "command": "asked", "service": [ "d2" ] }')
  await send('{ "no-command": 1 }')
  const caller = 'from 127\\.0\\.0\\.1, user ann, certificate \\S*CN=client'
  for (const line of [
    `COMMAND_RECEIVED received command asked ${caller}$`,
    `CTRL_AGENT_COMMAND_RECEIVED command asked received ${caller}$`,
    `CTRL_AGENT_COMMAND_FORWARD_FAILED command asked ${caller}, could not be answered by d2: `,
    `COMMAND_PROCESS_ERROR2 command ${caller}, refused: `,
  ]) await agent.waitFor(new RegExp(` ${line}`, 'm'), 2000)
  await agent.stop()
  t.notMatch(agent.output(), /correct horse/)
})
