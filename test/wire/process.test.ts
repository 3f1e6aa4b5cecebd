// The built program as a process: its PID file, its name, and how it ends where it cannot go on.

import { existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { run, startChild } from '../support/child.ts'
import { commandRequest, connectTo } from '../support/raw-client.ts'
import { mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import type { Program } from '../support/program.ts'

const pidFileOf = (agent: Program): string => join(agent.directory, 'kea-ctrl-agent.kea-ctrl-agent.pid')

const own = commandRequest('list-commands')

t.test('the PID file is there while the agent runs, and keeps a second one out', async (t) => {
  const agent = await startProgram(t, {})
  t.equal(readFileSync(pidFileOf(agent), 'utf8'), `${agent.pid}\n`)
  t.equal(statSync(pidFileOf(agent)).mode & 0o777, 0o640)
  const env = { KEA_PIDFILE_DIR: agent.directory }
  const second = await run(process.execPath, [mainFile, '-c', agent.configFile], { env })
  t.equal(second.code, 1)
  t.match(second.stdout, new RegExp(`^[^\n]*FATAL [^\n]*DCTL_ALREADY_RUNNING [^\n]*process ${agent.pid} [^\n]*\n$`))
  t.match(second.stderr, /^Service failed: .*runs already; stop it first/)
  t.equal(readFileSync(pidFileOf(agent), 'utf8'), `${agent.pid}\n`)
  t.equal(await agent.stop(), 0)
  t.notOk(existsSync(pidFileOf(agent)))
})

t.test('a stale PID file is replaced; garbage and a missing folder end the start', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'a.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': 0 } }))
  const pidFile = join(directory, 'a.kea-ctrl-agent.pid')
  for (const garbage of ['garbage\n', '']) {
    writeFileSync(pidFile, garbage)
    const refused = await run(process.execPath, [mainFile, '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
    t.equal(refused.code, 1)
    t.match(refused.stdout, /FATAL .*DCTL_PID_FILE_ERROR .* holds no process number/)
    t.match(refused.stderr, /^Service failed: /)
    t.equal(readFileSync(pidFile, 'utf8'), garbage)
  }
  const missing = { KEA_PIDFILE_DIR: join(directory, 'missing') }
  const refused = await run(process.execPath, [mainFile, '-c', file], { env: missing })
  t.equal(refused.code, 1)
  t.match(refused.stdout, /FATAL .*DCTL_PID_FILE_ERROR .*create its folder/)
  const checked = await run(process.execPath, [mainFile, '-t', file], { env: missing })
  t.equal(checked.code, 0, '-t needs no PID file')
  for (const stale of ['4194300\n', `${process.pid}\n`]) {
    writeFileSync(pidFile, stale)
    const agent = startChild(t, process.execPath, [mainFile, '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
    await agent.waitFor(/CTRL_AGENT_STARTED/)
    t.equal(readFileSync(pidFile, 'utf8'), `${agent.pid}\n`)
    t.equal(await agent.stop('SIGINT'), 0)
    t.notOk(existsSync(pidFile))
  }
})

t.test('of many starts at once over a stale PID file one gets through', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'a.conf')
  writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': 0 } }))
  writeFileSync(join(directory, 'a.kea-ctrl-agent.pid'), '4194300\n')
  const env = { KEA_PIDFILE_DIR: directory }
  const agents = Array.from({ length: 5 }, () => startChild(t, process.execPath, [mainFile, '-c', file], { env }))
  await Promise.all(agents.map((agent) => agent.waitFor(/CTRL_AGENT_STARTED|Service failed/)))
  const running = agents.filter((agent) => agent.output().includes('CTRL_AGENT_STARTED'))
  t.equal(running.length, 1)
  t.equal(readFileSync(join(directory, 'a.kea-ctrl-agent.pid'), 'utf8'), `${running[0]?.pid ?? 0}\n`)
  t.equal(await running[0]?.stop(), 0)
  await Promise.all(agents.map((agent) => agent.exited))
  t.same(readdirSync(directory), ['a.conf'])
})

t.test('whatever the umask, what the agent makes is not for everybody to read', async (t) => {
  const directory = temporaryDirectory(t)
  const log = join(directory, 'a.log')
  const wide = process.umask(0)
  t.teardown(() => process.umask(wide))
  const outputs = [{ output: log }, { output: 'stdout' }]
  const agent = await startProgram(t, { loggers: [{ name: 'kea-ctrl-agent', 'output-options': outputs }] })
  t.equal(statSync(log).mode & 0o777, 0o640)
  t.equal(statSync(pidFileOf(agent)).mode & 0o777, 0o640)
  t.equal(await agent.stop(), 0)
})

