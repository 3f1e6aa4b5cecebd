// One client does its worst; the others are served as if it were not there. KEAGATE_ATTACK_SECONDS makes each attack
// last longer.

import { setTimeout as sleep } from 'node:timers/promises'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { startChild } from '../support/child.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'

const visitor = path.join(import.meta.dirname, '../support/visitor.mjs')
const attacker = path.join(import.meta.dirname, '../support/attacker.mjs')

const seconds = Number(process.env.KEAGATE_ATTACK_SECONDS ?? 3)

interface Report {
  readonly count: number
  readonly failures: readonly string[]
  /** Milliseconds, as the next. */
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

async function attacked(t: Test, kind: string, { config = {}, users = false, ca = '' }: {
  config?: object
  users?: boolean
  ca?: string
} = {}): Promise<void> {
  const daemon = await FakeDaemon.listen(async (connection) => {
    await connection.command()
    connection.socket.end('{ "result": 0, "arguments": { "hash": "0" } }')
  })
  t.teardown(() => daemon.close())
  const clients = ['attacker', 'visitor'].map((user) => ({ user, password: 'p' }))
  const program = await startProgram(t, {
    'control-sockets': { dhcp4: { 'socket-type': 'unix', 'socket-name': daemon.path } },
    ...(users ? { authentication: { type: 'basic', clients } } : {}),
    ...config,
  })
  const [from, auth] = users ? ['127.0.0.1', 'visitor:p'] : ['127.0.0.9', '']
  const child = startChild(t, process.execPath, [visitor, String(program.port), from, auth, ca], {
    env: { NODE_OPTIONS: '' },
  })
  await child.waitFor(/^ready$/m)
  const login = users ? ['attacker:p'] : []
  const attack = startChild(t, process.execPath, [attacker, kind, String(program.port), '127.0.0.1', ...login], {
    env: { NODE_OPTIONS: '' },
  })
  await attack.waitFor(/^attacking$/m)
  await sleep(seconds * 1000)
  await child.stop('SIGTERM')
  await attack.stop('SIGKILL')
  const report = JSON.parse(/^report (.*)$/m.exec(child.output())?.[1] ?? '{}') as Report
  const { count, failures, p50, p99, worst } = report
  t.comment(`${count} commands: p50 ${p50.toFixed(1)}, p99 ${p99.toFixed(1)}, worst ${worst.toFixed(1)} ms`)
  t.same(failures, [], 'all are answered')
  t.ok(count >= seconds * 10, 'and as many as are asked')
  t.ok(p99 < 5000, 'and soon: without fair turns it is the 10 s of a handshake, or never')
}

for (const kind of ['memory', 'silent', 'dripping-head', 'stalled-body', 'endless']) {
  t.test(`from one address: ${kind}`, (t) => attacked(t, kind))
}

for (const kind of ['silent', 'silent-hello']) {
  t.test(`from one address, over TLS: ${kind}`, async (t) => {
    const files = await makeTestCertificates(temporaryDirectory(t))
    const config = {
      'trust-anchor': files.caFile, 'cert-file': files.serverCertFile, 'key-file': files.serverKeyFile, 'cert-required': false,
    }
    await attacked(t, kind, { config, ca: files.caFile })
  })
}

for (const kind of ['memory', 'stalled-body', 'endless']) {
  t.test(`from one user: ${kind}`, (t) => attacked(t, kind, { users: true }))
}
