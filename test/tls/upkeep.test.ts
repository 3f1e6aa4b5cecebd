// Watching, reminding and summing up, without a door: what is counted and what is said, and that nothing is said twice.

import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { makeAuthority, makeServer } from '../../certs-test/authority.ts'
import { day } from '../../certs-test/certificate.ts'
import { makeRevocationList } from '../../certs-test/revocation-list.ts'
import { LogThrottle } from '../../src/log/throttle.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import { HandshakeLog } from '../../src/tls/server/handshake-log.ts'
import { CertificateReloader } from '../../src/tls/files/certificate-reloader.ts'
import { FilePoller } from '../../src/tls/files/file-poller.ts'
import { FileReloader } from '../../src/tls/files/file-reloader.ts'
import { recordingLog } from '../support/recording-server.ts'
import { scratchDirectory, tlsConfig } from '../support/tls-server.ts'

const ca = await makeAuthority('CA')
const life = { notBefore: new Date(Date.now() - 50 * day), notAfter: new Date(Date.now() + 10.5 * day) }
const server = await makeServer(ca, life)

// Watching keeps no process alive; a test that waits for it must.
const alive = setInterval(() => undefined, 60_000)
t.teardown(() => clearInterval(alive))

function files(t: Test): string {
  const directory = scratchDirectory(t)
  writeFileSync(path.join(directory, 'ca.crt'), ca.certificate)
  writeFileSync(path.join(directory, 'server.crt'), server.certificate)
  writeFileSync(path.join(directory, 'server.key'), server.key, { mode: 0o600 })
  return directory
}

/** Resolves with the next look of a watch that finds a change. */
function watch(t: Test, names: readonly string[]): { changed: () => Promise<void> } {
  let wake: () => void = () => undefined
  let changes = 0
  let seen = 0
  const watching = new FilePoller(names, (changed) => {
    if (changed) changes++
    wake()
    return Promise.resolve()
  })
  t.teardown(() => watching.close())
  return {
    async changed() {
      while (changes <= seen) await new Promise<void>((resolve) => (wake = resolve))
      seen++
    },
  }
}

t.test('every way to change a file is noticed, also behind links and in folders that appear later', async (t) => {
  const directory = scratchDirectory(t)
  const file = (name: string): string => path.join(directory, name)
  for (const version of ['1', '2']) {
    mkdirSync(file(version))
    writeFileSync(file(`${version}/tls.crt`), 'same size')
  }
  // As Kubernetes hands out secrets: a link to a link to a folder, the middle one swapped.
  symlinkSync('1', file('..data'))
  symlinkSync('..data/tls.crt', file('tls.crt'))
  const { changed } = watch(t, [file('tls.crt'), file('folder')])
  await changed()
  symlinkSync('2', file('..new'))
  renameSync(file('..new'), file('..data'))
  await changed()
  writeFileSync(file('2/tls.crt'), 'same Size')
  await changed()
  mkdirSync(file('folder/below'), { recursive: true })
  writeFileSync(file('folder/below/a.pem'), 'a')
  await changed()
  writeFileSync(file('folder/below/a.pem'), 'b')
  await changed()
  rmSync(file('folder'), { recursive: true })
  await changed()
})

t.test('what could not be taken is tried again quietly, then told and counted once', async (t) => {
  const directory = files(t)
  const log = recordingLog()
  const metrics = new MetricRegistry()
  const config = tlsConfig(directory)
  const credentials = loadCredentials(config)
  let broken = true
  const upkeep = new CertificateReloader({
    config,
    credentials: () => credentials,
    refresh: () => (broken ? Promise.reject(new Error('half written')) : Promise.resolve(true)),
    log,
    metrics,
  })
  t.teardown(() => upkeep.close())
  await log.seen('KEAGATE_TLS_FILES_NOT_TAKEN')
  writeFileSync(config.certFile, `${server.certificate}\n`)
  broken = false
  await log.seen('KEAGATE_TLS_FILES_TAKEN')
  t.equal(log.count('KEAGATE_TLS_FILES_NOT_TAKEN'), 1)
  t.same(
    metrics.samples().map(({ name, labels, value }) => [name, labels, value]),
    [
      ['keagate_tls_reloads_total', { result: 'failed' }, 1],
      ['keagate_tls_reloads_total', { result: 'taken' }, 1],
    ],
  )
})

/** Writes the file anew every 20 ms until the work is done. */
async function rewriting<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  let count = 0
  const timer = setInterval(() => writeFileSync(file, String(count++)), 20)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

t.test('a set that is replaced file by file is taken and told once', async (t) => {
  const directory = files(t)
  const log = recordingLog()
  const config = tlsConfig(directory)
  const credentials = loadCredentials(config)
  const content = (): string => readFileSync(config.certFile, 'utf8') + readFileSync(config.keyFile, 'utf8')
  let taken = content()
  const refresh = (): Promise<boolean> => {
    const before = taken
    taken = content()
    return Promise.resolve(taken !== before)
  }
  const parts = { config, credentials: () => credentials, refresh, log, metrics: new MetricRegistry() }
  const upkeep = new CertificateReloader(parts)
  t.teardown(() => upkeep.close())
  await rewriting(config.certFile, async () => {
    // Some looks: each finds another certificate.
    const { changed } = watch(t, [config.certFile])
    for (let count = 0; count < 4; count++) await changed()
  })
  writeFileSync(config.keyFile, 'the last of it')
  await log.seen('KEAGATE_TLS_FILES_TAKEN')
  t.match(taken, /the last of it$/)
  t.equal(log.count('KEAGATE_TLS_FILES_TAKEN'), 1)
})

