// kea-shell and the program under its name, side by side: the same standard output, standard error where it is Kea's
// own text and not Python's, and exit code, against real daemons behind every kind of door.

import { createServer } from 'node:net'
import { once } from 'node:events'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { run } from '../support/child.ts'
import type { Finished } from '../support/child.ts'
import { FakeDaemon, silent } from '../support/fake-daemon.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'
import { makeCertificates } from '../kea/certificates.ts'
import { startDaemon } from '../kea/daemons.ts'
import type { Door } from '../kea/door.ts'
import { openDoor, password, user } from '../kea/door.ts'
import { executable, skipWithout } from '../kea/installed.ts'

t.setTimeout(300_000)

interface Invocation {
  readonly args: readonly string[]
  readonly input?: string
  /** What has to be the same; the texts of Python and of OpenSSL differ from version to version. */
  readonly same?: 'all' | 'up to the reason' | 'exit code'
}

const skip = skipWithout('kea-shell', 'kea-dhcp4', 'kea-dhcp6', 'kea-dhcp-ddns')

t.test('sixty invocations', { skip }, async (t) => {
  const [dhcp4, dhcp6, d2, certificates] = await Promise.all([
    startDaemon(t, 'dhcp4'), startDaemon(t, 'dhcp6'), startDaemon(t, 'd2'), makeCertificates(t),
  ])
  const hung = await FakeDaemon.listen(silent)
  t.teardown(() => hung.close())
  const sockets = { dhcp4: dhcp4.socket, dhcp6: dhcp6.socket, d2: d2.socket, hung: hung.path }
  const open = (tls: 'off' | 'server' | 'mutual', basic: boolean): Promise<Door> =>
    openDoor(t, { tls, basic }, certificates, { sockets })
  const plain = await open('off', false)
  const basic = await open('off', true)
  const tls = await open('server', false)
  const mutual = await open('mutual', true)
  const directory = temporaryDirectory(t)
  const ours = path.join(directory, 'kea-shell')
  symlinkSync(mainFile, ours)
  const ca = ['--ca', certificates.ca]
  const own = ['--cert', certificates.client.cert, '--key', certificates.client.key]
  const credentials = ['--auth-user', user, '--auth-password', password]
  const to = (door: Door): string[] => ['--port', String(door.port)]
  const empty = path.join(directory, 'empty')
  mkdirSync(empty)
  const noFile = path.join(directory, 'none')
  const noCertificate = path.join(directory, 'text')
  writeFileSync(noCertificate, 'no certificate\n')
  const closing = createServer((socket) => socket.once('data', () => socket.end())).listen(0, '127.0.0.1')
  await once(closing, 'listening')
  t.teardown(() => closing.close())
  const address = closing.address()
  const closingPort = typeof address === 'object' && address !== null ? String(address.port) : ''
  const lease = '"ip-address": "192.0.2.20", "hw-address": "1a:1b:1c:1d:1e:1f"'

  const invocations: readonly Invocation[] = [
    // Without a service, with one, several, none of them, and the spellings of options.
    { args: to(plain) },
    { args: [...to(plain), 'list-commands'] },
    { args: [...to(plain), 'version-get'] },
    { args: [...to(plain), '--service', 'dhcp4', 'list-commands'] },
    { args: [...to(plain), '--service', 'dhcp4', 'version-get'] },
    { args: [...to(plain), '--service', 'dhcp6', 'version-get'] },
    { args: [...to(plain), '--service', 'd2', 'version-get'] },
    { args: [...to(plain), '--service', 'dhcp4', '--service', 'dhcp6', '--service', 'd2', 'version-get'] },
    { args: [...to(plain), '--service=dhcp6', '--service=dhcp4', 'config-get'] },
    { args: [`--port=${plain.port}`, '--host=127.0.0.1', '--service', 'dhcp4', 'config-get'] },
    { args: ['version-get', ...to(plain), '--service', 'dhcp4'] },
    { args: ['version-get', '--service', 'dhcp4', ...to(plain), '--timeout', '5'] },
    { args: ['version-get', ...to(plain), '--service'] },
    { args: [...to(plain), '--service', '', 'version-get'] },
    { args: [...to(plain), '--serv', 'dhcp4', '--timeou', '5', 'version-get'] },
    { args: [...to(plain), '--host', 'localhost', '--service', 'dhcp4', 'version-get'] },
    { args: [...to(plain), '--path', 'dhcp4', 'version-get'] },
    { args: [...to(plain), '--path', 'dhcp9', 'version-get'] },
    { args: [...to(plain), '--', 'version-get'] },
    { args: [...to(plain), '--timeout', '0', '--service', 'dhcp4', 'version-get'] },
    // Arguments from standard input.
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-add'], input: lease },
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-add'], input: `${lease}\n` },
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-get'], input: '"ip-address": "192.0.2.20"\n' },
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-get'], input: '"ip-address":\n\t"192.0.2.77"\n\n' },
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-get-page'], input: '"from": "start",\n"limit": 10' },
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-get-all'], input: '\n' },
    { args: [...to(plain), '--service', 'dhcp4', 'config-test'], input: '"Dhcp4": { "valid-lifetime": 4000 }' },
    { args: [...to(plain), '--service', 'dhcp4', 'config-test'], input: '"Dhcp4": { "bogus": 1 }' },
    { args: [...to(plain), '--service', 'dhcp6', 'lease6-get-all'] },
    { args: [...to(plain), '--service', 'dhcp4', 'statistic-get'], input: '"name": "pkt4-received"' },
    { args: [...to(plain), '--service', 'dhcp6', 'statistic-get'], input: '"name": "pkt6-received"' },
    { args: [...to(plain), '--service', 'dhcp4', 'bogus-command'] },
    { args: [...to(plain), '--service', 'dhcp9', 'version-get'] },
    { args: [...to(plain), '--service', 'dhcp4', '--service', 'dhcp9', 'version-get'] },
    { args: [...to(plain), '--service', 'dhcp4', 'lease4-get'], input: 'no JSON' },
    { args: [...to(plain), 'quote"in it'] },
    // Passwords.
    { args: [...to(basic), ...credentials, 'version-get'] },
    { args: [...to(basic), ...credentials, '--service', 'dhcp4', 'version-get'] },
    { args: [...to(basic), 'version-get'] },
    { args: [...to(basic), '--auth-user', user, '--auth-password', 'wrong', 'version-get'] },
    { args: [...to(basic), '--auth-user', user, 'version-get'] },
    { args: [...to(basic), '--auth-password', password, 'version-get'] },
    { args: [...to(plain), ...credentials, '--service', 'dhcp4', 'version-get'] },
    // TLS, and certificates of the client.
    { args: [...to(tls), ...ca, 'version-get'] },
    { args: [...to(tls), ...ca, '--service', 'dhcp4', '--service', 'dhcp6', 'version-get'] },
    { args: [...to(tls), ...ca, ...own, '--service', 'd2', 'version-get'] },
    { args: [...to(tls), ...ca, '--host', 'localhost', 'version-get'] },
    { args: [...to(mutual), ...ca, ...own, ...credentials, 'version-get'] },
    { args: [...to(mutual), ...ca, ...own, ...credentials, '--service', 'dhcp4', 'config-get'] },
    { args: [...to(mutual), ...ca, ...own, 'version-get'] },
    { args: [...to(mutual), ...ca, ...credentials, 'version-get'], same: 'up to the reason' },
    { args: [...to(tls), '--ca', noFile, 'version-get'] },
    { args: [...to(tls), '--ca', noCertificate, 'version-get'], same: 'up to the reason' },
    { args: [...to(tls), '--ca', empty, 'version-get'], same: 'up to the reason' },
    { args: [...to(tls), '--ca', certificates.client.cert, 'version-get'], same: 'up to the reason' },
    { args: [...to(mutual), ...ca, '--cert', noFile, '--key', noFile, 'version-get'] },
    { args: [...to(plain), ...ca, 'version-get'], same: 'up to the reason' },
    { args: [...to(tls), 'version-get'], same: 'up to the reason' },
    { args: [...to(tls), ...ca, '--cert', certificates.client.cert, 'version-get'] },
    { args: [...to(tls), ...ca, '--key', certificates.client.key, 'version-get'] },
    { args: [...to(tls), ...own, 'version-get'] },
    // No one there, no answer, and words that cannot be understood.
    { args: ['--port', String(await freePort()), 'version-get'] },
    { args: ['--host', 'no-such-host.invalid', 'version-get'], same: 'up to the reason' },
    { args: ['--port', closingPort, 'version-get'] },
    { args: ['--port', '99999', 'version-get'], same: 'up to the reason' },
    { args: [...to(plain), '--service', 'hung', '--timeout', '1', 'version-get'] },
    { args: ['--port', 'x'], same: 'exit code' },
    { args: ['--timeout', '1.5'], same: 'exit code' },
    { args: ['--bogus'], same: 'exit code' },
    { args: ['one', 'two'], same: 'exit code' },
    { args: ['--host'], same: 'exit code' },
    { args: ['--auth', 'x'], same: 'exit code' },
    { args: ['-h'], same: 'exit code' },
    { args: ['-v'], same: 'exit code' },
  ]
  t.ok(invocations.length >= 60, `${invocations.length} invocations`)
  const first = await run(ours, [...to(plain), '--service', 'dhcp4', 'lease4-add'], { input: lease })
  t.match(first, { code: 0, stdout: /"result": 0/ }, 'there is a lease to ask for')
  for (const { args, input = '', same = 'all' } of invocations) {
    const [theirs, mine] = await Promise.all([
      run(executable('kea-shell'), args, { input }), run(ours, args, { input }),
    ])
    t.same(facts(mine, same), facts(theirs, same), `kea-shell ${args.join(' ')} <<< ${JSON.stringify(input)}`)
  }
})

/** Of what differs from one question to the next, nothing. */
function facts({ code, stdout, stderr }: Finished, same: NonNullable<Invocation['same']>): unknown {
  const steady = stdout.replaceAll(/"(cltt|pid|uptime|reload)": \d+/g, '"$1": 0')
  if (same === 'all') return { code, stdout: steady, stderr }
  if (same === 'exit code') return { code, onStderr: stderr !== '', onStdout: stdout !== '' }
  return { code, stdout: /^[^:]*/.exec(steady)?.[0], lines: steady.split('\n').length, stderr }
}
