// The upstreams of a configuration and what is kept book of them: who shares, what a reload keeps, what status-get
// sees.

import { copyFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { loadConfigText } from '../../src/config/load.ts'
import type { ControlSocketConfig } from '../../src/config/types.ts'
import { UpstreamStats } from '../../src/forward/upstream-stats.ts'
import { openUpstreams, retireUpstreams } from '../../src/forward/open-upstreams.ts'
import type { UpstreamResult } from '../../src/forward/upstream.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import { TlsError } from '../../src/tls/files/diagnostics.ts'
import { answering, FakeDaemon } from '../support/fake-daemon.ts'
import { FakeHttpDaemon, replying } from '../support/fake-http-daemon.ts'
import { freePort } from '../support/program.ts'
import { patient } from '../support/command-scope.ts'

const log = { write: () => undefined, enabled: () => false }
const asker = { client: '192.0.2.1', scope: patient }

function socketsOf(sockets: unknown): ReadonlyMap<string, ControlSocketConfig> {
  const text = JSON.stringify({ 'Control-agent': { 'control-sockets': sockets } })
  return loadConfigText('x', text, { dialect: 'command', env: {}, pathChecks: false, current: null }).config.controlSockets
}

async function ask(upstream: Awaited<ReturnType<typeof openUpstreams>>['byService'] extends ReadonlyMap<string, infer U> ? U : never) {
  const result = await upstream.send(rawJson('{}'), asker)
  return result.ok ? rawToString(result.answer) : result.reason
}

t.test('services behind one control socket share its upstream, others do not', async (t) => {
  const unix = { 'socket-name': '/run/kea/s' }
  const http = { 'socket-type': 'http', 'socket-port': 8004 }
  const { byService, byKey } = await openUpstreams(
    socketsOf({ a: unix, b: { ...unix, comment: 'x' }, c: http, d: http, e: { ...http, user: 'u', password: 'p' } }), log, null,
  )
  t.equal(byService.get('a'), byService.get('b'))
  t.equal(byService.get('c'), byService.get('d'))
  t.not(byService.get('c'), byService.get('e'))
  t.equal(byKey.size, 3)
})

t.test('services of one agent at one address are daemons apart', async (t) => {
  const agent = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  const at = { 'socket-type': 'http', 'socket-port': agent.port }
  const [four, six] = [{ ...at, service: 'dhcp4' }, { ...at, service: 'dhcp6' }]
  const sockets = socketsOf({ a: four, b: { ...six, limits: { 'max-waiting': 1 } }, c: at })
  const before = await openUpstreams(sockets, log, null)
  const [a, b, c] = ['a', 'b', 'c'].map((name) => before.byService.get(name))
  t.same([a?.sentService, b?.sentService, c?.sentService], [{ name: 'dhcp4' }, { name: 'dhcp6' }, 'none'])
  if (a !== undefined) await ask(a)
  t.same([a, b, c].map((each) => each?.stats.status().answered), [1, 0, 0])
  const next = await openUpstreams(socketsOf({ a: six, b: { ...four, comment: 'x' } }), log, before)
  t.equal(next.byService.get('b'), a, 'known by its service')
  t.equal(next.byService.get('a')?.stats, b?.stats, 'with other limits')
  for (const upstream of [...before.byKey.values(), ...next.byKey.values()]) upstream.close()
})

t.test('a reload keeps what did not change, and what is known of a daemon', async (t) => {
  const folder = t.testdir({})
  await makeTestCertificates(folder, { everyKind: true })
  const file = (name: string): string => path.join(folder, name)
  const https = { 'socket-type': 'https', 'trust-anchor': file('ca.crt'), 'cert-file': file('client.crt'), 'key-file': file('client.key') }
  const unix = { 'socket-name': '/run/kea/s' }
  const sockets = socketsOf({ a: https, b: unix, c: https })
  const before = await openUpstreams(sockets, log, null)
  t.equal(before.byService.get('a'), before.byService.get('c'))
  const same = await openUpstreams(sockets, log, before)
  t.equal(same.byService.get('a'), before.byService.get('a'))
  for (const kind of ['crt', 'key']) copyFileSync(file(`client-no-usage.${kind}`), file(`client.${kind}`))
  const renewed = await openUpstreams(sockets, log, before)
  t.not(renewed.byService.get('a'), before.byService.get('a'), 'other certificates in the same files')
  t.equal(renewed.byService.get('a')?.stats, before.byService.get('a')?.stats)
  t.equal(renewed.byService.get('b'), before.byService.get('b'))

  const broken = socketsOf({ a: { ...https, 'trust-anchor': file('absent') }, 'b-1': { ...https, 'key-file': file('server.key') } })
  try {
    await openUpstreams(broken, log, before)
    t.fail('files of no use')
  } catch (error) {
    t.ok(error instanceof TlsError)
    const places = error instanceof TlsError ? error.problems.map(({ section, keyword }) => `${section ?? ''}/${keyword}`) : []
    t.same(places, ['/Control-agent/control-sockets/a/trust-anchor', '/Control-agent/control-sockets/b-1/key-file'])
  }
})

t.test('files that many control sockets name in different ways are read once, and others have their turn', async (t) => {
  const folder = t.testdir({})
  await makeTestCertificates(folder)
  const names = [0, 1, 2, 3].map((i) => `${folder}${'/.'.repeat(i)}/ca.crt`)
  const sockets = socketsOf(
    Object.fromEntries(names.map((name, i) => [`d${i}`, { 'socket-type': 'https', 'socket-port': 8000 + i, 'trust-anchor': name }])),
  )
  let turns = 0
  let over = false
  const count = (): void => {
    turns++
    if (!over) setImmediate(count)
  }
  setImmediate(count)
  const { tlsFiles: { warnings } } = await openUpstreams(sockets, log, null)
  over = true
  t.ok(turns < names.length, `one set of files, one pause: ${turns} turns`)
  t.same(warnings, [])
  const missing = socketsOf({ a: { 'socket-type': 'https', 'trust-anchor': path.join(folder, 'absent') } })
  await t.rejects(openUpstreams(missing, log, null), { code: 'TLS_UNUSABLE' })
})

t.test('status tells what has been seen, over both transports', async (t) => {
  const unix = await FakeDaemon.listen(answering('{}'))
  t.teardown(() => unix.close())
  const http = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  const gone = await freePort()
  const { byService } = await openUpstreams(
    socketsOf({
      unix: { 'socket-name': unix.path },
      http: { 'socket-type': 'http', 'socket-port': http.port },
      gone: { 'socket-type': 'http', 'socket-port': gone },
    }),
    log,
    null,
  )
  for (const [name, upstream] of byService) {
    t.match(upstream.status(name), { service: name, reachable: null, answered: 0, failed: 0, inFlight: 0, waiting: 0 })
    t.equal(await upstream.probe(), name === 'gone' ? 'Connection refused' : null)
    t.equal(upstream.status(name).reachable, name !== 'gone', 'known from the probe')
    t.equal(await ask(upstream), name === 'gone' ? 'Connection refused' : '{}')
  }
  t.match(byService.get('unix')?.status('x'), { service: 'x', address: unix.path, answered: 1, failed: 0, lastError: null })
  t.match(byService.get('http')?.status('x'), { address: `http://127.0.0.1:${http.port}/`, answered: 1, reachable: true })
  t.match(byService.get('gone')?.status('x'), { answered: 0, failed: 1, lastError: { text: 'Connection refused' } })
  for (const upstream of byService.values()) upstream.close()
})

t.test('only what the next configuration does not use is retired', async (t) => {
  const retired = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  const kept = await FakeHttpDaemon.listen(t, replying('[ {} ]'))
  const socket = ({ port }: FakeHttpDaemon): unknown => ({ 'socket-type': 'http', 'socket-port': port })
  const before = await openUpstreams(socketsOf({ a: socket(retired), b: socket(kept) }), log, null)
  for (const upstream of before.byService.values()) t.equal(await ask(upstream), '{}')
  const next = await openUpstreams(socketsOf({ b: socket(kept) }), log, before)
  const gone = new Promise((resolve) => retired.sockets[0]?.once('close', resolve))
  retireUpstreams(before, next)
  await gone
  for (const upstream of next.byService.values()) t.equal(await ask(upstream), '{}')
  t.equal(kept.sockets.length, 1, 'over the same connection')
})

t.test('a record remembers the latest answers and what failures say of the daemon', (t) => {
  const good: UpstreamResult = { ok: true, answer: rawJson('{}') }
  const bad = (offline: boolean, sent: boolean): UpstreamResult => ({ ok: false, offline, sent, reason: 'r'.repeat(9999) })
  const record = new UpstreamStats()
  t.equal(record.status().answerTimes, null)
  record.record(bad(false, false), 1, 5)
  t.equal(record.status().reachable, null, 'what was not sent says nothing')
  t.equal(record.status().lastError?.text.length, 500)
  record.record(bad(true, false), 1, 6)
  t.equal(record.status().reachable, false)
  record.record(bad(false, false), 1, 7)
  t.equal(record.status().reachable, false)
  record.record(bad(false, true), 1, 8)
  t.equal(record.status().reachable, true, 'nonsense comes from somebody')
  for (let i = 1; i <= 100; i++) record.record(good, i, 9)
  t.same(record.status().answerTimes, { median: 51, p99: 100, highest: 100 })
  for (let i = 0; i < 256; i++) record.record(good, 7, 9)
  t.match(record.status(), {
    answered: 356,
    failed: 4,
    lastError: { at: 8 },
    answerTimes: { median: 7, p99: 7, highest: 7 },
  })
  t.end()
})
