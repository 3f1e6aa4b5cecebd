// `keagate certs`: what each sub-command makes, keeps, refuses and says.

import { X509Certificate, createPrivateKey } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { certsCommands } from '../../src/cli/certs-command.ts'
import { loadConfigFile } from '../../src/config/load.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import { temporaryDirectory } from '../support/program.ts'
import { certs, done } from './authority-at.ts'

const day = 24 * 60 * 60 * 1000
const later = (days: number): Date => new Date(Date.now() + days * day)

const certificate = (directory: string, name: string): X509Certificate =>
  new X509Certificate(readFileSync(path.join(directory, name, 'cert.pem')))
const key = (directory: string, name: string): string => readFileSync(path.join(directory, name, 'key.pem'), 'utf8')

interface Listed {
  readonly certificates: readonly Readonly<Record<'name' | 'use' | 'serial' | 'expires' | 'state', string>>[]
  readonly crl: { readonly nextUpdate: string }
}

async function listed(directory: string, now = new Date()): Promise<Listed> {
  return JSON.parse(await done(['list', '--json', '--dir', directory], { now })) as Listed
}

/** `name use state` of each. */
async function states(directory: string, now?: Date): Promise<string[]> {
  return (await listed(directory, now)).certificates.map(({ name, use, state }) => `${name} ${use} ${state}`)
}

t.test('init makes everything that a start needs', async (t) => {
  const directory = path.join(temporaryDirectory(t), 'not', 'there yet')
  const said = await done(['init', directory, '--san', 'kea.example,192.0.2.1', '--san', 'fd00::1', '--port', '8443'])
  t.match(said, new RegExp(`^curl --cacert '${directory}/ca/cert.pem' .* https://127.0.0.1:8443/$`, 'm'))
  t.match(said, new RegExp(` -c '${directory}/keagate.conf'$`, 'm'))
  t.same(await states(directory), ['ca ca good', 'server server good', 'client client good'])
  const { config, warnings } = loadConfigFile(path.join(directory, 'keagate.conf'), { env: {}, pathChecks: true })
  t.same(warnings, [])
  t.match(config, { httpHost: '127.0.0.1', httpPort: 8443, tls: { certRequired: true } })
  t.match(config.tls, { crlFile: path.join(directory, 'crl.pem') })
  t.same(loadCredentials(config.tls!).warnings, [])
  const server = certificate(directory, 'server')
  const names = ['localhost', '127.0.0.1', '0:0:0:0:0:0:0:1', 'kea.example', '192.0.2.1', 'FD00:0:0:0:0:0:0:1']
  t.same(server.subjectAltName?.split(', ').map((name) => name.replace(/^[^:]*:/, '')), names)
  t.ok(!server.ca && certificate(directory, 'ca').ca)
  const years = (Date.parse(certificate(directory, 'ca').validTo) - Date.now()) / day / 365.25
  t.ok(years > 9.9 && years < 10.1, 'the authority is good for ten years')
})

t.test('tls.inc can be included in a configuration', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  const file = path.join(directory, 'own.conf')
  writeFileSync(file, `{ "Control-agent": { "http-port": 8001, <?include "${directory}/tls.inc"?> } }`)
  const { config, warnings } = loadConfigFile(file, { env: {}, pathChecks: true })
  t.same(warnings, [])
  t.match(config.tls, { certFile: path.join(directory, 'server/cert.pem'), certRequired: true })
})

t.test('the name and the addresses of this machine are found where none are given', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory, '--host', '192.0.2.77'])
  const names = certificate(directory, 'server').subjectAltName ?? ''
  for (const name of ['DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:0:0:0:0:0:0:0:1', 'IP Address:192.0.2.77']) {
    t.ok(names.includes(name), name)
  }
  t.match(readFileSync(path.join(directory, 'keagate.conf'), 'utf8'), '"http-host": "192.0.2.77"')
})

for (const umask of [0o000, 0o077]) {
  t.test(`modes do not depend on the umask ${umask.toString(8).padStart(3, '0')}`, async (t) => {
    const before = process.umask(umask)
    t.teardown(() => process.umask(before))
    const directory = path.join(temporaryDirectory(t), 'made')
    const group = String(process.getgid?.())
    await done(['init', directory, '--group', group])
    await done(['pkcs12', 'client', '--password-stdin', '--dir', directory], { input: 'secret\n' })
    const mode = (name: string): string => (statSync(path.join(directory, name)).mode & 0o777).toString(8)
    for (const name of ['ca/key.pem', 'client/key.pem', 'client.p12']) t.equal(mode(name), '600', name)
    t.equal(mode('server/key.pem'), '640', 'the group may read the key of the server')
    for (const name of ['ca/cert.pem', 'crl.pem', 'keagate.conf', 'tls.inc']) t.equal(mode(name), '644', name)
    for (const name of ['issued', 'server']) t.equal(mode(name), '755', name)
    await done(['renew', 'server', 'client', '--dir', directory])
    t.equal(mode('server/key.pem'), '640', 'a renewal keeps that')
    t.equal(mode('client/key.pem'), '600')
  })
}

