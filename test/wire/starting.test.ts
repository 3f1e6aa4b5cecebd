// What Kea's agent starts with: log files that cannot be opened and sockets that cannot be reached do not keep the
// built program from serving the rest. `-t`, config-test and doctor name them.

import {
  chmodSync, chownSync, existsSync, mkdirSync, readFileSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { run, startChild } from '../support/child.ts'
import type { Child } from '../support/child.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'

async function ask(port: number, command: object): Promise<{ result: number; text: string }[]> {
  const headers = { 'Content-Type': 'application/json' }
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: JSON.stringify(command) })
  return (await response.json()) as { result: number; text: string }[]
}

const loggers = (...outputs: string[]): object[] => {
  return [{ name: 'kea-ctrl-agent', 'output-options': outputs.map((output) => ({ output })) }]
}

const check = (file: string, env = {}): ReturnType<typeof run> => run(process.execPath, [mainFile, '-t', file], { env })

/** Lines of one severity. */
const warnings = (child: Child): string[] => child.output().split('\n').filter((line) => / WARN /.test(line))

t.test('a log file without its folder: a start and a reload go on, and the file is taken up later', async (t) => {
  const folder = temporaryDirectory(t)
  const file = join(folder, 'absent', 'a.log')
  const agent = await startProgram(t, { loggers: loggers(file) })
  t.match(warnings(agent), [new RegExp(`conf:1:\\d+: log file ${file} cannot be opened: the folder .* ` +
    'does not exist; its lines go to standard error until it can be \\(at .*/output\\); create it')])
  t.match(agent.output(), /CTRL_AGENT_STARTED/, 'its lines are on standard error')
  const checked = await check(agent.configFile)
  t.equal(checked.code, 1)
  t.match(checked.stderr, /absent does not exist/)
  const doctor = await run(process.execPath, [mainFile, 'doctor', '-c', agent.configFile])
  t.match(doctor.stdout, /absent does not exist/)
  const before = { 'Control-agent': { 'http-port': agent.port, loggers: loggers(file) } }
  t.match(await ask(agent.port, { command: 'config-test', arguments: before }), [{ result: 1 }])
  const set = await ask(agent.port, { command: 'config-set', arguments: before })
  t.match(set, [{ result: 0 }], 'what is in force can be set')
  await agent.waitFor(/WARN [^\n]* request:1:\d+: log file/)
  t.match(await ask(agent.port, { command: 'config-reload' }), [{ result: 0 }])
  mkdirSync(join(folder, 'absent'))
  // Each line is an occasion for the next attempt.
  for (let left = 100; !existsSync(file) && left > 0; left--) {
    await ask(agent.port, { command: 'version-get' })
    await setTimeout(100)
  }
  t.equal(await agent.stop(), 0)
  t.match(readFileSync(file, 'utf8'), /KEAGATE_LOG_OUTPUT_RESTORED log output .*a\.log takes lines again; 0 lines/)
  t.match(readFileSync(file, 'utf8'), /DCTL_SHUTDOWN /)
})

t.test('one file of several is unusable: the others have every line', async (t) => {
  const folder = temporaryDirectory(t)
  const good = join(folder, 'good.log')
  const agent = await startProgram(t, { loggers: loggers(good, join(folder, 'absent', 'a.log')) })
  t.equal(await agent.stop(), 0)
  t.match(readFileSync(good, 'utf8'), /WARN .*absent does not exist[^]*DCTL_SHUTDOWN /)
})

t.test('a log file of root, and an agent of another user', { skip: process.getuid?.() !== 0 }, async (t) => {
  const folder = temporaryDirectory(t)
  const [log, config] = [join(folder, 'root.log'), join(folder, 'a.conf')]
  writeFileSync(log, '', { mode: 0o600 })
  const text = JSON.stringify({ 'Control-agent': { 'http-port': await freePort(), loggers: loggers(log) } })
  writeFileSync(config, text, { mode: 0o644 })
  mkdirSync(join(folder, 'pid'))
  chmodSync(folder, 0o755)
  chownSync(join(folder, 'pid'), 65_534, 65_534)
  const words = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, mainFile]
  const env = { KEA_PIDFILE_DIR: join(folder, 'pid') }
  const agent = startChild(t, '/usr/bin/setpriv', [...words, '-c', config], { env })
  await agent.waitFor(/CTRL_AGENT_STARTED/)
  t.match(warnings(agent), [/root\.log cannot be opened: permission denied for user nobody; its lines/])
  const checked = await run('/usr/bin/setpriv', [...words, '-t', config], { env })
  t.equal(checked.code, 1)
  t.match(checked.stderr, /permission denied for user nobody/)
})

