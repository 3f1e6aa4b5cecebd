// Three commands from nothing to an answer over mutual TLS; and the certificates made are what OpenSSL's strict
// verification, curl, kea-shell, Java and Node take.

import { readFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Child, Owner } from '../support/child.ts'
import { run, startChild } from '../support/child.ts'
import { executable, skipWithout } from '../kea/installed.ts'
import { freePort, mainFile, temporaryDirectory } from '../support/program.ts'
import { done } from './authority-at.ts'

const password = 'a secret'

interface Deployment {
  readonly directory: string
  readonly port: number
  readonly agent: Child
  /** The printed request, as a line for a shell. */
  readonly curlLine: string
  readonly file: (name: string) => string
}

/** Runs the built program's `certs init` where there is no other program at all, then the start command it printed. */
async function deploy(owner: Owner, more: readonly string[] = []): Promise<Deployment> {
  const directory = path.join(temporaryDirectory(owner), "it's a new machine")
  const port = await freePort()
  const init = ['certs', 'init', directory, '--port', String(port), ...more]
  const made = await run(process.execPath, [mainFile, ...init], { env: { PATH: '/nowhere' } })
  if (made.code !== 0) throw new Error(made.stderr)
  const [, startLine = '', curlLine = ''] = /^Start it:\n\n(.*)\n\n.*\n\n(.*)\n/m.exec(made.stdout) ?? []
  const env = { KEA_PIDFILE_DIR: path.dirname(directory) }
  const agent = startChild(owner, '/bin/sh', ['-c', `exec env ${startLine}`], { env, cwd: '/' })
  await agent.waitFor(/CTRL_AGENT_STARTED/)
  return { directory, port, agent, curlLine, file: (name) => path.join(directory, name) }
}

const kinds = ['p256', 'rsa'] as const
const deployments = new Map<string, Deployment>()
for (const kind of kinds) deployments.set(kind, await deploy(t, ['--key', kind]))

