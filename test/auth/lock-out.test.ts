// Guessing a password is slow, and slows nothing else down.

import fc from 'fast-check'
import t from 'tap'
import { createAuthenticator } from '../../src/auth/basic.ts'
import { LockOut } from '../../src/auth/lock-out.ts'
import type { LoginSource } from '../../src/auth/lock-out.ts'
import { hashPassword } from '../../src/auth/scrypt.ts'
import { parsePasswordHash } from '../../src/config/resolve/password-hash.ts'

const limits = { failures: 3, window: 60_000 }

/** A source as a table of tests writes it. */
function from(lockOut: LockOut, address: string, name: string): LoginSource {
  return lockOut.source(address, Buffer.from(name))
}

/** Fails as often as passwords are compared. @returns how often that was */
function guess(lockOut: LockOut, source: LoginSource, now: number, most = 1000): number {
  for (let count = 0; count < most; count++) {
    if (lockOut.lock(source, limits, now) !== null) return count
    lockOut.fail(source, limits, now)
  }
  return most
}

t.test('after so many failures a name at an address waits until the first of them is old enough', async (t) => {
  const lockOut = new LockOut()
  const anna = from(lockOut, '192.0.2.1', 'anna')
  for (const now of [0, 1000, 2000]) {
    t.equal(lockOut.lock(anna, limits, now), null)
    lockOut.fail(anna, limits, now)
  }
  t.strictSame(lockOut.lock(anna, limits, 3000), { scope: 'user', wait: 57_000 })
  t.equal(lockOut.lock(from(lockOut, '192.0.2.2', 'anna'), limits, 3000), null, 'the same name from elsewhere')
  t.equal(lockOut.lock(from(lockOut, '192.0.2.1', 'bert'), limits, 3000), null, 'another name from there')
  t.equal(lockOut.lock(from(lockOut, '192.0.2.1', ''), limits, 3000), null, 'an empty name is one too')
  t.equal(lockOut.lock(anna, limits, 60_000), null)
  lockOut.fail(anna, limits, 60_000)
  t.strictSame(lockOut.lock(anna, limits, 60_000), { scope: 'user', wait: 1000 })
})

t.test('ten times as many failures under any names lock the address out', async (t) => {
  const lockOut = new LockOut()
  for (let index = 0; index < 29; index++) lockOut.fail(from(lockOut, '192.0.2.1', `name ${index}`), limits, index)
  t.equal(lockOut.lock(from(lockOut, '192.0.2.1', 'anna'), limits, 29), null)
  lockOut.fail(from(lockOut, '192.0.2.1', 'name 29'), limits, 29)
  t.strictSame(lockOut.lock(from(lockOut, '192.0.2.1', 'anna'), limits, 30), { scope: 'address', wait: 59_970 })
  t.equal(lockOut.lock(from(lockOut, '192.0.2.2', 'anna'), limits, 30), null)
  t.equal(lockOut.lock(from(lockOut, '192.0.2.1', 'anna'), limits, 60_000), null, 'slowed down, not shut out')
})

t.test('a limit of 0 locks nobody out', async (t) => {
  const lockOut = new LockOut()
  const anna = from(lockOut, '192.0.2.1', 'anna')
  for (let now = 0; now < 100; now++) lockOut.fail(anna, { ...limits, failures: 0 }, now)
  t.equal(lockOut.lock(anna, { ...limits, failures: 0 }, 100), null)
  t.strictSame(lockOut.size, { networks: 0, failures: 0 })
})

t.test('IPv6 addresses of one /64 are one', async (t) => {
  const lockOut = new LockOut()
  t.equal(guess(lockOut, from(lockOut, '2001:db8::1', 'anna'), 0), 3)
  t.match(lockOut.lock(from(lockOut, '2001:db8::ffff:2', 'anna'), limits, 1), { scope: 'user' })
  t.equal(lockOut.lock(from(lockOut, '2001:db8:0:1::1', 'anna'), limits, 1), null)
})

