// The built program and real TLS clients whose certificates, all of the trusted CA, hold names that look like a role's.

import { generateKeyPairSync } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import t from 'tap'
import { makeServer } from '../../certs-test/authority.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import type { Attribute, NameRequest } from '../x509/certificate-der.ts'
import { certificateDer, der, nameDer, objectIdentifier, pem } from '../x509/certificate-der.ts'

interface Authority {
  readonly name: Buffer
  readonly certificate: string
  readonly privateKey: KeyObject
}

const basicConstraints = der(0x30, objectIdentifier('2.5.29.19'), der(0x01, Buffer.from([255])), der(0x04, Buffer.from('30030101ff', 'hex')))

function makeAuthority(commonName: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const name = nameDer([[['CN', commonName]]])
  const certificate = certificateDer({
    subject: name,
    issuer: name,
    publicKey,
    privateKey,
    extensions: [basicConstraints],
  })
  return { name, certificate: pem(certificate), privateKey }
}

const trusted = makeAuthority('trusted CA')
const stranger = makeAuthority('trusted CA\u00a0\u202e')
const clientKey = generateKeyPairSync('ec', { namedCurve: 'P-256' })

function certificateOf(subject: NameRequest, { name, privateKey }: Authority): string {
  return pem(certificateDer({ subject: nameDer(subject), issuer: name, publicKey: clientKey.publicKey, privateKey }))
}

interface Answer {
  readonly status: number
  readonly text: string
}

function ask(port: number, cert: string, user: string): Promise<Answer> {
  const key = clientKey.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const headers = { 'content-type': 'application/json' }
  const options = { host: '127.0.0.1', port, method: 'POST', agent: false, rejectUnauthorized: false, cert, key, headers, auth: `${user}:of ${user}` }
  return new Promise((resolve, reject) => {
    const request = https.request(options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
    })
    request.on('error', reject).end('{ "command": "version-get" }')
  })
}

const exactly = (text: string): RegExp => new RegExp(text.replace(/[\\+.]/g, '\\$&'))
const cn = (value: string): Attribute => ['CN', value]

/** A subject, how it is shown, and the role that it has; null: none. */
const rows: readonly (readonly [subject: NameRequest, shown: string, role: string | null])[] = [
  [[[cn('admin')]], 'CN=admin', 'admin'],
  [[[['CN', 'admin', 'bmp']]], 'CN=admin', 'admin'],
  [[[['O', 'x']], [cn('admin')]], 'O=x, CN=admin', 'admin'],
  [[[cn('duty'), ['OU', 'night']]], 'CN=duty + OU=night', 'OU=night+CN=duty'],
  [[[['OU', 'night'], cn('duty')]], 'OU=night + CN=duty', 'OU=night+CN=duty'],
  ...['\u00a0', '\ufeff', '\u3000', '\u2028', '\u2029', '\u0085', '\u200b', '\u202e'].flatMap((character) => {
    const shown = `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
    return [
      [[[cn(`${character}admin`)]], `CN=${shown}admin`, null] as const,
      [[[cn(`admin${character}`)]], `CN=admin${shown}`, null] as const,
    ]
  }),
  [[[['CN', 'admin\u00a0', 'teletex']]], 'CN=admin\\u00a0', null],
  [[[cn('\u0430dmin')]], 'CN=\\u0430dmin', null],
  [[[cn('admin ')]], 'CN=admin\\ ', null],
  [[[cn('admin\0')]], 'CN=admin\\00', null],
  [[[cn('admin'), ['O', 'x']]], 'CN=admin + O=x', null],
  [[[['O', 'x'], cn('admin')]], 'O=x + CN=admin', null],
  [[[cn('admin')], [cn('x')]], 'CN=admin, CN=x', null],
  [[[['O', 'x\nCN=admin']]], 'O=x\\0ACN=admin', null],
  [[[['O', 'x, CN=admin']], [cn('x')]], 'O=x\\, CN=admin, CN=x', null],
  [[[cn('duty')], [['OU', 'night']]], 'CN=duty, OU=night', null],
]

t.test('none gets the role or passes for the user, and log, audit and answers show why', async (t) => {
  const directory = temporaryDirectory(t)
  const file = (name: string, content = ''): string => {
    writeFileSync(path.join(directory, name), content, { mode: 0o600 })
    return path.join(directory, name)
  }
  const server = await makeServer(undefined)
  const output = path.join(directory, 'audit.json')
  const program = await startProgram(t, {
    'trust-anchor': file('ca.crt', trusted.certificate),
    'cert-file': file('server.crt', server.certificate),
    'key-file': file('server.key', server.key),
    authentication: { type: 'basic', 'lock-out': { failures: 0 }, clients: [
      { user: 'anna', password: 'of anna' },
      { user: 'bert', password: 'of bert', 'cert-subject': 'admin' },
    ] },
    'access-control': {
      'assign-role-method': 'cert-subject',
      roles: ['admin', 'OU=night+CN=duty'].map((name) => ({ name, 'accept-commands': 'ALL' })),
    },
    'audit-log': { output },
  })
  for (const [subject, shown, role] of rows) {
    const cert = certificateOf(subject, trusted)
    const { status, text } = await ask(program.port, cert, 'anna')
    t.equal(status, role === null ? 403 : 200, shown)
    if (role === null) t.match(text, /not allowed to you; your role is '(unknown|default)-role'/, shown)
    const bound = await ask(program.port, cert, 'bert')
    t.equal(bound.status, role === 'admin' ? 200 : 401, `${shown}: the bound user`)
    if (role !== 'admin') await program.waitFor(exactly(`not to that of ${shown}\n`))
  }
  const records = readFileSync(output, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)
  t.same(records.map(({ subject }) => subject), rows.flatMap(([, shown]) => [shown, shown]))
  t.same(records.filter((_, index) => index % 2 === 0).map(({ decision, role }) => (decision === 'allowed' ? role : null)), rows.map(([, , role]) => role))

  const refused = await ask(program.port, certificateOf([[cn('admin\u2066')]], stranger), 'anna')
  t.match(refused, { status: 403, text: /not issued by a trusted CA: CN=trusted CA\\\\u00a0\\\\u202e;/ })
  await program.waitFor(exactly('subject CN=admin\\u2066, issuer CN=trusted CA\\u00a0\\u202e'))
  const seen = program.output() + readFileSync(output, 'utf8')
  t.notMatch(seen, /[\u0080-\u00bf\u0430\u2000-\u2fff\u3000\ufeff]/, 'nothing of it raw')
})