const answer = /^\[ ?\{ ?"arguments": \[ "build-report", .*"result": 0/
const body = '{ "command": "list-commands" }'

for (const [kind, { directory, port, curlLine, file }] of deployments) {
  t.test(`curl, as the line printed says (${kind})`, { skip: skipWithout('curl') }, async (t) => {
    const { stdout, stderr } = await run('/bin/sh', ['-c', `${curlLine} --silent --show-error`], { cwd: '/' })
    t.match(stdout, answer, stderr)
    const stranger = await run('/bin/sh', ['-c', curlLine.replace(/ --cert .* -H /, ' -H ')], { cwd: '/' })
    t.match(stranger.stdout, /"result": 403/, 'without its certificate a client gets nowhere')
  })

  t.test(`kea-shell (${kind})`, { skip: skipWithout('kea-shell') }, async (t) => {
    const files = ['--ca', file('ca/cert.pem'), '--cert', file('client/cert.pem'), '--key', file('client/key.pem')]
    const where = ['--host', 'localhost', '--port', String(port)]
    const { stdout, stderr } = await run(executable('kea-shell'), [...where, ...files, 'list-commands'], { input: '' })
    t.match(JSON.parse(stdout), [{ result: 0 }], stderr)
  })

  t.test(`Java's HttpClient, from the PKCS#12 file (${kind})`, { skip: skipWithout('javac', 'keytool') }, async (t) => {
    await done(['pkcs12', 'client', '--dir', directory, '--password-stdin', '--force'], { input: password })
    const store = ['-keystore', file('client.p12'), '-storepass', password]
    const { stdout } = await run(executable('keytool'), ['-list', ...store])
    t.match(stdout, /^client, .* PrivateKeyEntry, *$/m)
    const script = path.join(import.meta.dirname, 'Ask.java')
    const words = [`https://127.0.0.1:${port}/`, file('ca/cert.pem'), file('client.p12'), password, body]
    const asked = await run('/usr/bin/java', [script, ...words])
    t.match(asked.stdout, answer, asked.stderr)
  })

  t.test(`Node's fetch (${kind})`, async (t) => {
    const read = (name: string): string => readFileSync(file(name), 'utf8')
    const connect = { ca: read('ca/cert.pem'), cert: read('client/cert.pem'), key: read('client/key.pem') }
    const dispatcher = await dispatcherWith(connect)
    t.teardown(() => dispatcher.close())
    const request = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, dispatcher }
    for (const host of ['localhost', '127.0.0.1']) {
      t.match(await (await fetch(`https://${host}:${port}/`, request)).text(), answer)
    }
  })

  t.test(`strict verification by OpenSSL (${kind})`, { skip: skipWithout('openssl') }, async (t) => {
    const openssl = (...words: string[]): ReturnType<typeof run> => run(executable('openssl'), words)
    const strict = ['verify', '-x509_strict', '-auth_level', '2', '-CAfile', file('ca/cert.pem')]
    const crl = ['-crl_check', '-CRLfile', file('crl.pem')]
    const host = ['-verify_hostname', 'localhost', '-verify_ip', '::1']
    await done(['client', 'other', '--key', kind === 'rsa' ? 'p256' : 'rsa', '--dir', directory])
    for (const [purpose, name, more] of [
      ['sslserver', 'server', host],
      ['sslclient', 'client', []],
      ['sslclient', 'other', []],
      ['crlsign', 'ca', []],
    ] as const) {
      const words = [...strict, '-purpose', purpose, ...more, ...crl, file(`${name}/cert.pem`)]
      t.match(await openssl(...words), { code: 0 }, name)
    }
    t.not((await openssl(...strict, '-purpose', 'sslserver', file('client/cert.pem'))).code, 0)
    t.not((await openssl(...strict, '-purpose', 'sslclient', file('server/cert.pem'))).code, 0)
    t.match(await openssl('crl', '-in', file('crl.pem'), '-noout', '-CAfile', file('ca/cert.pem')), { stderr: 'verify OK' })
    const structure = await openssl('asn1parse', '-in', file('crl.pem'))
    t.notMatch(structure.stdout, /l= +0 cons: SEQUENCE/, 'an empty list is left out (RFC 5280 section 5.1.2.6)')
    await done(['revoke', 'other', '--dir', directory])
    t.match(await openssl(...strict, ...crl, file('other/cert.pem')), { code: 2, stderr: /certificate revoked/ })
    await done(['pkcs12', 'client', '--dir', directory, '--password-stdin', '--force'], { input: password })
    const packed = await openssl('pkcs12', '-in', file('client.p12'), '-passin', `pass:${password}`, '-noenc', '-info')
    t.match(packed, { code: 0, stderr: /MAC: sha256.*[^]*PBES2, PBKDF2, AES-256-CBC, .*PRF hmacWithSHA256/ })
    t.ok(packed.stdout.includes(readFileSync(file('client/cert.pem'), 'utf8').trim()))
  })
}

t.test("the documented commands work as they stand", async (t) => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/tls.md'), 'utf8')
  const lines = [...page.matchAll(/^keagate certs (.*)$/gm)].map((match) => match[1] ?? '')
  t.ok(lines.length >= 7)
  const directory = temporaryDirectory(t)
  for (const line of lines) {
    const words = line.replaceAll('/etc/kea/tls', directory).replace('_kea', String(process.getgid?.())).split(' ')
    const secret = words.indexOf('--password-file')
    if (secret >= 0) words.splice(secret, 2, '--password-stdin')
    await done(words, { input: password })
  }
  t.match(await done(['list', '--dir', directory]), /^stork +client .* revoked \d{4}-/m)
})

type Dispatcher = NonNullable<RequestInit['dispatcher']>

/** `fetch` takes a client certificate from its dispatcher only, whose class Node does not export. */
async function dispatcherWith(connect: object): Promise<Dispatcher> {
  await fetch('data:,').then((response) => response.text())
  const holder = globalThis as unknown as Record<symbol, { constructor: new (options: object) => Dispatcher }>
  const usual = holder[Symbol.for('undici.globalDispatcher.1')]
  if (usual === undefined) throw new Error('this Node keeps the dispatcher of fetch elsewhere')
  return new usual.constructor({ connect })
}
