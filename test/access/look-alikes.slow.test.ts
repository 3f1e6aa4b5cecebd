// From the bytes of a certificate to a role: whose name it is, and whose it only looks like.

import { X509Certificate, generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import { decide } from '../../src/access/decide.ts'
import { Guard } from '../../src/access/guard.ts'
import type { Policy } from '../../src/access/policy.ts'
import { compilePolicy } from '../../src/access/policy.ts'
import { isBoundTo } from '../../src/auth/certificate-binding.ts'
import { loadConfigText } from '../../src/config/load.ts'
import { ServiceGroups } from '../../src/config/service-groups.ts'
import type { Log } from '../../src/log/message.ts'
import { peerCertificate } from '../../src/x509/certificate-info.ts'
import type { PeerCertificate } from '../../src/x509/certificate-info.ts'
import { certificateDer, nameDer } from '../x509/certificate-der.ts'
import { configuredNames, lookAlikes, ownNames } from './look-alikes.ts'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const plainName = nameDer([[['CN', 'somebody']]])

function policyOf(method: 'cert-subject' | 'cert-issuer'): Policy {
  const text = JSON.stringify({ 'Control-agent': { 'access-control': {
    'assign-role-method': method,
    roles: configuredNames.map((name) => ({ name, 'accept-commands': 'ALL' })),
  } } })
  const { config, warnings } = loadConfigText('names', text, { env: {}, pathChecks: false, dialect: 'command', current: null })
  t.same(warnings.filter(({ text }) => /no certificate has/.test(text)), [])
  if (config.access === null) throw new Error('no access control')
  return compilePolicy(config.access, { tls: true, services: [], serviceGroups: new ServiceGroups(), handlers: [] })
}

/** The certificate as the agent knows it, or null where not even OpenSSL takes it for one. */
function peerOf(subject: Buffer, issuer: Buffer): PeerCertificate | null {
  try {
    return peerCertificate(new X509Certificate(certificateDer({ subject, issuer, publicKey })))
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_OSSL')) return null
    throw error
  }
}

const policies = { subject: policyOf('cert-subject'), issuer: policyOf('cert-issuer') }
const roleOf = (peer: PeerCertificate, whose: keyof typeof policies): string =>
  decide(policies[whose], { remoteAddress: '127.0.0.1', tls: peer, user: null }, 'version-get', []).role.name

/** Those that OpenSSL takes for certificates. */
const others = lookAlikes().flatMap(({ what, name }) => {
  const [peer, issued] = [peerOf(name, plainName), peerOf(plainName, name)]
  return peer === null || issued === null ? [] : [{ what, peer, issued }]
})

t.test('each name has its role and its user, however it is encoded', async (t) => {
  for (const { what, name, own } of ownNames()) {
    const peer = peerOf(name, plainName)
    if (peer === null) return t.fail(what)
    t.equal(roleOf(peer, 'subject'), own, what)
    const bound = configuredNames.filter((certSubject) => isBoundTo({ certSubject, certFingerprint: null }, peer))
    t.same(bound, [own], `${what}: bound`)
    const issued = peerOf(plainName, name)
    t.equal(issued === null ? '' : roleOf(issued, 'issuer'), own, `${what}: issuer`)
  }
})

t.test('none that only looks like one has its role, or passes for a bound user', async (t) => {
  const wrong: string[] = []
  for (const { what, peer, issued } of others) {
    const roles = [roleOf(peer, 'subject'), roleOf(issued, 'issuer')].filter((role) => !/^(?:un|def)/.test(role))
    const bound = configuredNames.filter((certSubject) => isBoundTo({ certSubject, certFingerprint: null }, peer))
    if (roles.length + bound.length > 0) wrong.push(`${what}: ${[...roles, ...bound].join()}`)
  }
  t.same(wrong, [])
  t.ok(others.length > 2000, `${others.length} certificates`)
})

t.test('what is remembered of one caller is not given to another', async (t) => {
  const silent: Log = { write: () => undefined, enabled: () => false }
  const guard = new Guard(policies.subject, silent)
  const ask = (tls: PeerCertificate): boolean =>
    guard.decide({ name: 'version-get', services: [], arguments: null, caller: { remoteAddress: '::1', tls, user: null } }).allowed
  for (const { name } of ownNames()) ask(peerOf(name, plainName)!)
  t.same(others.filter(({ peer }) => ask(peer)).map(({ what }) => what), [])
})

t.test('none is shown as one of them, and all in characters that cannot be mistaken', async (t) => {
  const own = new Set(ownNames().map(({ name }) => peerOf(name, plainName)?.subject))
  const wrong = others.filter(({ peer: { subject } }) => own.has(subject) || !/^[ -~\u00c0-\u017e]*$/.test(subject))
  t.same(wrong.map(({ what }) => what), [])
})

t.test('a certificate with a name that is not told apart has no role by default either', async (t) => {
  const roles = (...names: Parameters<typeof nameDer>): string => {
    const peer = peerOf(nameDer(...names), plainName)
    return peer === null ? '' : roleOf(peer, 'subject')
  }
  t.equal(roles([[['O', 'x']]]), 'default-role', 'no common name')
  t.equal(roles([]), 'default-role')
  t.equal(roles([[['CN', 'a']], [['CN', 'b']]]), 'unknown-role')
  t.equal(roles([[['CN', 'a'], ['O', 'b']]]), 'unknown-role')
  t.equal(roles([[['CN', Buffer.from('030200ff', 'hex')]]]), 'unknown-role')
})
