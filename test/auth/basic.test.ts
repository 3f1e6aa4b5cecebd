// Basic authentication: which headers are which user, as reference 4 tells of Kea.

import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import t from 'tap'
import { createAuthenticator } from '../../src/auth/basic.ts'
import type { Authenticator, AuthCache } from '../../src/auth/basic.ts'
import { LockOut } from '../../src/auth/lock-out.ts'
import { byteForms } from '../../src/auth/password.ts'

const clients = [
  { user: 'admin', password: 's3cret' },
  { user: 'admin', password: 'other' },
  { user: 'nobody', password: '' },
  { user: 'colons', password: 'a:b:c' },
  { user: 'blanks in', password: ' both sides ' },
  { user: 'andr\u00e9', password: 'pass\u00e9' },
  { user: 'kea', password: 'written \u00c3\u00a9' },
  { user: '\u65e5\u672c', password: '\u8a9e' },
]

const unbound = { certSubject: null, certFingerprint: null }
const off = { realm: 'r', directory: '', clients: [], lockOut: { failures: 0, window: 60_000 }, userContext: null }

function authenticate(header: string | undefined): string {
  const file = {
    userFile: null,
    passwordFile: null,
    userInPasswordFile: false,
    hash: null,
    ...unbound,
    userContext: null,
  }
  const config = { ...off, clients: clients.map((each) => ({ ...each, ...file })) }
  const outcome = createAuthenticator(config, new LockOut())?.authenticate(header, '192.0.2.1', null, null)
  if (outcome === undefined) return 'off'
  if (outcome instanceof Promise) return 'later'
  return outcome.ok ? outcome.user : outcome.reason
}

function encode(credentials: string | Buffer): string {
  return Buffer.from(credentials as string).toString('base64')
}

const admin = encode('admin:s3cret')

t.test('no configured client means that nobody is asked', async (t) => {
  t.equal(createAuthenticator(off, new LockOut()), null)
})

t.test('a header of blanks costs no more than another one of its length', async (t) => {
  // A pattern that tries every way to share the blanks out would take minutes for this.
  const blanks = ' '.repeat(1_000_000)
  t.equal(authenticate(`Basic${blanks}x y`), 'bad-header')
  t.equal(authenticate(`${blanks}Basic${blanks}${admin}${blanks}`), 'admin')
})

t.test('forms of the header', async (t) => {
  const table: readonly (readonly [string | undefined, string])[] = [
    [undefined, 'no-header'],
    [`Basic ${admin}`, 'admin'],
    [`basic ${admin}`, 'admin'],
    [`BASIC ${admin}`, 'admin'],
    [`  Basic    ${admin}   `, 'admin'],
    [`Basic${admin}`, 'admin'],
    [`Basic\t${admin}`, 'bad-header'],
    [`\tBasic ${admin}`, 'bad-header'],
    [`Basic ${admin}\t`, 'bad-header'],
    ['', 'bad-header'],
    ['Basic', 'bad-header'],
    ['Basic ', 'bad-header'],
    [`Bearer ${admin}`, 'bad-header'],
    [`Basi ${admin}`, 'bad-header'],
    [admin, 'bad-header'],
    [`Basic ${admin} x`, 'bad-header'],
    [`Basic ${admin}x`, 'bad-header'],
    [`Basic ${admin}====`, 'bad-header'],
    [`Basic ${admin.slice(0, 4)} ${admin.slice(4)}`, 'bad-header'],
    [`Basic ${encode('nobody:').replace(/=+$/, '')}`, 'bad-header'],
    [`Basic ${encode('admin:s3cre\u{10ffff}').replaceAll('+', '-').replaceAll('/', '_')}`, 'bad-header'],
    ['Basic !!!!', 'bad-header'],
    ['Basic \u00ff\u00ff', 'bad-header'],
    ['Basic Og==', 'wrong'],
    ['Basic Oh==', 'bad-header'],
    [`Basic ${encode('admin')}`, 'bad-header'],
  ]
  for (const [header, expected] of table) t.equal(authenticate(header), expected, JSON.stringify(header))
})

t.test('users and passwords', async (t) => {
  const table: readonly (readonly [string | Buffer, string])[] = [
    ['admin:s3cret', 'admin'],
    ['admin:other', 'admin'],
    ['admin:S3cret', 'wrong'],
    ['Admin:s3cret', 'wrong'],
    ['admin:s3cret ', 'wrong'],
    ['admin:', 'wrong'],
    [':s3cret', 'wrong'],
    ['nobody:', 'nobody'],
    ['nobody:x', 'wrong'],
    ['colons:a:b:c', 'colons'],
    ['colons:a', 'wrong'],
    ['blanks in: both sides ', 'blanks in'],
    ['blanks in:both sides', 'wrong'],
    ['admin:s3cret\0', 'wrong'],
    ['admin:s3cret\n', 'wrong'],
  ]
  for (const [credentials, expected] of table) {
    t.equal(authenticate(`Basic ${encode(credentials)}`), expected, JSON.stringify(credentials.toString()))
  }
})

