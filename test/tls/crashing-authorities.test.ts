// Which authorities end a client on which Node.js.

import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import t from 'tap'
import { makeAuthority } from '../../certs-test/authority.ts'
import { makeIdentity } from '../../certs-test/certificate.ts'
import { crashingAuthorities, isCrashingAuthority } from '../../src/tls/crashing-authorities.ts'
import { skipWithout } from '../kea/installed.ts'
import { makeOddAuthority } from '../support/odd-authority.ts'

const folder = t.testdir({})

function odd(curve: string): X509Certificate {
  return new X509Certificate(readFileSync(makeOddAuthority(folder, curve).caFile))
}

t.test('a curve without a name of NIST, on Node.js from 23 on', { skip: skipWithout('openssl') }, async (t) => {
  for (const key of ['brainpoolP256r1', 'secp256k1'] as const) {
    const certificate = odd(key)
    for (const version of ['20.19.0', '22.99.99']) t.notOk(isCrashingAuthority(certificate, version), `${key}, ${version}`)
    for (const version of ['23.0.0', '24.21.0', '25.9.0', '26.10.0']) t.ok(isCrashingAuthority(certificate, version), `${key}, ${version}`)
  }
  for (const key of ['P-256', 'P-384', 'RSA-2048', 'Ed25519'] as const) {
    const { certificate } = await makeIdentity({ commonName: 'CA', ca: true, key })
    t.notOk(isCrashingAuthority(new X509Certificate(certificate), '26.10.0'), key)
  }
})

t.test('each is named with its file and a remedy', { skip: skipWithout('openssl') }, async (t) => {
  const good = new X509Certificate((await makeAuthority('good')).certificate)
  const found = crashingAuthorities('trust-anchor /a', [good, odd('brainpoolP256r1')], '24.1.0')
  t.match(found, [{
    keyword: 'trust-anchor',
    text: /^certificate .*CN=CA brainpoolP256r1 of trust-anchor \/a has a key on the curve brainpoolP256r1, on which Node\.js 24\.1\.0 would end this process$/,
    remedy: /^use a CA with a key on P-256/,
  }])
  t.same(found.length, 1)
})
