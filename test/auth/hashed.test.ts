// Hashed passwords: the PHC form, checking them, and what they cost.

import t from 'tap'
import { HashedPasswords } from '../../src/auth/hashed-passwords.ts'
import type { HashedOutcome } from '../../src/auth/hashed-passwords.ts'
import { hashPassword } from '../../src/auth/scrypt.ts'
import { parsePasswordHash } from '../../src/config/resolve/password-hash.ts'
import type { PasswordHash } from '../../src/config/resolve/password-hash.ts'

const unbound = { certSubject: null, certFingerprint: null }

const cheap = { ln: 10, r: 8, p: 1 }

async function hashOf(password: string, cost = cheap): Promise<PasswordHash> {
  const parsed = parsePasswordHash(await hashPassword(Buffer.from(password), cost))
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

function usersOf(outcome: HashedOutcome): readonly string[] | 'busy' {
  return outcome === 'busy' ? outcome : outcome.map(({ user }) => user)
}

t.test('a known vector of scrypt in its PHC form is read and matched', async (t) => {
  // RFC 7914 section 12: password "pleaseletmein", salt "SodiumChloride", N = 16384, r = 8, p = 1.
  const key =
    '7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2' +
    'd5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887'
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
  const text = `$scrypt$ln=14,r=8,p=1$${base64(Buffer.from('SodiumChloride'))}$${base64(Buffer.from(key, 'hex'))}`
  const hash = parsePasswordHash(text)
  if (typeof hash === 'string') throw new Error(hash)
  const passwords = new HashedPasswords([{ user: 'u', hash, ...unbound }])
  t.same(usersOf(await passwords.check(Buffer.from('u:pleaseletmein'))), ['u'])
  t.same(await passwords.check(Buffer.from('u:pleaseletmeim')), [])
})

t.test('what is no usable hash is refused with its reason', async (t) => {
  const salt = 'AAAAAAAAAAAAAAAAAAAAAA'
  const key = 'A'.repeat(43)
  const table: [text: string, reason: RegExp][] = [
    ['', /form/],
    ['secret', /form/],
    [`$argon2id$v=19$m=1$${salt}$${key}`, /only scrypt/],
    [`$scrypt$ln=15,r=8$${salt}$${key}`, /form/],
    [`$scrypt$ln=15,r=8,p=1$${salt}`, /form/],
    [`$scrypt$ln=15,r=8,p=1$${salt}$${key}$more`, /form/],
    [`$scrypt$ln=9,r=8,p=1$${salt}$${key}`, /10\.\.20/],
    [`$scrypt$ln=21,r=8,p=1$${salt}$${key}`, /10\.\.20/],
    [`$scrypt$ln=20,r=8,p=1$${salt}$${key}`, /cost too much/],
    [`$scrypt$ln=15,r=0,p=1$${salt}$${key}`, /r 1/],
    [`$scrypt$ln=15,r=8,p=17$${salt}$${key}`, /p 1/],
    [`$scrypt$ln=15,r=8,p=1$AAAA$${key}`, /salt/],
    [`$scrypt$ln=15,r=8,p=1$${salt}$AAAA`, /key/],
    [`$scrypt$ln=15,r=8,p=1$${salt}$${'*'.repeat(43)}`, /key/],
  ]
  for (const [text, reason] of table) t.match(parsePasswordHash(text), reason, text)
})

t.test('each user has his own passwords, in every spelling that clients send', async (t) => {
  const passwords = new HashedPasswords([
    { user: 'anna', hash: await hashOf('one'), ...unbound },
    { user: 'anna', hash: await hashOf('two'), ...unbound },
    { user: 'b\u00e9a', hash: await hashOf('p\u00e4ss'), ...unbound },
  ])
  const check = (text: string, coding: BufferEncoding = 'utf8') => passwords.check(Buffer.from(text, coding))
  t.same(usersOf(await check('anna:one')), ['anna'])
  t.same(usersOf(await check('anna:two')), ['anna'])
  t.same(await check('anna:p\u00e4ss'), [])
  t.same(await check('nobody:one'), [])
  t.same(await check(':one'), [])
  t.same(usersOf(await check('b\u00e9a:p\u00e4ss')), ['b\u00e9a'])
  // Kea's own client reads a configuration as Latin-1 and encodes it once more.
  const twice = Buffer.from('b\u00e9a:p\u00e4ss').toString('latin1')
  t.same(usersOf(await check(twice)), ['b\u00e9a'])
  t.same(await check('b\u00e9a:p\u00e4ss', 'latin1'), [])
})

t.test('only what was right is known from then on', async (t) => {
  const passwords = new HashedPasswords([{ user: 'anna', hash: await hashOf('one'), ...unbound }])
  const [right, wrong] = [Buffer.from('anna:one'), Buffer.from('anna:other')]
  t.same(passwords.known(right), [])
  await Promise.all([passwords.check(right), passwords.check(wrong)])
  t.same(usersOf(passwords.known(right)), ['anna'])
  t.same(passwords.known(wrong), [])
})

t.test('a flood of different credentials is turned away', async (t) => {
  const passwords = new HashedPasswords([{ user: 'anna', hash: await hashOf('one'), ...unbound }])
  const different = Array.from({ length: 500 }, (_, index) => passwords.check(Buffer.from(`anna:${index}`)))
  const outcomes = await Promise.all(different)
  t.ok(outcomes.filter((outcome) => outcome !== 'busy').length >= 64)
  t.ok(outcomes.filter((outcome) => outcome === 'busy').length > 400)
  t.same(await passwords.check(Buffer.from('anna:later')), [])
})
