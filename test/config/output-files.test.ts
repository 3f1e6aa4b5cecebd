// Each log and the audit log has a file of its own, also after rotation, whatever way the names are written; and none
// is written over what the configuration is read from.

import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { loadConfigFile, loadConfigText } from '../../src/config/load.ts'
import { writeConfigFile } from '../../src/config/print/write-file.ts'
import { temporaryDirectory } from '../support/program.ts'

type Agent = Readonly<Record<string, unknown>>

/** What both ways in say of a configuration; the folder is `DIR` in it. */
function mistakesOf(t: Test, folder: string, agent: Agent): string {
  const file = join(folder, 'agent.conf')
  const env = { KEA_PIDFILE_DIR: folder, KEA_LOG_FILE_DIR: folder }
  writeFileSync(file, JSON.stringify({ 'Control-agent': {} }))
  const current = loadConfigFile(file, { env, pathChecks: true }).config
  const text = JSON.stringify({ 'Control-agent': agent }).replaceAll('DIR', folder)
  writeFileSync(file, text)
  const said = (load: () => unknown): string => {
    try {
      load()
      return ''
    } catch (error) {
      return error instanceof Error ? error.message.replaceAll(folder, 'DIR') : String(error)
    }
  }
  const ofFile = said(() => loadConfigFile(file, { env, pathChecks: true }))
  const ofText = said(() => loadConfigText('DIR/agent.conf', text, { env, pathChecks: false, dialect: 'command', current }))
  t.equal(ofText.replace(/:1:\d+/g, ''), ofFile.replace(/:1:\d+/g, ''), 'over the network as in the file')
  return ofFile
}

function folderOf(t: Test): string {
  const folder = temporaryDirectory(t)
  for (const name of ['a.log', 'a.log.1', 'key.pem', 'password', 'user', 'crl.pem', 'b.inc']) writeFileSync(join(folder, name), 'x')
  mkdirSync(join(folder, 'real'))
  mkdirSync(join(folder, 'cas'))
  writeFileSync(join(folder, 'cas/ca.pem'), '-----BEGIN CERTIFICATE-----\n')
  writeFileSync(join(folder, 'cas/x.log'), 'INFO\n')
  symlinkSync(join(folder, 'real'), join(folder, 'folder-link'))
  symlinkSync(join(folder, 'a.log'), join(folder, 'link.log'))
  symlinkSync(join(folder, 'a.log.1'), join(folder, 'audit-link'))
  symlinkSync(join(folder, 'new.log'), join(folder, 'dangling'))
  symlinkSync('/dev/null', join(folder, 'null'))
  linkSync(join(folder, 'a.log'), join(folder, 'hard.log'))
  linkSync(join(folder, 'key.pem'), join(folder, 'hard.key'))
  return folder
}

const log = (output: string, more: Agent = {}): Agent => {
  return { name: 'kea-ctrl-agent', 'output-options': [{ output, ...more }] }
}
const audit = (output: string, more: Agent = {}): Agent => ({ output, ...more })

