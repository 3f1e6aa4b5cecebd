// Who guesses passwords has to wait; nobody else does.

import t from 'tap'
import { createAuthenticator } from '../../src/auth/basic.ts'
import { LockOut } from '../../src/auth/lock-out.ts'
import { hashPassword } from '../../src/auth/scrypt.ts'
import { parsePasswordHash } from '../../src/config/password-hash.ts'

const limits = { failures: 3, window: 60_000 }

t.test('after so many failures an address waits until the first of them is old enough', async (t) => {
  const lockOut = new LockOut()
  for (const now of [0, 1000, 2000]) {
    t.equal(lockOut.wait('192.0.2.1', limits, now), 0)
    lockOut.fail('192.0.2.1', limits, now)
  }
  t.equal(lockOut.wait('192.0.2.1', limits, 3000), 57_000)
  t.equal(lockOut.wait('192.0.2.2', limits, 3000), 0)
  t.equal(lockOut.wait('192.0.2.1', limits, 60_000), 0)
  lockOut.fail('192.0.2.1', limits, 60_000)
  t.equal(lockOut.wait('192.0.2.1', limits, 60_000), 1000)
})

t.test('a limit of 0 locks nobody out', async (t) => {
  const lockOut = new LockOut()
  for (let now = 0; now < 100; now++) lockOut.fail('192.0.2.1', { ...limits, failures: 0 }, now)
  t.equal(lockOut.wait('192.0.2.1', { ...limits, failures: 0 }, 100), 0)
  t.equal(lockOut.size, 0)
})

t.test('IPv6 addresses of one /64 are one, others are not', async (t) => {
  const same = ['2001:db8::1', '2001:0db8:0:0:ffff::', '2001:db8:0:0:1:2:3:4', '2001:db8::', '2001:db8::5:6%eth0']
  const other = ['2001:db8:0:1::1', '::1', 'fe80::1%eth0', '2001:db8:1::', '192.0.2.1']
  for (const address of same) {
    const lockOut = new LockOut()
    for (let now = 0; now < 3; now++) lockOut.fail(address, limits, now)
    for (const each of same) t.ok(lockOut.wait(each, limits, 3) > 0, `${address} locks ${each}`)
    for (const each of other) t.equal(lockOut.wait(each, limits, 3), 0, `${address} does not lock ${each}`)
  }
})

t.test('memory does not grow with the addresses', async (t) => {
  const lockOut = new LockOut()
  for (let index = 0; index < 50_000; index++) lockOut.fail(`10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`, limits, index)
  t.equal(lockOut.size, 10_000)
})

t.test('refusals are reported at once, then once a minute with their number', async (t) => {
  const lockOut = new LockOut()
  lockOut.fail('192.0.2.1', limits, 0)
  t.equal(lockOut.refuse('192.0.2.1', 1), 1)
  for (let now = 2; now < 102; now++) t.equal(lockOut.refuse('192.0.2.1', now), 0)
  t.equal(lockOut.refuse('192.0.2.1', 60_001), 101)
  t.equal(lockOut.refuse('192.0.2.9', 60_002), 0)
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