t.test('nothing is replaced without --force, and then it is kept aside', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  await done(['client', 'laptop', '--dir', directory])
  const before = certificate(directory, 'ca').fingerprint256
  const again = await certs(['init', directory])
  t.match(again, { code: 1, stderr: /already holds .*ca, .*add --force/ })
  t.match(await certs(['client', 'laptop', '--dir', directory]), { code: 1, stderr: /there is a certificate laptop/ })
  t.equal(certificate(directory, 'ca').fingerprint256, before)
  const forced = await done(['init', directory, '--force'])
  t.not(certificate(directory, 'ca').fingerprint256, before)
  const aside = /^What was there before is in (.*)$/m.exec(forced)?.[1] ?? ''
  t.equal(certificate(aside, 'ca').fingerprint256, before)
  t.ok(certificate(aside, 'laptop'), 'links still lead where they led')
  t.same(await states(directory), ['ca ca good', 'server server good', 'client client good'])

  const taken = temporaryDirectory(t)
  writeFileSync(path.join(taken, 'keagate.conf'), 'mine')
  mkdirSync(path.join(taken, 'other'))
  t.match(await certs(['init', taken]), { code: 1, stderr: /already holds keagate.conf;/ })
  t.equal(readFileSync(path.join(taken, 'keagate.conf'), 'utf8'), 'mine')
  t.same(readdirSync(taken).sort(), ['keagate.conf', 'other'])
})

t.test('--keep makes what is missing and keeps what is there', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory, '--keep', '--port', '8444'])
  const before = certificate(directory, 'server').serialNumber
  t.match(await done(['init', directory, '--keep']), /^Kept .*[^]*https:\/\/127.0.0.1:8444\/$/m)
  t.equal(certificate(directory, 'server').serialNumber, before)
  await done(['init', directory, '--keep'], { now: later(380) })
  t.not(certificate(directory, 'server').serialNumber, before, 'what expires soon is renewed')
})

t.test('a renewal keeps key and names; a new key comes together with its certificate', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory, '--san', 'kea.example', '--key', 'rsa'])
  const [oldKey, old] = [key(directory, 'server'), certificate(directory, 'server')]
  const folder = realpathSync(path.join(directory, 'server'))
  await done(['renew', 'server', '--dir', directory], { now: later(10) })
  const renewed = certificate(directory, 'server')
  t.equal(key(directory, 'server'), oldKey)
  t.not(renewed.serialNumber, old.serialNumber)
  t.equal(renewed.subjectAltName, old.subjectAltName)
  t.equal(renewed.subject, old.subject)
  t.ok(Date.parse(renewed.validTo) > Date.parse(old.validTo))
  t.same(readdirSync(folder), ['cert.pem'], 'old keys do not lie about')
  await done(['renew', 'server', '--new-key', '--dir', directory], { now: later(10) })
  t.not(key(directory, 'server'), oldKey)
  t.ok(certificate(directory, 'server').checkPrivateKey(createPrivateKey(key(directory, 'server'))))
  t.equal(createPrivateKey(key(directory, 'server')).asymmetricKeyType, 'rsa', 'of the same kind')
})

t.test('without names, what expires soon is renewed and the revocation list with it', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory, '--days', '90'])
  await done(['client', 'long', '--days', '800', '--dir', directory])
  await done(['client', 'gone', '--days', '90', '--dir', directory])
  await done(['revoke', 'gone', '--dir', directory])
  t.match(await done(['renew', '--dir', directory], { now: later(10) }), /^no certificate expires within 30 days\ncrl/)
  const said = await done(['renew', '--dir', directory], { now: later(70) })
  t.same(said.match(/^\S+/gm), ['server', 'client', 'crl.pem'])
  const { crl } = await listed(directory, later(70))
  t.ok(Date.parse(crl.nextUpdate) > later(70 + 390).getTime())
  t.match(await done(['renew', '--within', '800', '--dir', directory]), /^long {2}/m)
})