t.test('bytes that clients send for letters beyond ASCII', async (t) => {
  const utf8 = Buffer.from('andr\u00e9:pass\u00e9')
  const twice = Buffer.from(utf8.toString('latin1'))
  t.equal(authenticate(`Basic ${encode(utf8)}`), 'andr\u00e9', 'UTF-8')
  t.equal(authenticate(`Basic ${encode(twice)}`), 'andr\u00e9', 'as Kea sends what its file holds as UTF-8')
  t.equal(authenticate(`Basic ${encode(Buffer.from('andr\u00e9:pass\u00e9', 'latin1'))}`), 'wrong', 'Latin-1')
  const mixed = Buffer.concat([Buffer.from('andr\u00e9:'), Buffer.from(Buffer.from('pass\u00e9').toString('latin1'))])
  t.equal(authenticate(`Basic ${encode(mixed)}`), 'andr\u00e9', 'user and password written in different ways')
  t.equal(authenticate(`Basic ${encode(Buffer.from('kea:written \u00c3\u00a9'))}`), 'kea', 'the text itself')
  t.equal(authenticate(`Basic ${encode(Buffer.from('kea:written \u00e9'))}`), 'kea', 'what Kea means by that text')
  t.equal(authenticate(`Basic ${encode(Buffer.from('\u65e5\u672c:\u8a9e'))}`), '\u65e5\u672c')
})

t.test('plain ASCII has one form, and no two texts share a form by accident', async (t) => {
  t.equal(byteForms('plain').length, 1)
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const forms = byteForms(text)
      return forms[0]?.equals(Buffer.from(text)) === true && forms.every((each) => isUtf8(each))
    }),
    { seed: seed(t.name) },
  )
})

t.test('every configured pair is let in, and nothing made up is', async (t) => {
  for (const { user, password } of clients) t.equal(authenticate(`Basic ${encode(`${user}:${password}`)}`), user)
  fc.assert(
    fc.property(fc.string(), fc.string(), (user, password) => {
      const known = clients.some((each) => `${each.user}:${each.password}` === `${user}:${password}`)
      return known || authenticate(`Basic ${encode(`${user}:${password}`)}`) === 'wrong'
    }),
    { seed: seed(t.name) },
  )
})

t.test('what is said of a bad header holds nothing of it', async (t) => {
  const file = {
    userFile: null,
    passwordFile: null,
    userInPasswordFile: false,
    hash: null,
    ...unbound,
    userContext: null,
  }
  const config = { ...off, clients: [{ user: 'a', password: 'b', ...file }] }
  for (const header of ['Basic c2VjcmV0', 'Bearer secret', 'Basic secret!', `Basic ${encode('name:secret')}`]) {
    const outcome = createAuthenticator(config, new LockOut())?.authenticate(header, '192.0.2.1', null, null)
    t.notMatch(JSON.stringify(outcome), /secret|c2Vj/)
  }
})

/** The same cases every time, different for each test. */
function seed(name: string): number {
  return createHash('sha256').update(name).digest().readInt32BE(0)
}

t.test('a connection is remembered for the very same header and the same configuration, and no lock-out is passed by', async (t) => {
  const lockOut = new LockOut()
  const memory: AuthCache = { accepted: null }
  const made = (password: string): Authenticator | null => {
    const file = {
      userFile: null,
      passwordFile: null,
      userInPasswordFile: false,
      hash: null,
      ...unbound,
      userContext: null,
    }
    const limits = { failures: 1, window: 60_000 }
    return createAuthenticator({ ...off, clients: [{ user: 'anna', password, ...file }], lockOut: limits }, lockOut)
  }
  const authenticator = made('secret')
  const ask = (by: Authenticator | null, credentials: string, address: string) =>
    by?.authenticate(`Basic ${encode(credentials)}`, address, null, memory)
  t.match(ask(authenticator, 'anna:secret', '192.0.2.1'), { ok: true, user: 'anna' })
  t.match(ask(authenticator, 'anna:secret', '192.0.2.1'), { ok: true, user: 'anna' })
  t.match(ask(made('changed'), 'anna:secret', '192.0.2.2'), { ok: false, reason: 'wrong' }, 'after a reload')
  t.match(ask(authenticator, 'anna:secreT', '192.0.2.1'), { ok: false, reason: 'wrong' })
  t.match(ask(authenticator, 'anna:secret', '192.0.2.1'), { ok: false, reason: 'locked-out' }, 'as without a memory')
  t.match(ask(authenticator, 'anna:secret', '192.0.2.3'), { ok: true, user: 'anna' })
})
