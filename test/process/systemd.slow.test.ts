// What systemd is told of the program, the unit file, and what systemd says of that.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { openNotifyChannel } from '../../src/process/sd-notify.ts'
import { activatedSockets } from '../../src/process/socket-activation.ts'
import { Systemd, systemdSettings } from '../../src/process/service-manager.ts'
import { run } from '../support/child.ts'
import { skipWithout } from '../kea/installed.ts'
import { freePort, mainFile, startProgram, temporaryDirectory } from '../support/program.ts'
import { startNotifySocket } from './notify-socket.ts'

const unit = readFileSync(join(import.meta.dirname, '../../config/systemd/keagate.service'), 'utf8')
const socketUnit = readFileSync(join(import.meta.dirname, '../../config/systemd/keagate.socket'), 'utf8')
const renewal = ['keagate-certs-renew.service', 'keagate-certs-renew.timer'] as const
const withSystemd = { skip: skipWithout('systemd-notify', 'python3') }

t.test('systemd hears of the start, of reloads, of life and of the end', withSystemd, async (t) => {
  const systemd = await startNotifySocket(t)
  const env = { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '300000' }
  const program = await startProgram(t, { 'http-host': '127.0.0.1' }, { env })
  await systemd.waitFor(/READY=1\nSTATUS=127\.0\.0\.1 port \d+, plain HTTP, services none, no basic authentication, no handler modules\n/)
  await systemd.waitFor(/WATCHDOG=1\n\nWATCHDOG=1\n/)

  process.kill(program.pid, 'SIGHUP')
  await systemd.waitFor(/RELOADING=1\nMONOTONIC_USEC=\d+\nSTATUS=.+\n\n(?:WATCHDOG=1\n\n)*READY=1\nSTATUS=127\.0\.0\.1 [^;\n]+\n/)

  writeFileSync(program.configFile, '{ "Control-agent": { "http-prot": 8000 } }')
  process.kill(program.pid, 'SIGHUP')
  await systemd.waitFor(/READY=1\nSTATUS=127\.0\.0\.1 .*; the latest change was refused/)

  t.equal(await program.stop(), 0)
  await systemd.waitFor(/STOPPING=1\n/)
  const kinds = systemd.messages().map(([first = '']) => first).filter((kind) => kind !== 'WATCHDOG=1')
  t.same(kinds, ['READY=1', 'RELOADING=1', 'READY=1', 'RELOADING=1', 'READY=1', 'STOPPING=1'])
})

t.test('a process that is stopped gives no sign of life', withSystemd, async (t) => {
  const systemd = await startNotifySocket(t)
  const env = { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '150000' }
  const program = await startProgram(t, {}, { env })
  await systemd.waitFor(/WATCHDOG=1\n/)
  process.kill(program.pid, 'SIGSTOP')
  // What was on its way when the process stopped has come once another program's message has.
  const mark = async (name: string): Promise<number> => {
    await run('systemd-notify', [`X_MARK=${name}`], { env })
    await systemd.waitFor(new RegExp(`X_MARK=${name}\n`))
    return systemd.messages().filter(([first]) => first === 'WATCHDOG=1').length
  }
  await mark('first')
  const before = await mark('second')
  for (let time = 0; time < 20; time++) await run('sleep', ['0.02'])
  t.equal(await mark('third'), before)
  process.kill(program.pid, 'SIGCONT')
})

t.test('a closed door gives no sign of life', async (t) => {
  const sent: string[] = []
  let open = false
  const asked = new Promise<void>((resolve) => {
    let times = 0
    const alive = (): boolean => {
      if (++times === 3) open = true
      if (times === 5) resolve()
      return open
    }
    const channel = { send: (assignments: readonly string[]) => void sent.push(...assignments) }
    const systemd = new Systemd({ channel, watchdog: 3000, alive })
    t.teardown(() => systemd.stopping())
    systemd.ready('here')
  })
  // The timer does not keep a process alive by itself.
  const awake = setInterval(() => undefined, 1000)
  await asked
  clearInterval(awake)
  t.equal(sent.filter((word) => word === 'WATCHDOG=1').length >= 2, true, 'open from the third question on')
  t.same(sent.slice(0, 3), ['READY=1', 'STATUS=here', 'WATCHDOG=1'])
})