t.test('a revocation takes every certificate of the name, and the name can be used again', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  await done(['client', 'laptop', '--dir', directory])
  await done(['renew', 'laptop', '--dir', directory])
  await done(['revoke', 'laptop', '--dir', directory])
  const laptop = (await states(directory)).filter((line) => line.startsWith('laptop'))
  t.same(laptop, ['laptop client revoked', 'laptop client revoked'])
  t.match(await done(['revoke', 'laptop', '--dir', directory]), 'nothing left to revoke')
  t.match(await certs(['renew', 'laptop', '--dir', directory]), { code: 1, stderr: /is revoked; .* client laptop --force/ })
  await done(['client', 'laptop', '--force', '--dir', directory])
  t.equal((await states(directory)).filter((line) => line === 'laptop client good').length, 1)
  t.match(await certs(['revoke', 'nobody', '--dir', directory]), { code: 1, stderr: /no certificate "nobody"/ })
  t.match(await certs(['revoke', 'ca', '--dir', directory]), { code: 1, stderr: /no certificate "ca"/ })
})

t.test('a lost revocation list is not silently replaced by an empty one', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  const file = path.join(directory, 'crl.pem')
  writeFileSync(file, 'broken')
  t.match(await certs(['renew', '--dir', directory]), { code: 1, stderr: /crl.pem cannot be read .* restore it/ })
  rmSync(file)
  t.match(await certs(['revoke', 'client', '--dir', directory]), { code: 1, stderr: /crl.pem is missing; restore it/ })
})

t.test('the list needs nothing but the certificates', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  await done(['client', 'laptop', '--dir', directory])
  const table = await done(['list', '--dir', directory])
  t.match(table, /^NAME +USE +SERIAL +EXPIRES +STATE\nca +ca +[0-9a-f]{32} +\d{4}-\d\d-\d\d +good\nserver +server /)
  const folder = path.join('issued', path.basename(realpathSync(path.join(directory, 'laptop'))))
  unlinkSync(path.join(directory, 'laptop'))
  t.ok((await states(directory)).includes('laptop client replaced'))
  symlinkSync(folder, path.join(directory, 'laptop'))
  t.equal(await done(['list', '--dir', directory]), table)
  t.ok((await states(directory, later(500))).includes('laptop client expired'))
})

t.test('a wrong clock and an expired authority are named', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  const words = ['client', 'laptop', '--dir', directory]
  t.match(await certs(words, { now: later(-2) }), { code: 1, stderr: /clock says .* valid only from .*; set the clock/ })
  t.match(await certs(words, { now: later(3700) }), { code: 1, stderr: /the CA expired on .* init .* --force/ })
  await done(['client', 'last', '--days', '800', '--dir', directory], { now: later(3600) })
  t.equal(certificate(directory, 'last').validTo, certificate(directory, 'ca').validTo, 'none outlives its authority')
})

t.test('names that could do harm are refused', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  const before = readdirSync(directory).sort()
  for (const name of ['../x', 'a/b', '.', '..', '.hidden', '', 'a\nb', 'a\u001b[2J', 'x'.repeat(65), 'é', '--', 'ca']) {
    const { code, stderr } = await certs(['client', '--dir', directory, '--', name])
    t.equal(code, 1, JSON.stringify(name))
    t.notMatch(stderr, /[\u0000-\u0009\u000b-\u001f]/, 'no control character is shown')
  }
  const noHostNames = ['a b', 'kea..example', '-a.example', 'a-.example', 'é.example', '*.*.example', 'a'.repeat(64)]
  const noAddresses = ['10.1', '1.2.3.4.5', '0x7f.1', 'fe80::1%eth0', '192.0.2.1:8000', 'https://kea.example']
  for (const name of [...noHostNames, ...noAddresses]) {
    const outcome = await certs(['server', '--name', 'x', '--dir', directory, '--', name])
    t.match(outcome, { code: 1, stderr: /neither a host name/ }, name)
  }
  mkdirSync(path.join(directory, 'mine'))
  t.match(await certs(['client', 'mine', '--dir', directory]), { code: 1, stderr: /is no certificate made here/ })
  rmSync(path.join(directory, 'mine'), { recursive: true })
  t.same(readdirSync(directory).sort(), before)
  await done(['server', '*.kea.example', '2001:db8::1', '--name', 'wild', '--dir', directory])
  t.equal(certificate(directory, 'wild').subjectAltName, 'DNS:*.kea.example, IP Address:2001:DB8:0:0:0:0:0:1')
})