t.test('files that do not stop changing are taken all the same', async (t) => {
  const file = path.join(scratchDirectory(t), 'file')
  await rewriting(file, () => new Promise<void>((resolve) => {
    const refresh = (): Promise<void> => {
      resolve()
      return Promise.resolve()
    }
    const reloader = new FileReloader({ names: [file], refresh, onFailed: (text) => void t.fail(text) })
    t.teardown(() => reloader.close())
  }))
})

t.test('what is about to end is named when it is read and once a day', async (t) => {
  const directory = files(t)
  const crlFile = path.join(directory, 'crl.pem')
  writeFileSync(crlFile, await makeRevocationList(ca))
  const config = tlsConfig(directory, { reloadOnChange: false, crlFile, expiryWarningDays: 20 })
  const credentials = loadCredentials(config)
  const short = (line: string): string => line.replaceAll(directory, 'DIR').replace(/ on .*? UTC/, '')
  t.same(credentials.warnings.map(short), [
    'certificate O=keagate test, CN=localhost in cert-file DIR/server.crt expires in 10 days,; renew it',
  ])
  t.same(loadCredentials({ ...config, expiryWarningDays: 0 }).warnings, [])
  const log = recordingLog()
  const parts = {
    config,
    credentials: () => credentials,
    refresh: () => Promise.resolve(false),
    metrics: new MetricRegistry(),
  }
  const upkeep = new CertificateReloader({ ...parts, log })
  t.teardown(() => upkeep.close())
  upkeep.remind(Date.now() + 6 * day)
  upkeep.remind(Date.now() + 11 * day)
  t.match(log.lines.map(({ fields }) => short(String(fields['reason']))), [
    /cert-file DIR\/server.crt expires in 4 days/,
    /crl-file DIR\/crl.pem expires in 0 days/,
    /cert-file DIR\/server.crt expired; renew it/,
    /crl-file DIR\/crl.pem expired; put/,
  ])
})

t.test('a storm is one line at once and one a minute, and each of it is counted', (t) => {
  const log = recordingLog()
  const metrics = new MetricRegistry()
  const report = new HandshakeLog(log, metrics)
  t.teardown(() => report.close())
  const diagnosis = { id: 'closed', reason: 'gone', remedy: 'wait' } as const
  for (let count = 0; count < 1000; count++) report.failed({ remoteAddress: '192.0.2.1' }, diagnosis, false)
  report.failed({ remoteAddress: '192.0.2.2' }, diagnosis, false)
  report.failed({ remoteAddress: '192.0.2.1' }, { ...diagnosis, id: 'timeout' }, false)
  t.equal(log.count('HTTP_CONNECTION_HANDSHAKE_FAILED'), 3)
  report.failed({ remoteAddress: '192.0.2.3' }, diagnosis, true)
  t.equal(log.count('KEAGATE_CONNECTION_ERROR'), 1, 'a port check is no failure')
  t.match(metrics.samples(), [{ labels: { reason: 'closed' }, value: 1001 }, { labels: { reason: 'timeout' }, value: 1 }])
  for (let count = 0; count < 5; count++) report.crowded({ remoteAddress: `192.0.2.${count}` }, 7)
  t.equal(log.count('KEAGATE_CONNECTION_LIMIT'), 1)
  t.end()
})

t.test('after a minute a storm is told how large it was, and what was quiet is new again', (t) => {
  const log = recordingLog()
  const storms = new LogThrottle(log)
  t.teardown(() => storms.close())
  const write = (address: string): void =>
    storms.write('HTTP_CONNECTION_HANDSHAKE_FAILED', { 'remote-address': address, reason: 'x' }, address)
  for (const address of ['a', 'a', 'a', 'b']) write(address)
  storms.sweep()
  write('a')
  write('b')
  storms.sweep()
  storms.sweep()
  write('a')
  t.same(log.lines.map(({ fields }) => [fields['remote-address'], fields['reason']]), [
    ['a', 'x'],
    ['b', 'x'],
    ['a', 'x (2 more in the last minute)'],
    ['b', 'x'],
    ['a', 'x (1 more in the last minute)'],
    ['a', 'x'],
  ])
  t.end()
})

t.test('a storm from many addresses costs no more memory or lines than from some', (t) => {
  const log = recordingLog()
  const storms = new LogThrottle(log)
  t.teardown(() => storms.close())
  for (let count = 0; count < 10_000; count++) {
    storms.write('HTTP_CONNECTION_HANDSHAKE_FAILED', { 'remote-address': String(count), reason: 'x' }, String(count))
  }
  t.equal(log.lines.length, 256)
  storms.sweep()
  t.equal(log.lines.length, 257)
  t.match(log.lines.at(-1)?.fields, { 'remote-address': 'various addresses', reason: 'x (9744 more in the last minute)' })
  t.end()
})
