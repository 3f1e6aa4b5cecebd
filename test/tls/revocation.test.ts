// Revoked certificates: refused with the reason, at the handshake, with a ticket and on an open connection; and which
// revocation lists are believed.

import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Extension } from '@peculiar/x509'
import t from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { day, makeIdentity } from '../../certs-test/certificate.ts'
import type { Identity } from '../../certs-test/certificate.ts'
import { makeRevocationList } from '../../certs-test/revocation-list.ts'
import { signCertificate } from '../../src/certs/certificate.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import { TlsError } from '../../src/tls/files/diagnostics.ts'
import { openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
const root = await makeAuthority('root')
const intermediate = await makeAuthority('intermediate', root)
const other = await makeAuthority('other')
const mute = await withoutCrlSign(await makeAuthority('mute'))
const server = await makeServer(root)
const good = await makeClient(root)
const bad = await makeClient(root, { commonName: 'thief' })
const below = await makeClient(intermediate)

/** The same authority with a certificate whose key usage is keyCertSign alone. */
async function withoutCrlSign(authority: Identity): Promise<Identity> {
  const { subject, keyPair } = authority
  const extension = (id: string, hex: string): Extension => new Extension(id, true, new Uint8Array(Buffer.from(hex, 'hex')))
  const extensions = [extension('2.5.29.19', '30030101ff'), extension('2.5.29.15', '03020204')]
  const dates = { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + day) }
  const request = { subject, publicKey: keyPair.publicKey, serial: '01', extensions, ...dates }
  return {
    ...authority,
    certificate: await signCertificate(request, { name: subject, privateKey: keyPair.privateKey }),
  }
}

const file = (name: string): string => path.join(directory, name)
const write = (name: string, content: string | Buffer): string => {
  writeFileSync(file(name), content, { mode: 0o600 })
  return file(name)
}
write('server.crt', server.certificate)
write('server.key', server.key)
write('root.crt', root.certificate)
write('ca.crt', root.certificate + intermediate.certificate + mute.certificate)

const ofRoot = await makeRevocationList(root, { revoked: [bad.certificate] })
const ofIntermediate = await makeRevocationList(intermediate)
const revokesIntermediate = await makeRevocationList(root, { revoked: [intermediate.certificate] })
const outdated = await makeRevocationList(root, {
  thisUpdate: new Date(Date.UTC(2026, 0, 1)),
  nextUpdate: new Date(Date.UTC(2026, 0, 2)),
})
const future = await makeRevocationList(root, { thisUpdate: new Date(Date.now() + day) })

const config = (crlFile: string, overrides: Partial<TlsConfig> = {}): TlsConfig =>
  tlsConfig(directory, { crlFile, ...overrides })
const identity = ({ certificate, key }: Identity, ...chain: Identity[]): { cert: string; key: string } => ({
  cert: certificate + chain.map((each) => each.certificate).join(''),
  key,
})
const selfSigned = await makeClient(undefined)
const foreign = await makeClient(other)

const missing = /^there is no revocation list of O=keagate test, CN=(root|intermediate), so it cannot be told/

/** What the list holds, who comes, and why he is refused; null: he is not. */
const rows: readonly (readonly [
  what: string,
  lists: string,
  who: ReturnType<typeof identity>,
  reason: RegExp | null,
])[] = [
  ['not on the list', ofRoot, identity(good), null],
  [
    'on the list',
    ofRoot,
    identity(bad),
    /^the client certificate \(.*CN=thief\) was revoked on 2026-01-02 03:04:05 UTC$/,
  ],
  ['both lists', ofRoot + ofIntermediate, identity(below, intermediate), null],
  ['no list of its CA', ofRoot, identity(below, intermediate), missing],
  ['no list of the CA above', ofIntermediate, identity(below, intermediate), missing],
  [
    'its CA is on the list',
    revokesIntermediate + ofIntermediate,
    identity(below, intermediate),
    /^a CA above the client certificate \(.*CN=intermediate\) was revoked on 2026-01-02/,
  ],
  [
    'the list is out of date',
    outdated,
    identity(good),
    /^the revocation list of .*CN=root is out of date since 2026-01-02/,
  ],
  ['the list is of tomorrow', future, identity(good), /^the revocation list of .*CN=root is not valid before /],
  ['the newest list counts', ofRoot + outdated, identity(good), null],
  ['a foreign CA', ofRoot, identity(foreign), /^the client certificate was not issued by a trusted CA: .*CN=other$/],
  ['self-signed', ofRoot, identity(selfSigned), /^the client certificate is self-signed/],
]