t.test('nothing is said after the end has been announced', async (t) => {
  const sent: string[] = []
  const channel = { send: (assignments: readonly string[]) => void sent.push(assignments[0] ?? '') }
  const systemd = new Systemd({ channel, watchdog: null, alive: () => true })
  systemd.ready('')
  systemd.stopping()
  systemd.reloading()
  systemd.ready('')
  systemd.stopping()
  t.same(sent, ['READY=1', 'STOPPING=1'])
})

t.test('what is not meant for this process is not taken', async (t) => {
  t.same(systemdSettings({}, 7), { notify: false, watchdog: null })
  t.same(systemdSettings({ WATCHDOG_USEC: '1000' }, 7), { notify: false, watchdog: null }, 'nobody listens')
  const notify = { NOTIFY_SOCKET: '/run/systemd/notify' }
  t.same(systemdSettings({ ...notify, WATCHDOG_USEC: '1000', WATCHDOG_PID: '7' }, 7), { notify: true, watchdog: 1000 })
  t.same(systemdSettings({ ...notify, WATCHDOG_USEC: '1000', WATCHDOG_PID: '8' }, 7), { notify: true, watchdog: null })
  t.same(systemdSettings({ ...notify, WATCHDOG_USEC: 'often' }, 7), { notify: true, watchdog: null })
  t.same(activatedSockets({ LISTEN_PID: '7', LISTEN_FDS: '2' }, 7), [3, 4])
  t.same(activatedSockets({ LISTEN_PID: '8', LISTEN_FDS: '2' }, 7), [])
  t.same(activatedSockets({ LISTEN_FDS: '2' }, 7), [])
})

t.test('without systemd-notify it serves, and says once why systemd hears nothing', async (t) => {
  const directory = temporaryDirectory(t)
  const env = { NOTIFY_SOCKET: join(directory, 'nobody'), WATCHDOG_USEC: '60000', PATH: directory }
  const program = await startProgram(t, { loggers: [] }, { env })
  await program.waitFor(/WARN .*KEAGATE_NOTIFY_FAILED .*systemd-notify.*not found.*install systemd-notify/)
  const answer = await fetch(`http://127.0.0.1:${program.port}/`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{ "command": "list-commands" }',
  })
  t.equal(answer.status, 200)
  t.equal(await program.stop(), 0)
  t.equal(program.output().match(/KEAGATE_NOTIFY_FAILED/g)?.length, 1)
})

t.test('a shell that is killed is replaced', withSystemd, async (t) => {
  const systemd = await startNotifySocket(t)
  const env = { ...process.env, NOTIFY_SOCKET: systemd.path }
  const failed: string[] = []
  const failing = new Promise<void>((resolve) => {
    const channel = openNotifyChannel(env, (reason) => {
      failed.push(reason)
      resolve()
    })
    channel.send(['STATUS=one\nFDSTORE=1'])
    void systemd.waitFor(/STATUS=one FDSTORE=1\n/).then(() => {
      const shells = spawnSync('pgrep', ['-P', String(process.pid), '-f', 'systemd-notify'], { encoding: 'utf8' })
      for (const pid of shells.stdout.trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
    })
    t.teardown(() => channel.send([]))
    void systemd.waitFor(/STATUS=one/).then(() => failing).then(() => channel.send(['STATUS=two', 'X_MORE=a * b']))
  })
  await systemd.waitFor(/STATUS=two\nX_MORE=a \* b\n/)
  t.match(failed.join(), /ended with SIGKILL/)
})

/** Starts the program as systemd does it with a socket unit: the socket is descriptor 3. */
const activate = `
import os, socket, sys
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('127.0.0.1', int(sys.argv[1])))
s.listen()
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
os.execvp(sys.argv[2], sys.argv[2:])
`

t.test('a socket that systemd has opened is taken', { skip: skipWithout('python3') }, async (t) => {
  const script = join(temporaryDirectory(t), 'activate.py')
  writeFileSync(script, activate)
  const port = await freePort()
  const options = { executable: 'python3', args: [script, String(port), process.execPath, mainFile] }
  const program = await startProgram(t, { 'http-host': '127.0.0.1' }, { ...options, port })
  t.match(program.output(), new RegExp(`listening on 127\\.0\\.0\\.1 port ${port}`))
  const socket = net.connect(port, '127.0.0.1').end('GET / HTTP/1.0\r\n\r\n')
  let text = ''
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk)
  t.match(text, /^HTTP\/1\.[01] 405 /)
  t.equal(await program.stop(), 0)
})