t.test('a PKCS#12 file is private, and its password never stands on the command line', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  const pack = (more: readonly string[], given = {}): ReturnType<typeof certs> =>
    certs(['pkcs12', 'client', '--dir', directory, ...more], given)
  const file = path.join(directory, 'password')
  writeFileSync(file, 'from a file\r\n')
  t.match(await pack(['--password', 'x']), { code: 1, stderr: /unknown option "--password"/ })
  t.match(await pack([]), { code: 1, stderr: /give one of --password-file/ })
  t.match(await pack(['--password-stdin', '--password-env', 'P']), { code: 1, stderr: /give one of/ })
  t.match(await pack(['--password-env', 'P']), { code: 1, stderr: /the password is empty/ })
  t.match(await pack(['--password-stdin'], { input: 'é\n' }), { code: 1, stderr: /outside ASCII/ })
  t.match(await pack(['--password-file', `${file}x`]), { code: 1, stderr: /passwordx cannot be read: ENOENT/ })
  t.match(await pack(['--password-env', 'P'], { env: { P: 'secret' } }), { code: 0 })
  t.match(await pack(['--password-file', file]), { code: 1, stderr: /is there already; .* --force/ })
  t.match(await pack(['--password-file', file, '--force']), { code: 0 })
  t.match(await pack(['--password-stdin', '--out', path.join(directory, 'x.p12')], { input: 'secret' }), { code: 0 })
})

t.test('one command at a time; the lock of a killed one does not count', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', directory])
  const outcomes = await Promise.all(['a', 'b', 'c'].map((name) => certs(['client', name, '--dir', directory])))
  const refused = outcomes.filter(({ code }) => code !== 0)
  t.ok(refused.length < 3 && refused.every(({ stderr }) => stderr.includes('another "keagate certs" is at work')))
  const lock = path.join(directory, '.lock')
  t.notOk(existsSync(lock))
  writeFileSync(lock, `${process.pid} 1`)
  await done(['client', 'd', '--dir', directory])
  t.same(readdirSync(directory).filter((name) => name.startsWith('.')), [])
})

t.test('what is not there is named with a way out', async (t) => {
  const directory = temporaryDirectory(t)
  const remedy = { code: 1, stderr: /no certificate authority in .*; make one with: keagate certs init/ }
  t.match(await certs(['list', '--dir', directory]), remedy)
  t.match(await certs(['client', 'x', '--dir', directory]), { code: 1, stderr: /cannot be read: ENOENT.*--dir DIR/ })
  t.match(await certs(['client', 'x', '--dir', path.join(directory, 'no')]), { code: 1, stderr: /ENOENT.*--dir DIR/ })
  t.same(readdirSync(directory), [])
})

t.test('options stand anywhere, mistakes are told with the usage, which fits a screen', async (t) => {
  const directory = temporaryDirectory(t)
  await done(['init', '--port', '8001', directory, '--client=first'])
  t.ok(lstatSync(path.join(directory, 'first')).isSymbolicLink())
  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [['init'], /DIR, .* is missing/],
    [['init', 'a', 'b'], /unexpected word "b"/],
    [['init', 'a', '--port', '70000'], /--port takes a whole number from 1 to 65535, not "70000"/],
    [['init', 'a', '--host', 'localhost'], /--host takes an IP address/],
    [['init', 'a', '--days', '826'], /from 1 to 825/],
    [['init', 'a', '--key', 'dsa'], /p256 or rsa/],
    [['init', 'a', '--san'], /--san needs a value/],
    [['init', 'a', '--san', '--force'], /--san needs a value/],
    [['init', 'a', '--force=yes'], /--force takes no value/],
    [['init', 'a', '--name', 'x', '--name', 'y'], /--name is given twice/],
    [['list', 'x'], /unexpected word "x"/],
    [['client', '-x'], /unknown option "-x"/],
    [['server'], /host names and addresses of the server are missing/],
    [['revoke'], /name of the certificate is missing/],
    [['__proto__'], /no sub-command "__proto__"/],
    [[], /^Usage/],
  ]
  for (const [words, sentence] of mistakes) {
    const { code, stdout, stderr } = await certs(words)
    t.equal(code, 1, words.join(' '))
    t.equal(stdout, '')
    t.match(stderr, sentence)
    t.match(stderr, /^Usage: keagate certs /m)
  }
  for (const name of ['', ...Object.keys(certsCommands)]) {
    const { code, stdout } = await certs([...(name === '' ? [] : [name]), '--help'])
    t.equal(code, 0)
    t.ok(stdout.split('\n').length <= 24 && stdout.split('\n').every((line) => line.length <= 120), stdout)
  }
})