t.test('memory grows neither with names nor with addresses', async (t) => {
  const [long, lockOut] = [Buffer.alloc(30_000, 'x').toString(), new LockOut()]
  for (let index = 0; index < 1000; index++) lockOut.fail(from(lockOut, '192.0.2.1', `${index} ${long}`), limits, index)
  t.strictSame(lockOut.size, { networks: 1, failures: 30 })
  for (let index = 0; index < 12_000; index++) {
    lockOut.fail(from(lockOut, `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, `${index}`), limits, index)
  }
  t.strictSame(lockOut.size, { networks: 10_000, failures: 10_000 })
  for (let index = 0; index < 110_000; index++) {
    lockOut.fail(from(lockOut, `10.0.${(index >> 8) & 15}.${index & 255}`, `${index % 4099}`), limits, 60_000)
  }
  t.ok(lockOut.size.failures <= 100_000, `${lockOut.size.failures} failures`)
})

t.test('no order of guesses under other names gives one name more guesses from one address', async () => {
  // Whatever else fails from there, in whatever order and pace: within a window so many of one name are compared.
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 30_000 })), { maxLength: 400 }),
      (steps) => {
        const lockOut = new LockOut()
        const compared = new Map<number, number[]>()
        const all: number[] = []
        let now = 0
        for (const [name, pause] of steps) {
          // Mostly at once: the names that matter are those of one window.
          now += pause > 29_000 ? pause : pause % 7
          const source = from(lockOut, '192.0.2.1', name < 40 ? 'admin' : `name ${name}`)
          if (lockOut.lock(source, limits, now) !== null) continue
          lockOut.fail(source, limits, now)
          const key = name < 40 ? -1 : name
          compared.set(key, [...(compared.get(key) ?? []), now])
          all.push(now)
        }
        const within = (times: readonly number[], limit: number): boolean =>
          times.every((time, index) => time + limits.window <= (times[index + limit] ?? Infinity))
        return within(all, 30) && [...compared.values()].every((times) => within(times, 3))
      },
    ),
    { seed: 4711, numRuns: 300 },
  )
})

t.test('endless names wash no failure off, and a good login of another user does not either', async (t) => {
  const lockOut = new LockOut()
  const admin = from(lockOut, '192.0.2.1', 'admin')
  let compared = guess(lockOut, admin, 0)
  for (let round = 0; round < 50; round++) {
    for (let index = 0; index < 1000; index++) {
      const other = from(lockOut, '192.0.2.1', `${round} ${index}`)
      if (lockOut.lock(other, limits, 1) === null) lockOut.fail(other, limits, 1)
    }
    const good = from(lockOut, '192.0.2.1', `good ${round}`)
    if (lockOut.lock(good, limits, 2) === null) {
      lockOut.fail(good, limits, 2)
      lockOut.undoFailure(good, 2)
    }
    compared += guess(lockOut, admin, 2)
  }
  t.equal(compared, 3)
})

t.test('refusals are reported at once, then once a minute, for each name and for the address', async (t) => {
  const lockOut = new LockOut()
  const anna = from(lockOut, '192.0.2.1', 'anna')
  const bert = from(lockOut, '192.0.2.1', 'bert')
  for (const source of [anna, bert]) lockOut.fail(source, limits, 0)
  const [user, address] = [{ scope: 'user', wait: 1 }, { scope: 'address', wait: 1 }] as const
  t.equal(lockOut.refuse(anna, user, 1), 1)
  for (let now = 2; now < 102; now++) t.equal(lockOut.refuse(anna, user, now), 0)
  t.equal(lockOut.refuse(bert, user, 103), 1)
  t.equal(lockOut.refuse(bert, address, 104), 1)
  t.equal(lockOut.refuse(anna, address, 105), 0)
  t.equal(lockOut.refuse(anna, user, 60_001), 101)
  t.equal(lockOut.refuse(from(lockOut, '192.0.2.9', 'anna'), user, 60_002), 0)
})

t.test('attempts at once are counted before they are compared', async (t) => {
  const hash = parsePasswordHash(await hashPassword(Buffer.from('right'), { ln: 10, r: 8, p: 1 }))
  if (typeof hash === 'string') throw new Error(hash)
  const unbound = { certSubject: null, certFingerprint: null }
  const file = { userFile: null, passwordFile: null, userInPasswordFile: false, ...unbound, userContext: null }
  const clients = [{ user: 'u', password: '', hash, ...file }]
  const config = { realm: 'r', directory: '', clients, lockOut: limits, userContext: null }
  const authenticator = createAuthenticator(config, new LockOut())
  const attempt = async (password: string, address: string): Promise<string> => {
    const header = `Basic ${Buffer.from(`u:${password}`).toString('base64')}`
    const outcome = await authenticator?.authenticate(header, address, null, null)
    return outcome?.ok === true ? 'ok' : (outcome?.reason ?? 'off')
  }
  const guesses = Array.from({ length: 20 }, (_, index) => attempt(`guess ${index}`, '192.0.2.1'))
  const good = Array.from({ length: 20 }, () => attempt('right', '192.0.2.2'))
  const outcomes = await Promise.all(guesses)
  t.equal(outcomes.filter((outcome) => outcome === 'wrong').length, 3)
  t.equal(outcomes.filter((outcome) => outcome === 'locked-out').length, 17)
  t.equal(await attempt('right', '192.0.2.1'), 'locked-out')
  // A client that opens many connections at once has made one attempt.
  t.equal((await Promise.all(good)).filter((outcome) => outcome === 'ok').length, 20)
  t.equal(await attempt('right', '192.0.2.2'), 'ok')
})
