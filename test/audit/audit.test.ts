// The audit trail: one line a record, known to be written before anybody goes on, and nothing lost while it cannot be.

import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, readdirSync, renameSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import type { Audit } from '../../src/audit/audit.ts'
import { prepareAuditSwitch } from '../../src/audit/prepare-switch.ts'
import type { AuditConfig } from '../../src/config/types.ts'
import { rawJson } from '../../src/json/raw.ts'
import type { Log } from '../../src/log/message.ts'

function setUp(path: string, more: Partial<AuditConfig> = {}) {
  const said: string[] = []
  const log: Log = { write: (id) => said.push(id), enabled: () => true }
  const config: AuditConfig = {
    output: path, path, maxSize: 0, maxVersions: 3, arguments: false, onFailure: 'refuse', userContext: null, ...more,
  }
  const { audit } = prepareAuditSwitch(config, null, log, (value) => value)
  if (audit === null) throw new Error('no audit')
  return { trail: audit.trail, said, audit }
}

const ending = {
  elements: [rawJson('{ "result": 0 }')],
  refusal: null,
  decision: { role: { name: 'reader', config: null, filters: [], lists: [], named: new Set<string>(), verdicts: new Map() }, rule: 'READ' },
  times: [1.23456],
}

/** One command from its beginning to its record. */
function record(audit: Audit, args: string | null = null, name = 'config-get'): Promise<string | null> {
  const caller = { remoteAddress: '192.0.2.1', tls: null, user: 'anna' }
  const command = { name, services: ['dhcp4'], arguments: args === null ? null : rawJson(args), caller }
  return audit.finished(audit.begin(command), ending)
}

function linesOf(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
}

t.test('a record says who asked for what and what came of it', async (t) => {
  const path = join(t.testdir({}), 'audit.json')
  const { trail, audit } = setUp(path)
  t.equal(await record(audit), null)
  await audit.refused({ remoteAddress: '::1', tls: null, user: null }, 'wrong user', performance.now(), 80)
  await trail.close()
  const [ran, refused] = linesOf(path)
  t.match(ran, {
    time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/, id: /^\w+-1$/, address: '192.0.2.1', subject: null, fingerprint: null, user: 'anna',
    role: 'reader', command: 'config-get', services: ['dhcp4'], decision: 'allowed', reason: 'READ',
    answers: [{ service: 'dhcp4', result: 0, ms: 1.235 }], received: 0, sent: 19,
  })
  t.notOk('arguments' in (ran ?? {}))
  t.match(refused, { id: /^\w+-2$/, address: '::1', user: null, command: null, decision: 'refused', reason: 'wrong user' })
})

t.test('arguments are recorded only on request, in one line, with every digit', async (t) => {
  const path = join(t.testdir({}), 'audit.json')
  const { trail, audit } = setUp(path, { arguments: true })
  await record(audit, '{ "a": 12345678901234567890,\n "b": [ 1.50 ] }')
  await record(audit, `"${'x'.repeat(70_000)}"`)
  await trail.close()
  t.ok(readFileSync(path, 'utf8').includes('"arguments":{ "a": 12345678901234567890, "b": [ 1.50 ] }}\n'))
  t.match(linesOf(path)[1], { arguments: '70002 bytes, not recorded', received: 70_002 })
})

t.test('what a client chose cannot forge a line or make it endless', async (t) => {
  const path = join(t.testdir({}), 'audit.json')
  const { trail, audit } = setUp(path)
  const name = `x\n{"command":"forged"}\u0000${'y'.repeat(100_000)}`
  await record(audit, null, name)
  await trail.close()
  const text = readFileSync(path, 'utf8')
  t.equal(text.split('\n').length, 2)
  t.ok(text.length < 5000)
})

t.test('records keep the order in which commands ended, whatever rotates', async (t) => {
  const directory = t.testdir({})
  const path = join(directory, 'audit.json')
  const { trail, audit } = setUp(path, { maxSize: 204_800, maxVersions: 100 })
  const count = 5000
  await Promise.all(Array.from({ length: count }, () => record(audit)))
  await trail.close()
  const files = readdirSync(directory).sort((a, b) => Number(b.slice(11) || 0) - Number(a.slice(11) || 0))
  t.ok(files.length > 3, `${files.length} files`)
  const ids = files.flatMap((file) => linesOf(join(directory, file))).map(({ id }) => parseInt(String(id).split('-')[1] ?? '', 36))
  t.same(ids, Array.from({ length: count }, (_, index) => index + 1))
})