t.test('a socket that systemd has opened elsewhere ends the start', { skip: skipWithout('python3') }, async (t) => {
  const directory = temporaryDirectory(t)
  const script = join(directory, 'activate.py')
  const config = join(directory, 'a.conf')
  writeFileSync(script, activate)
  const [port, other] = [await freePort(), await freePort()]
  writeFileSync(config, JSON.stringify({ 'Control-agent': { 'http-port': other } }))
  const env = { KEA_PIDFILE_DIR: directory }
  const { code, stderr } = await run('python3', [script, String(port), process.execPath, mainFile, '-c', config], { env })
  t.equal(code, 1)
  t.match(stderr, `systemd has opened 127.0.0.1 port ${port}, not 127.0.0.1 port ${other}`)
  t.match(stderr, /make ListenStream of the socket unit/)
})

t.test('the unit starts what the old one started, as the same user', async (t) => {
  t.match(unit, /^Type=notify$/m)
  t.match(unit, /^ExecStart=\/\S+\/kea-ctrl-agent -c \/etc\/kea\/kea-ctrl-agent\.conf$/m)
  t.match(unit, /^ExecReload=\/bin\/kill -HUP \$MAINPID$/m)
  t.match(unit, /^User=_kea$/m)
  t.match(unit, /^RuntimeDirectory=kea$/m)
  t.match(unit, /^Alias=kea-ctrl-agent\.service$/m)
  t.notMatch(unit, /^MemoryDenyWriteExecute=yes/m)
})

t.test('a start that fails is tried for ever', async (t) => {
  const [head = '', service = ''] = unit.split('[Service]')
  t.match(head, /^StartLimitIntervalSec=0$/m)
  t.match(service, /^RestartSec=1$/m)
})

t.test('without the configuration file that it starts with, it is not tried', async (t) => {
  const file = /^ExecStart=\S+ -c (\S+)$/m.exec(unit)?.[1] ?? ''
  const [, program = '', option = '', tested = ''] = /^ExecCondition=\+(\S+) (\S+) (\S+)$/m.exec(unit) ?? []
  t.equal(tested, file)
  t.equal(spawnSync(program, [option, mainFile]).status, 0)
  t.equal(spawnSync(program, [option, `${mainFile}/missing`]).status, 1, 'the unit is skipped, and not restarted')
})

t.test('systemd finds nothing wrong with the units, under its own and the old name', { skip: skipWithout('systemd-analyze') }, async (t) => {
  const directory = t.testdir({})
  // The program and the page need not be installed here.
  const text = unit.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`).replace(/^Documentation=.*\n/m, '')
  writeFileSync(join(directory, 'keagate.service'), text)
  writeFileSync(join(directory, 'kea-ctrl-agent.service'), text)
  writeFileSync(join(directory, 'keagate.socket'), socketUnit)
  for (const name of renewal) {
    const text = readFileSync(join(import.meta.dirname, '../../config/systemd', name), 'utf8')
    writeFileSync(join(directory, name), text.replace(/^ExecStart=\S+/m, `ExecStart=${process.execPath}`).replace(/^Documentation=.*\n/m, ''))
  }
  for (const name of ['keagate.service', 'kea-ctrl-agent.service', 'keagate.socket', ...renewal]) {
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', join(directory, name)], { encoding: 'utf8' })
    t.same({ status, said: stdout + stderr }, { status: 0, said: '' }, name)
  }
})

t.test('systemd rates its exposure below 2.0', { skip: skipWithout('systemd-analyze') }, async (t) => {
  const file = join(t.testdir({}), 'keagate.service')
  writeFileSync(file, unit)
  const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', '--no-pager', file], { encoding: 'utf8' })
  const [, level = 'none'] = /Overall exposure level for keagate\.service: ([0-9.]+)/.exec(stdout) ?? []
  t.ok(Number(level) < 2, level)
})