for (const version of ['1.2', '1.3'] as const) {
  t.test(`TLS ${version}: who is on a list, or cannot be looked up, is refused with the reason`, async (t) => {
    for (const [what, lists, who, reason] of rows) {
      const crlFile = write('crl.pem', lists)
      const door = await openTlsDoor(t, config(crlFile, { minVersion: version, maxVersion: version }))
      const seen = await visit(door.port, who)
      t.equal(seen.said, reason === null ? 'connected' : 'refused', what)
      const verdict = await door.next()
      if (verdict.kind === 'refused') t.match(verdict.diagnosis.reason, reason ?? /never/, what)
    }
  })

  t.test(`TLS ${version}: a ticket from before a revocation opens nothing`, async (t) => {
    const versions = { minVersion: version, maxVersion: version }
    const door = await openTlsDoor(t, config(write('crl.pem', await makeRevocationList(root)), versions))
    const before = await visit(door.port, identity(bad))
    t.match(before, { said: 'connected' })
    door.reload(config(write('crl.pem', ofRoot), versions))
    t.match(await visit(door.port, { ...identity(bad), session: before.session }), { said: 'refused' })
    t.match(await visit(door.port, { session: before.session }), { said: 'refused' })
  })

  t.test(`TLS ${version}: a ticket does not outlive the list that it was given under`, async (t) => {
    let clock = Date.now()
    const versions = { minVersion: version, maxVersion: version }
    const door = await openTlsDoor(t, config(write('crl.pem', ofRoot), versions), { now: () => clock })
    const before = await visit(door.port, identity(good))
    t.match(await door.next(), { kind: 'connected' })
    clock += 8 * day
    t.match(await visit(door.port, { ...identity(good), session: before.session }), { said: 'refused', reused: true })
    t.match(await door.next(), { kind: 'refused', diagnosis: { id: 'crl-expired' } })
  })
}

t.test('only lists that can be believed are taken, and each problem names its file', async (t) => {
  const truncated = ofRoot.slice(0, 200)
  const broken = ofRoot.replace(/\n[A-Za-z0-9+/]{10}/, '\nAAAAAAAAAA')
  const der = Buffer.from(ofRoot.replace(/-----.*-----/g, ''), 'base64')
  const rows = [
    [truncated, /crl-file DIR\/crl.pem holds no revocation list: its PEM object is cut off; look at it with: head/],
    [broken, /crl-file DIR\/crl.pem is damaged or no revocation list; look at it with: openssl crl -in DIR/],
    [der, /crl-file DIR\/crl.pem is a DER file where PEM is needed; convert it with: openssl crl -inform DER/],
    [root.certificate, /crl-file DIR\/crl.pem holds no revocation list: it holds CERTIFICATE; look/],
    ['', /crl-file DIR\/crl.pem holds no revocation list: it is empty/],
    [await makeRevocationList(root, { signer: other }), /crl-file DIR\/crl.pem was not signed by the CA .*CN=root of the/],
    [await makeRevocationList(other), /crl-file DIR\/crl.pem is of O=keagate test, CN=other, a CA that is not in the/],
    [await makeRevocationList(mute), /crl-file DIR\/crl.pem was signed by the CA .*CN=mute, whose certificate .*no cRLSign/],
    [await makeRevocationList(root, { digest: 'SHA-1' }), /crl-file DIR\/crl.pem of .* is signed with SHA-1 or MD5/],
    [await makeRevocationList(root, { delta: true }), /is not the whole list of its CA .* \(critical extension 2.5.29.27\)/],
    [ofRoot + (await makeRevocationList(other)), /^revocation list 2 of crl-file DIR\/crl.pem is of /],
  ] as const
  for (const [content, problem] of rows) t.match(problems(config(write('crl.pem', content))).join('\n'), problem)
  t.match(problems(config(file('absent'))), [/^crl-file DIR\/absent cannot be read: no such file or directory; put it there, or correct the name; see what is there with/])
})

t.test('a directory of lists: hash links alone count where there are any, other files are left alone', (t) => {
  mkdirSync(file('lists/below'), { recursive: true })
  t.match(problems(config(file('lists'))), [/^crl-file DIR\/lists is a directory without a revocation list; put the lists/])
  write('lists/below/root.pem', ofRoot)
  write('lists/intermediate.pem', ofIntermediate)
  write('lists/README', 'lists of our CAs')
  write('lists/root.crt', root.certificate)
  t.same(problems(config(file('lists'))), [])
  write('lists/cut.pem', ofRoot.slice(0, 100))
  t.match(problems(config(file('lists'))), [/^crl-file DIR\/lists\/cut.pem holds no revocation list: its PEM object is cut/])
  write('lists/12345678.r0', ofRoot)
  t.same(problems(config(file('lists'))), [], 'what no link leads to is not read')
  t.end()
})

t.test('a list signed with any kind of key is believed', async (t) => {
  for (const key of ['RSA-2048', 'P-384', 'Ed25519'] as const) {
    const ca = await makeAuthorityOf(key)
    const client = await makeClient(ca)
    write('own-ca.crt', ca.certificate)
    const crlFile = write('own.pem', await makeRevocationList(ca, { revoked: [client.certificate] }))
    const own = config(crlFile, { trustAnchor: file('own-ca.crt') })
    const { revocation } = loadCredentials(own)
    t.match(revocation?.check(new X509Certificate(client.certificate), Date.now()), { id: 'revoked' }, key)
  }
})

t.test('a list that is out of date is worth a warning', (t) => {
  const { warnings } = loadCredentials(config(write('crl.pem', outdated)))
  t.match(warnings, [/^the revocation list of .*CN=root in crl-file .*crl.pem is out of date since 2026-01-02 00:00:00 UTC, /])
  t.end()
})

function problems(of: TlsConfig): string[] {
  try {
    loadCredentials(of)
    return []
  } catch (error) {
    if (!(error instanceof TlsError)) throw error
    return error.message.replaceAll(directory, 'DIR').split('\n')
  }
}

function makeAuthorityOf(key: 'RSA-2048' | 'P-384' | 'Ed25519'): Promise<Identity> {
  return makeIdentity({ commonName: key, ca: true, key })
}
