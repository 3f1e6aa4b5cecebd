// The PID file: its name, whom it keeps out, and that nothing left behind keeps anybody out.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { KeagateError } from '../../src/errors.ts'
import { PidFile, pidFilePath, pidFolderIsUsable } from '../../src/process/pid-file.ts'
import { startChild } from '../support/child.ts'

t.test('its name comes from the configuration file, its folder from KEA_PIDFILE_DIR', async (t) => {
  const table: [file: string, env: Record<string, string>, path: string][] = [
    ['/etc/kea/kea-ctrl-agent.conf', {}, '/run/kea/kea-ctrl-agent.kea-ctrl-agent.pid'],
    ['kea-ctrl-agent.conf', { KEA_PIDFILE_DIR: '' }, '/run/kea/kea-ctrl-agent.kea-ctrl-agent.pid'],
    ['../my.two.conf', { KEA_PIDFILE_DIR: '/tmp/x/' }, '/tmp/x/my.two.kea-ctrl-agent.pid'],
    ['plain', { KEA_PIDFILE_DIR: 'here' }, 'here/plain.kea-ctrl-agent.pid'],
  ]
  for (const [file, env, path] of table) t.equal(pidFilePath(file, env), path)
})

t.test('a fresh machine, where the folder is missing, is told from others', async (t) => {
  const directory = t.testdir({})
  t.ok(pidFolderIsUsable({ KEA_PIDFILE_DIR: directory }))
  t.notOk(pidFolderIsUsable({ KEA_PIDFILE_DIR: join(directory, 'missing') }))
})

t.test('it holds the number and a line end, and is not for everybody to read', async (t) => {
  const path = join(t.testdir({}), 'a.kea-ctrl-agent.pid')
  const file = PidFile.create(path)
  t.equal(readFileSync(path, 'utf8'), `${process.pid}\n`)
  t.equal(statSync(path).mode & 0o137, 0)
  t.same(readdirSync(join(path, '..')), ['a.kea-ctrl-agent.pid'])
  file.remove()
  t.notOk(existsSync(path))
  t.doesNotThrow(() => file.remove())
})

t.test('nothing is written through a link that lies in its folder', async (t) => {
  const directory = t.testdir({ victim: 'precious' })
  const path = join(directory, 'a.kea-ctrl-agent.pid')
  symlinkSync(join(directory, 'victim'), `${path}.${process.pid}`)
  const file = PidFile.create(path)
  t.equal(readFileSync(join(directory, 'victim'), 'utf8'), 'precious')
  t.equal(readFileSync(path, 'utf8'), `${process.pid}\n`)
  t.notOk(lstatSync(path).isSymbolicLink())
  file.remove()
})

t.test('what is not ours any more is not removed', async (t) => {
  const path = join(t.testdir({}), 'a.kea-ctrl-agent.pid')
  const ours = PidFile.create(path)
  ours.remove()
  const other = PidFile.create(path, process.pid + 1)
  ours.remove()
  t.ok(existsSync(path))
  other.remove()
})

t.test('what was left behind is replaced', async (t) => {
  const directory = t.testdir({})
  const path = join(directory, 'a.kea-ctrl-agent.pid')
  const dead = spawn('true')
  await once(dead, 'exit')
  const foreign = startChild(t, 'sleep', ['60'])
  const names = join(directory, 'kea-ctrl-agent')
  writeFileSync(names, 'console.log("up"); setInterval(() => undefined, 60_000)')
  const elsewhere = startChild(t, process.execPath, [names, '-c', '/etc/kea/b.conf'])
  await elsewhere.waitFor(/up/)
  const numbers = { dead: dead.pid ?? 0, foreign: foreign.pid, 'our own': process.pid, 'of another agent': elsewhere.pid }
  for (const [what, number] of Object.entries(numbers)) {
    writeFileSync(path, ` ${number}\n`)
    PidFile.create(path)
    t.equal(readFileSync(path, 'utf8'), `${process.pid}\n`, what)
  }
  t.same(readdirSync(directory).toSorted(), ['a.kea-ctrl-agent.pid', 'kea-ctrl-agent'])
})

t.test('a living agent with the same configuration keeps others out', async (t) => {
  const directory = t.testdir({ 'kea-ctrl-agent': 'console.log("up"); setInterval(() => undefined, 60_000)' })
  const path = join(directory, 'a.kea-ctrl-agent.pid')
  for (const words of [['-c', '/etc/kea/a.conf'], ['-dc/etc/kea/a.conf'], ['-d', '-X', '-c', 'a.conf']]) {
    const agent = startChild(t, process.execPath, [join(directory, 'kea-ctrl-agent'), ...words])
    await agent.waitFor(/up/)
    writeFileSync(path, `${agent.pid}\n`)
    t.match(failureOf(path), { code: 'ALREADY_RUNNING', message: new RegExp(`process ${agent.pid} `) }, words.join(' '))
    t.equal(readFileSync(path, 'utf8'), `${agent.pid}\n`)
    await agent.stop()
  }
  t.same(readdirSync(directory).toSorted(), ['a.kea-ctrl-agent.pid', 'kea-ctrl-agent'])
})

t.test('what is no PID file, or has no place, is told', async (t) => {
  const directory = t.testdir({ file: 'x' })
  const path = join(directory, 'a.kea-ctrl-agent.pid')
  for (const garbage of ['garbage', '', '12x', '-1', '0', '1 2']) {
    writeFileSync(path, garbage)
    t.match(failureOf(path), { code: 'PID_FILE', remedy: /remove it/ }, JSON.stringify(garbage))
    t.equal(readFileSync(path, 'utf8'), garbage)
  }
  const [folder, link] = [join(directory, 'folder.pid'), join(directory, 'link.pid')]
  mkdirSync(folder)
  t.match(failureOf(folder), { code: 'PID_FILE', remedy: /remove the folder/ })
  symlinkSync(join(directory, 'nowhere'), link)
  t.match(failureOf(link), { code: 'PID_FILE', message: /is a link that leads nowhere/, remedy: 'remove it' })
  t.notOk(existsSync(link), 'nothing was written through it')
  t.match(failureOf(join(directory, 'missing', 'a.pid')), { code: 'PID_FILE', remedy: /create its folder/ })
  t.match(failureOf(join(directory, 'file', 'a.pid')), { code: 'PID_FILE', remedy: /KEA_PIDFILE_DIR/ })
})

function failureOf(path: string): KeagateError | null {
  try {
    PidFile.create(path)
    return null
  } catch (error) {
    if (error instanceof KeagateError) return error
    throw error
  }
}