t.test('USR1 opens no debugger, as Node would, and is told', async (t) => {
  const agent = await startProgram(t, {})
  process.kill(agent.pid, 'SIGUSR1')
  await agent.waitFor(/WARN .*DCTL_UNSUPPORTED_SIGNAL SIGUSR1 means nothing here/)
  const client = await connectTo(t, agent.port)
  client.send(own)
  t.match(await client.answer(), { status: 200 })
  client.end()
  t.equal(await agent.stop(), 0)
  t.notMatch(agent.output(), /[Dd]ebugger/)
  t.match(agent.output(), new RegExp(`DCTL_SHUTDOWN keagate has stopped, pid ${agent.pid}, version \\d`))
})

t.test('an error that nobody expected ends the process with a reason, and leaves no PID file', async (t) => {
  for (const defect of ['throw new Error("a defect")', 'void Promise.reject(new Error("a defect"))']) {
    const code = encodeURIComponent(`process.on('SIGUSR2', () => { ${defect} })`)
    const agent = await startProgram(t, {}, { env: { NODE_OPTIONS: `--import=data:text/javascript,${code}` } })
    process.kill(agent.pid, 'SIGUSR2')
    t.equal(await agent.exited, 1)
    t.match(agent.output(), /FATAL .*CTRL_AGENT_FAILED .*a defect/)
    t.match(agent.output(), /^Service failed: Error: a defect\n +at /m)
    t.notOk(existsSync(pidFileOf(agent)))
  }
})

t.test('-V and -W tell the versions of Node, OpenSSL and the packages inside', async (t) => {
  const read = (file: string): unknown => JSON.parse(readFileSync(join(mainFile, file), 'utf8'))
  const { version } = read('../../package.json') as { version: string }
  const bundled = (read('../built-with.json') as { name: string }[]).map(({ name }) => name)
  const named = { '-V': ['fastify', 'pino', 'ajv', '@peculiar/x509', 'reflect-metadata'], '-W': bundled }
  for (const [option, packages] of Object.entries(named)) {
    const { code, stdout, stderr } = await run(process.execPath, [mainFile, option])
    t.same({ code, stderr }, { code: 0, stderr: '' })
    for (const known of [version, process.versions.node, process.versions.openssl]) t.ok(stdout.includes(known), known)
    for (const name of packages) t.match(stdout, new RegExp(`^ *${name} \\d+\\.\\d+`, 'm'), `${option} ${name}`)
  }
})

t.test('started as kea-ctrl-agent it is what Stork looks for', async (t) => {
  const directory = temporaryDirectory(t)
  const link = join(directory, 'kea-ctrl-agent')
  symlinkSync(mainFile, link)
  // By its shebang, as systemd starts it.
  const agent = await startProgram(t, {}, { executable: link })
  t.ok(storkFinds(agent.pid, agent.configFile))
  t.match(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8').replaceAll('\0', ' '), /kea-ctrl-agent.*\s+-c\s+(\S+)/)
  const version = await run(link, ['-v'])
  const [major, minor] = version.stdout.trim().split('.').map(Number)
  t.ok(major !== undefined && minor !== undefined && major < 3, `${version.stdout.trim()} is below 3.0`)
  t.match(await run(link, ['doctor']), { code: 1, stderr: /unexpected word doctor/ })
  t.equal(await agent.stop(), 0)
  const other = await startProgram(t, {})
  t.equal(readFileSync(`/proc/${other.pid}/comm`, 'utf8'), 'keagate\n')
  t.equal(await other.stop(), 0)
})

/** Its rule from 2.3.2 on: the kernel's name of the process, then a word of that base name before `-c FILE`. */
function storkFinds(pid: number, configFile: string): boolean {
  if (readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd() !== 'kea-ctrl-agent') return false
  const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
  const program = words.findIndex((word) => basename(word) === 'kea-ctrl-agent')
  const option = words.indexOf('-c', program)
  return program >= 0 && option > program && words[option + 1] === configFile
}

t.test('a path with a typing mistake stops and changes nothing', async (t) => {
  const socket = { 'socket-name': '/nonexistent/kea4' }
  const program = await startProgram(t, { 'control-sockets': { dhcp4: socket } })
  const post = async (path: string, command: string): Promise<{ status: number; text: string }> => {
    const headers = { 'Content-Type': 'application/json' }
    const response = await fetch(`http://127.0.0.1:${program.port}${path}`, { method: 'POST', headers, body: JSON.stringify({ command }) })
    return { status: response.status, text: await response.text() }
  }
  for (const command of ['shutdown', 'config-set', 'config-write', 'config-reload']) {
    t.match(await post('/dhcp9', command), {
      status: 404, text: `{ "result": 404, "text": "Not Found: the path names no service that is configured (configured: dhcp4), so '${command}' was not run`,
    })
  }
  t.match(await post('/kea/dhcp4', 'shutdown'), { status: 200, text: /no usable answer from service dhcp4/ })
  t.match(await post('/anything', 'version-get'), { status: 200, text: /"result": 0/ })
  t.match(await post('/', 'shutdown'), { status: 200, text: /"result": 0/ })
  t.equal(await program.exited, 0)
})
