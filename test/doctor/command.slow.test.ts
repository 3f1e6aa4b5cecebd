// `keagate doctor` as an operator runs it: a healthy deployment has nothing but "ok", and each fault around the agent
// is named with what to do.

import net from 'node:net'
import { utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { done } from '../certs/authority-at.ts'
import type { Finished } from '../support/child.ts'
import { run, startChild } from '../support/child.ts'
import { FakeDaemon, answering, silent } from '../support/fake-daemon.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'

interface Deployment {
  readonly directory: string
  readonly file: string
  /** Writes the configuration, with these members beside TLS and the address. */
  readonly configure: (members: Readonly<Record<string, unknown>>) => void
  readonly doctor: (...words: readonly string[]) => Promise<Finished>
}

/** Certificates, a free port and no daemon yet. @param made when the certificates were */
async function deploy(t: Test, made = new Date()): Promise<Deployment> {
  const directory = temporaryDirectory(t)
  const file = path.join(directory, 'keagate.conf')
  const tls = path.join(directory, 'tls')
  await done(['init', tls], { now: made })
  const port = await freePort()
  const inTls = (name: string): string => path.join(tls, name)
  const files = {
    'trust-anchor': inTls('ca/cert.pem'), 'cert-file': inTls('server/cert.pem'), 'key-file': inTls('server/key.pem'),
    tls: { 'crl-file': inTls('crl.pem') },
  }
  return {
    directory,
    file,
    configure: (members) => writeFileSync(file, JSON.stringify({ 'Control-agent': { 'http-port': port, ...files, ...members } })),
    doctor: (...words) => run(process.execPath, [mainFile, 'doctor', ...words], { env: { KEA_PIDFILE_DIR: directory } }),
  }
}

t.test('a healthy deployment, before and after the start', async (t) => {
  const deployment = await deploy(t)
  const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "2.2.0" }'))
  t.teardown(() => daemon.close())
  const { directory, file, configure, doctor } = deployment
  configure({
    'control-sockets': { dhcp4: { 'socket-name': daemon.path } },
    'audit-log': { output: path.join(directory, 'audit.json') },
    loggers: [{ name: 'kea-ctrl-agent', 'output-options': [{ output: path.join(directory, 'agent.log') }, { output: 'stdout' }] }],
  })
  const before = await doctor('-c', file)
  t.equal(before.code, 0, before.stdout)
  t.notMatch(before.stdout, /^(warning|error) /m)
  for (const line of [
    /^ok +Node\.js: /m, /^ok +TLS library: OpenSSL /m, /^ok +clock: /m, /^ok +configuration: .*services: dhcp4$/m, /^ok +cert-file: .*\d+ days left$/m,
    /^ok +trust-anchor: /m, /^ok +crl-file: .*revocation list/m, /^ok +cert-file: .* is for DNS:localhost/m,
    /^ok +http-port: 127\.0\.0\.1 port \d+ is free$/m, /^ok +loggers: .*agent\.log can be written$/m,
    /^ok +audit-log: /m, /^ok +control socket dhcp4: \/\S+ answers, version 2\.2\.0$/m, /^0 errors, 0 warnings, \d+ ok\n$/m,
  ]) t.match(before.stdout, line)
  const agent = startChild(t, process.execPath, [mainFile, '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
  await agent.waitFor(/CTRL_AGENT_STARTED/)
  const after = await doctor('-c', file, '--json')
  t.equal(after.code, 0)
  const { findings, errors, warnings } = JSON.parse(after.stdout) as {
    readonly findings: readonly Readonly<Record<'level' | 'what' | 'text' | 'remedy', string | null>>[]
    readonly errors: number
    readonly warnings: number
  }
  t.same({ errors, warnings }, { errors: 0, warnings: 0 })
  t.ok(findings.every((finding) => Object.keys(finding).join() === 'level,what,text,remedy'))
  t.match(findings.find(({ what }) => what === 'http-port')?.text, new RegExp(`is open; the agent runs as process ${agent.pid}$`))
  const tls = (name: string): string => path.join(directory, 'tls', name)
  const url = /port (\d+)/.exec(before.stdout)?.[1] ?? ''
  const client = await doctor('--client', tls('client/cert.pem'), tls('client/key.pem'), '--ca', tls('ca/cert.pem'), `https://127.0.0.1:${url}`)
  t.match(client, { code: 0, stdout: /^ok +answer: 200; list-commands names 11 commands$/m })
  const nobody = await doctor('--client', '--ca', tls('ca/cert.pem'), `https://127.0.0.1:${url}`)
  t.match(nobody, { code: 1, stdout: /^ok +CERT: none; [^]*^error +answer: 403: .*no client certificate was sent; give/m })
})

t.test('each fault is named', async (t) => {
  const { directory, file, configure, doctor } = await deploy(t)
  const hung = await FakeDaemon.listen(silent)
  const wrong = await FakeDaemon.listen(answering('{ "result": 1, "text": "out of order" }'))
  const taken = net.createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  t.teardown(async () => {
    await hung.close()
    await wrong.close()
    taken.close()
  })
  const { port } = taken.address() as net.AddressInfo
  configure({
    'http-port': port,
    'control-sockets': {
      dhcp4: { 'socket-name': path.join(directory, 'nobody') }, file: { 'socket-name': file }, dhcp6: { 'socket-name': hung.path }, d2: { 'socket-name': wrong.path },
    },
    monitoring: { 'http-host': '192.0.2.77' },
    loggers: [{ name: 'kea-ctrl-agent', 'output-options': [{ output: path.join(directory, 'missing/agent.log') }] }],
  })
  utimesSync(file, new Date(), new Date(Date.now() + 86_400_000))
  const { code, stdout } = await doctor('-c', file)
  t.equal(code, 1)
  for (const line of [
    /^error +http-port: .* is taken by another program; see whose it is with: ss -ltnp/m,
    /^error +monitoring: .*192\.0\.2\.77.*EADDRNOTAVAIL/m,
    /^error +output: .*missing does not exist; create it/m,
    /^warning +control socket dhcp4: .*No such file or directory; start the daemon, .*; where this host has none, remove "dhcp4" from control-sockets$/m,
    /^error +control socket file: .*Connection refused.*; start the daemon/m,
    /^error +control socket dhcp6: .*Operation canceled: .*; the daemon hangs or is busy/m,
    /^error +control socket d2: .*out of order/m,
    /^warning +clock: .*which is yet to come/m,
  ]) t.match(stdout, line)
})

t.test('a server certificate that is over, or not valid yet: an error, though the agent starts', async (t) => {
  const day = 86_400_000
  for (const [days, said] of [
    [-500, /server\/cert\.pem .* expired on .*; renew it with: keagate certs renew --dir \S+\/tls$/],
    [2, /server\/cert\.pem .* is not valid before .*; most likely the clock of this machine is wrong; look at it with: date -u$/],
  ] as const) {
    const { directory, file, configure, doctor } = await deploy(t, new Date(Date.now() + days * day))
    const daemon = await FakeDaemon.listen(answering('{ "result": 0, "text": "2.2.0" }'))
    t.teardown(() => daemon.close())
    configure({ 'control-sockets': { dhcp4: { 'socket-name': daemon.path } }, tls: {} })
    const { code, stdout } = await doctor('-c', file)
    t.equal(code, 1)
    t.match(stdout.split('\n').filter((line) => line.startsWith('error ')), [said])
    t.equal(stdout.match(/^error /gm)?.length, 1, stdout)
    if (days < 0) {
      const command = /renew it with: (keagate .*)$/m.exec(stdout)?.[1] ?? 'false'
      const renewed = await run('/bin/sh', ['-ec', command.replace('keagate', `${process.execPath} ${mainFile}`)])
      t.match(renewed, { code: 0 })
      t.match(await doctor('-c', file), { code: 0, stdout: /^ok +cert-file: .*CN=server, 396 days left$/m })
      continue
    }
    const agent = startChild(t, process.execPath, [mainFile, '-c', file], { env: { KEA_PIDFILE_DIR: directory } })
    await agent.waitFor(/CTRL_AGENT_STARTED/)
    await agent.stop()
  }
})

t.test('a configuration with mistakes', async (t) => {
  const { directory, file, doctor } = await deploy(t)
  writeFileSync(file, '{ "Control-agent": { "http-prot": 1,\n "http-port": "x" } }')
  const { code, stdout } = await doctor('-c', file)
  t.equal(code, 1)
  t.match(stdout, /^error +http-prot: .*keagate\.conf:1:22: unknown keyword "http-prot"; did you mean "http-port"\?$/m)
  t.match(stdout, /^error +http-port: .*keagate\.conf:2:15: /m)
  t.match(await doctor('-c', path.join(directory, 'none.conf')), { code: 1, stdout: /^error +configuration: .*none\.conf/m })
})

t.test('words that it does not understand', async (t) => {
  const { file, doctor } = await deploy(t)
  t.match(await doctor('--help'), { code: 0, stdout: /^Usage: keagate doctor/ })
  for (const [words, text] of [
    [['-x'], /Unknown option '-x'\n/], [['more'], /unexpected word more\n/], [['--client', 'a', 'http://x'], /--client needs CERT, KEY and URL, or URL alone\n/],
    [['--client', 'a', 'b', 'ftp://x'], /ftp:\/\/x is no http or https URL\n/], [['--ca', 'x'], /--ca goes with --client\n/],
    [['--client', 'a', 'b', 'http://x', '-c', file], /-c does not go with --client\n/],
  ] as const) {
    const { code, stderr } = await doctor(...words)
    t.equal(code, 1)
    t.match(stderr, text)
    t.match(stderr, /Usage: keagate doctor/)
    t.ok(stderr.split('\n').length <= 24)
  }
})