t.test('records wait for others to share a write only while further commands are under way', async (t) => {
  const path = join(t.testdir({}), 'audit.json')
  const { audit } = setUp(path)
  let timers = 0
  t.intercept(performance, 'now', { value: () => 1000 })
  t.intercept(globalThis, 'setTimeout', { value: () => timers++ })
  const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }
  const begin = (name: string) => audit.begin({ name, services: ['dhcp4'], arguments: null, caller })
  const [first, second, third] = [begin('first'), begin('second'), begin('third')]
  t.equal(await audit.finished(first, ending), null, 'the first one goes at once')
  t.equal(timers, 0)
  const waiting = audit.finished(second, ending)
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  t.equal(timers, 1)
  t.equal(linesOf(path).length, 1)
  t.same(await Promise.all([waiting, audit.finished(third, ending)]), [null, null], 'nobody is left to wait for')
  t.same(linesOf(path).map(({ command }) => command), ['first', 'second', 'third'])
  const [fourth] = [begin('fourth'), begin('fifth')]
  const last = audit.finished(fourth, ending)
  await audit.stop()
  t.equal(await last, null, 'none waits at the end')
  t.equal(linesOf(path).length, 5)
})

t.test('a command that still runs when the agent stops has its record too, once', async (t) => {
  const path = join(t.testdir({}), 'audit.json')
  const { audit } = setUp(path)
  const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }
  const ticket = audit.begin({ name: 'leases-reclaim', services: ['dhcp4'], arguments: null, caller })
  await audit.stop()
  t.equal(await audit.finished(ticket, ending), null)
  t.match(linesOf(path), [{ command: 'leases-reclaim', reason: 'still running when the agent stopped', answers: [] }])
})

t.test('a request that is late for its configuration has its record in the file of then', async (t) => {
  const directory = t.testdir({ other: '' })
  const path = join(directory, 'audit.json')
  const { trail, audit } = setUp(path)
  t.equal(await record(audit), null)
  await trail.close()
  // Gets the descriptor that was let go of.
  const other = openSync(join(directory, 'other'), 'a')
  t.equal(await record(audit), null)
  await audit.refused({ remoteAddress: '::1', tls: null, user: null }, 'body too late', performance.now(), 80)
  closeSync(other)
  t.equal(readFileSync(join(directory, 'other'), 'utf8'), '', 'what others write to is left alone')
  t.match(linesOf(path), [{ id: /-1$/ }, { id: /-2$/ }, { id: /-3$/ }])
})

t.test('while nothing can be written no command may run, unless the operator said so', async (t) => {
  const { trail, audit, said } = setUp('/dev/full')
  t.equal(audit.unavailableReason, null)
  t.match(await record(audit), /could not be written/)
  t.match(audit.unavailableReason, /no audit record can be written/)
  t.same(said, ['KEAGATE_AUDIT_FAILED'])
  await trail.close()
  const careless = setUp('/dev/full', { onFailure: 'continue' })
  t.equal(await record(careless.audit), null)
  t.equal(careless.audit.unavailableReason, null)
  await careless.trail.close()
})

t.test('what could not be written is written when it can be', { skip: mountable() ? false : 'no file system can be mounted' }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'keagate-audit-'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', directory])
  t.teardown(() => {
    execFileSync('umount', [directory])
    rmdirSync(directory)
  })
  const path = join(directory, 'audit.json')
  const { trail, audit, said } = setUp(path)
  let ran = 0
  while (audit.unavailableReason === null && ran < 10_000) {
    await record(audit)
    ran++
  }
  t.match(audit.unavailableReason, /./)
  renameSync(path, `${path}.moved`)
  execFileSync('mount', ['-o', 'remount,size=4m', directory])
  await record(audit)
  while (audit.unavailableReason !== null) await new Promise(setImmediate)
  await trail.close()
  t.same(said, ['KEAGATE_AUDIT_FAILED', 'KEAGATE_AUDIT_RESTORED'])
  const ids = [...whole(`${path}.moved`), ...linesOf(path)].map(({ id }) => String(id).split('-')[1])
  t.same(ids, Array.from({ length: ran + 1 }, (_, index) => (index + 1).toString(36)))
})

/** The lines of a file whose last one may be cut. */
function whole(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8')
  return text.slice(0, text.lastIndexOf('\n')).split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
}

function mountable(): boolean {
  return process.geteuid?.() === 0
}