t.test('missing folders below the folder for logs are made', async (t) => {
  const folder = join(temporaryDirectory(t), 'logs')
  const env = { KEA_LOG_FILE_DIR: `${folder}/` }
  const agent = await startProgram(t, { loggers: loggers('a.log', join(folder, 'b', 'c', 'd.log'), 'stdout') }, { env })
  t.same(warnings(agent), [])
  t.equal(await agent.stop(), 0)
  for (const file of ['a.log', 'b/c/d.log']) t.match(readFileSync(join(folder, file), 'utf8'), /DCTL_SHUTDOWN/)
  t.equal(statSync(join(folder, 'b')).mode & 0o777, 0o750)
  rmSync(folder, { recursive: true })
  t.match(await check(agent.configFile, env), { code: 0, stderr: '' }, 'a start makes them')
  t.notOk(existsSync(folder), '-t makes nothing')
})

t.test('a socket path that is too long for the system costs its service only', async (t) => {
  const daemon = await FakeDaemon.listen(answering('{ "result": 0 }'))
  t.teardown(() => daemon.close())
  const path = `/run/kea/${'s'.repeat(99)}`
  t.equal(path.length, 108)
  const sockets = { dhcp4: { 'socket-name': daemon.path }, dhcp6: { 'socket-name': path } }
  const agent = await startProgram(t, { 'control-sockets': sockets })
  const [served, unreachable] = await ask(agent.port, { command: 'list-commands', service: ['dhcp4', 'dhcp6'] })
  t.equal(served?.result, 0)
  t.match(unreachable, { result: 1, text: /has 108 bytes, and the system takes at most 107$/ })
  t.match(warnings(agent), [
    /conf:1:\d+: the path of the socket has 108 bytes, .* at most 107; commands for this service fail \(at .*; choose/,
    /could not be answered by dhcp6/,
  ])
  t.match(await check(agent.configFile), { code: 1, stderr: /has 108 bytes, but the system takes at most 107/ })
  const shown = { 'Control-agent': { 'http-port': agent.port, 'control-sockets': sockets } }
  t.match(await ask(agent.port, { command: 'config-test', arguments: shown }), [{ result: 1, text: /108 bytes/ }])
  t.match(await ask(agent.port, { command: 'config-set', arguments: shown }), [{ result: 0 }])
})

t.test('HUP writes the PID file again after its folder was wiped', async (t) => {
  const folder = join(temporaryDirectory(t), 'run')
  mkdirSync(folder)
  const agent = await startProgram(t, {}, { env: { KEA_PIDFILE_DIR: folder } })
  const pidFile = join(folder, 'kea-ctrl-agent.kea-ctrl-agent.pid')
  for (const wipe of [() => rmSync(pidFile), () => rmSync(folder, { recursive: true })]) {
    wipe()
    const updated = agent.output().split('SERVICE_UPDATED').length
    process.kill(agent.pid, 'SIGHUP')
    await agent.waitFor(new RegExp(`(?:SERVICE_UPDATED[^]*){${updated}}`))
    t.equal(readFileSync(pidFile, 'utf8'), `${agent.pid}\n`)
  }
  writeFileSync(pidFile, `${process.pid}\n`)
  const updated = agent.output().split('SERVICE_UPDATED').length
  process.kill(agent.pid, 'SIGHUP')
  await agent.waitFor(new RegExp(`(?:SERVICE_UPDATED[^]*){${updated}}`))
  t.equal(readFileSync(pidFile, 'utf8'), `${process.pid}\n`, "another process' is left alone")
  rmSync(folder, { recursive: true })
  writeFileSync(folder, '')
  process.kill(agent.pid, 'SIGHUP')
  await agent.waitFor(/WARN .*KEAGATE_PID_FILE_LOST the PID file is gone: PID file .* cannot be used: .*; name a folder/)
})

t.test('a log file that is a link to standard output is not rotated', async (t) => {
  const folder = temporaryDirectory(t)
  const [link, out, config] = [join(folder, 'a.log'), join(folder, 'out'), join(folder, 'a.conf')]
  symlinkSync('/proc/self/fd/1', link)
  // Past the size at which a file is rotated.
  writeFileSync(out, 'x'.repeat(300_000))
  const outputs = [{ output: link, maxsize: 204_800 }, { output: 'stderr' }]
  const port = await freePort()
  writeFileSync(config, JSON.stringify({
    'Control-agent': { 'http-port': port, loggers: [{ name: 'kea-ctrl-agent', 'output-options': outputs }] },
  }))
  const words = ['-c', 'exec "$@" >>"$0"', out, process.execPath, mainFile, '-c', config]
  const agent = startChild(t, '/bin/sh', words, { env: { KEA_PIDFILE_DIR: folder } })
  await agent.waitFor(/CTRL_AGENT_STARTED/)
  await ask(port, { command: 'version-get' })
  t.equal(await agent.stop(), 0)
  t.equal(readlinkSync(link), '/proc/self/fd/1')
  t.notOk(existsSync(`${link}.1`))
  t.match(readFileSync(out, 'utf8'), /DCTL_SHUTDOWN /)
})