t.test('two outputs do not meet in one file', async (t) => {
  const folder = folderOf(t)
  const table: readonly (readonly [name: string, agent: Agent, said: RegExp | null])[] = [
    ['audit in a log', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/a.log') },
      /^DIR\/agent\.conf:1:\d+: a logger writes to this file, in which no log line may stand: "DIR\/a\.log" at DIR\/agent\.conf:1:\d+ \(at \/Control-agent\/audit-log\/output\); give each/],
    ['by a link', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/link.log') }, /a logger writes to this file/],
    ['by a hard link', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/hard.log') }, /a logger writes to this file/],
    ['by another spelling', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/real/..//./a.log') }, /a logger writes to this file/],
    ['by a bare and a relative name', { loggers: [log('a.log')], 'audit-log': audit('./a.log') }, /a logger writes to this file/],
    ['in a folder behind a link', { loggers: [log('DIR/real/n.log')], 'audit-log': audit('DIR/folder-link/n.log') }, /a logger writes to/],
    ['by a link to what is not there yet', { loggers: [log('DIR/new.log')], 'audit-log': audit('DIR/dangling') }, /a logger writes to/],
    ['a log is rotated onto the audit log', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/a.log.1') },
      /: the log file "DIR\/a\.log" at DIR\/agent\.conf:1:\d+ is rotated onto this file \(at \/Control-agent\/audit-log\/output\)/],
    ['the second rotated file', { loggers: [log('DIR/a.log', { maxver: 2 })], 'audit-log': audit('DIR/a.log.2') }, /is rotated onto this file/],
    ['one that is not kept', { loggers: [log('DIR/a.log', { maxver: 2 })], 'audit-log': audit('DIR/a.log.3') }, null],
    ['no rotation', { loggers: [log('DIR/a.log', { maxsize: 0 })], 'audit-log': audit('DIR/a.log.1') }, null],
    ['a number with a zero', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/a.log.01') }, null],
    ['onto the file behind a link', { loggers: [log('DIR/a.log')], 'audit-log': audit('DIR/audit-link') }, /is rotated onto this file/],
    ['in a folder behind a link', { loggers: [log('DIR/folder-link/n')], 'audit-log': audit('DIR/real/n.1') }, /is rotated onto/],
    ['the audit log onto a log', { loggers: [log('DIR/a.log.7')], 'audit-log': audit('DIR/a.log') },
      /: the audit log "DIR\/a\.log" at DIR\/agent\.conf:1:\d+ is rotated onto this file \(at \/Control-agent\/loggers\/0\/output-options\/0\/output\)/],
    ['the audit log keeps fewer', { loggers: [log('DIR/a.log.7')], 'audit-log': audit('DIR/a.log', { maxver: 6 }) }, null],
    ['a log onto another', { loggers: [log('DIR/a.log'), { ...log('DIR/a.log.1'), name: 'kea-ctrl-agent.http' }] }, /log file .* is rotated onto this/],
    ['a log onto another, written before', { loggers: [{ ...log('DIR/a.log.1'), name: 'kea-ctrl-agent.http' }, log('DIR/a.log')] },
      /is rotated onto this file \(at \/Control-agent\/loggers\/0/],
    ['the old spelling of the keyword', { loggers: [{ name: 'kea-ctrl-agent', output_options: [{ output: 'DIR/a.log' }] }],
      'audit-log': audit('DIR/a.log.1') }, /is rotated onto this file/],
    ['what is shared keeps the most', { loggers: [log('DIR/a.log', { maxver: 1 }), { ...log('DIR/a.log', { maxver: 9 }), name: 'kea-ctrl-agent.http' }],
      'audit-log': audit('DIR/a.log.9') }, /is rotated onto this file/],
    ['what is shared is rotated as one asks and keeps as many as the other does',
      { loggers: [log('DIR/a.log', { maxsize: 0, maxver: 9 }), { ...log('DIR/a.log', { maxver: 1 }), name: 'kea-ctrl-agent.http' }],
        'audit-log': audit('DIR/a.log.9') }, /is rotated onto this file/],
    ['one file, another spelling', { loggers: [log('DIR/a.log'), { ...log('DIR/real/..//a.log'), name: 'kea-ctrl-agent.http' }] }, null],
    ['one file, two patterns', { loggers: [log('DIR/a.log', { maxver: 3 }), { ...log('DIR/a.log', { format: 'json', maxsize: 0 }), name: 'kea-ctrl-agent.http' }] }, null],
    ['one file, one name', { loggers: [log('DIR/a.log'), { ...log('DIR/a.log'), name: 'kea-ctrl-agent.http' }] }, null],
    ['one file, two names', { loggers: [log('DIR/a.log'), { ...log('DIR/link.log'), name: 'kea-ctrl-agent.http' }] }, /under another name/],
    ['one file, two names, no rotation',
      { loggers: [log('DIR/a.log', { maxsize: 0 }), { ...log('DIR/link.log', { maxsize: 0 }), name: 'kea-ctrl-agent.http' }] }, null],
    ['what is no file', { loggers: [log('DIR/null'), { ...log('/dev/null'), name: 'kea-ctrl-agent.http' }] }, null],
    ['neighbours', { loggers: [log('DIR/a.log'), { ...log('DIR/b.log'), name: 'kea-ctrl-agent.http' }], 'audit-log': audit('DIR/c') }, null],
  ]
  for (const [name, agent, said] of table) {
    const got = mistakesOf(t, folder, agent)
    if (said === null) t.equal(got, '', name)
    else t.match(got, said, name)
  }
})

t.test('no output is a file that is read', async (t) => {
  const folder = folderOf(t)
  const tls = { 'trust-anchor': 'DIR/cas', 'cert-file': 'DIR/cas/ca.pem', 'key-file': 'DIR/key.pem', tls: { 'crl-file': 'DIR/crl.pem' } }
  const users = { authentication: { type: 'basic', clients: [{ 'user-file': 'DIR/user', 'password-file': 'DIR/password' }] } }
  const socket = {
    'socket-type': 'https', 'trust-anchor': 'DIR/b.inc', 'cert-file': 'DIR/b.inc', 'key-file': 'DIR/key.pem', user: 'a', 'password-file': 'DIR/password',
  }
  const table: readonly (readonly [output: string, agent: Agent, named: string | null])[] = [
    ['DIR/agent.conf', {}, 'the configuration file DIR/agent.conf'],
    ['DIR/agent.kea-ctrl-agent.pid', {}, 'the PID file DIR/agent.kea-ctrl-agent.pid'],
    ['DIR/key.pem', tls, '"key-file" at'],
    ['DIR/hard.key', tls, '"key-file" at'],
    ['DIR/cas/../key.pem', tls, '"key-file" at'],
    ['DIR/crl.pem', tls, '"crl-file" at'],
    ['DIR/cas/ca.pem', { ...tls, 'cert-file': 'DIR/b.inc' }, '"trust-anchor" at'],
    ['DIR/cas/x.log', { ...tls, 'cert-file': 'DIR/b.inc' }, null],
    ['DIR/user', users, '"user-file" at'],
    ['DIR/password', users, '"password-file" at'],
    ['DIR/key.pem', { 'control-sockets': { dhcp4: socket } }, '"key-file" at'],
    ['DIR/b.inc', { 'control-sockets': { dhcp4: socket } }, '"trust-anchor" at'],
    ['DIR/s.sock', { 'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': 'DIR/s.sock' } } }, '"socket-name" at'],
    ['DIR/other', { ...tls, ...users, 'control-sockets': { dhcp4: socket } }, null],
  ]
  for (const [output, agent, named] of table) {
    for (const [kind, own] of [['log file', { loggers: [log(output)] }], ['audit log', { 'audit-log': audit(output) }]] as const) {
      const got = mistakesOf(t, folder, { ...agent, ...own })
      if (named === null) t.equal(got, '', output)
      else t.match(got, `the ${kind} would be written into a`, output)
      if (named !== null) t.match(got, `that is read as well: ${named}`, output)
    }
  }
  const rotated = mistakesOf(t, folder, { ...users, authentication: { type: 'basic', clients: [{ user: 'a', 'password-file': 'DIR/a.log.1' }] }, loggers: [log('DIR/a.log')] })
  t.match(rotated, /this log file is rotated onto a file that is read as well: "password-file" at DIR\/agent\.conf:1:\d+/)
})

t.test('as many as a configuration may have are compared in one go', async (t) => {
  const folder = folderOf(t)
  const places = Array.from({ length: 16 }, (_, place) => place)
  const sockets = Object.fromEntries(
    Array.from({ length: 1000 }, (_, index): [string, object] => [`s${index}`, { 'socket-name': `DIR/s${index}.1` }]),
  )
  for (const own of [true, false]) {
    const loggers = Array.from({ length: 32 }, (_, index) => {
      const outputs = places.map((place) => ({ output: own ? `DIR/${index}-${place}.x` : 'DIR/shared' }))
      return { name: `kea-ctrl-agent.x${index}`, 'output-options': outputs }
    })
    const begin = performance.now()
    t.equal(mistakesOf(t, folder, { loggers, 'control-sockets': sockets }), '')
    t.comment(`${own ? '512 files' : '1 file'}: ${(performance.now() - begin).toFixed(0)} ms, twice`)
  }
})

t.test('config-write is kept off them, also off those that are empty or not there yet', async (t) => {
  const folder = folderOf(t)
  writeFileSync(join(folder, 'audit'), '')
  const file = join(folder, 'agent.conf')
  const agent = { loggers: [log('DIR/new.log')], 'audit-log': audit('DIR/audit') }
  writeFileSync(file, JSON.stringify({ 'Control-agent': agent }).replaceAll('DIR', folder))
  const { config } = loadConfigFile(file, { env: {}, pathChecks: true })
  for (const name of ['audit', 'audit.10', 'new.log', 'new.log.1']) {
    const text = `${join(folder, name)} is a log of the agent; name another file`
    t.same(await writeConfigFile(config, file, name), { ok: false, text }, name)
  }
  for (const name of ['audit.11', 'new.log.2', 'agent.conf', 'other.conf']) t.match(await writeConfigFile(config, file, name), { ok: true }, name)
})

t.test('what a file includes is read as well', async (t) => {
  const folder = folderOf(t)
  writeFileSync(join(folder, 'b.inc'), '"http-port": 0')
  const file = join(folder, 'agent.conf')
  const loggers = JSON.stringify([log(join(folder, 'b.inc'))])
  writeFileSync(file, `{ "Control-agent": { <?include "${join(folder, 'b.inc')}"?>, "loggers": ${loggers} } }`)
  t.throws(() => loadConfigFile(file, { env: {}, pathChecks: true }), { message: /is read as well: the configuration file .*b\.inc/ })
})
