// Every broken situation of the table, before a client has met it: what the doctor says of the files, and what he says
// as a client.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { examineCertificates } from '../../src/doctor/certificates.ts'
import { playClient } from '../../src/doctor/client.ts'
import { examineConfiguration } from '../../src/doctor/configuration.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { open, prepare, write } from '../tls/situation-door.ts'
import type { Situation } from '../tls/situations.ts'
import { makeSituations } from '../tls/situations.ts'
import { scratchDirectory } from '../tls/tls-door.ts'

const { base, visitor: welcome, situations } = await makeSituations()

/** What the doctor says as a client of a door that is wrong for this client alone, or that this client is wrong for. */
const asClient: Readonly<Record<string, RegExp>> = {
  'expired client': /^warning CERT: .* expired on .*; renew it/,
  'client not yet valid': /^warning CERT: .* is not valid before .*check the clock/,
  'wrong CA': /^error answer: 403: .*not issued by a trusted CA/,
  'missing intermediate': /^error answer: 403: .*CN=intermediate CA/,
  'self-signed client': /^error answer: 403: .*self-signed/,
  'serverAuth-only client': /^warning CERT: .* is not made for clients/,
  'client with RSA 1024': /^error CERT: .* RSA key of 1024 bits/,
  'client signed with SHA-1': /^error CERT: .* is signed with SHA-1/,
  revoked: /^error answer: 403: .*was revoked on/,
  'CRL expired': /^error answer: 403: .*revocation list of .* is out of date/,
  'no CRL of the CA': /^error answer: 403: .*there is no revocation list/,
  'plain HTTP on the TLS port': /^error answer: .*socket hang up; if the door speaks TLS, use https:/,
  'expired server': /^error server certificate: .* expired on .*; renew it at the server/,
  'server not yet valid': /^error server certificate: .* is not valid before .*; compare the clocks/,
  'clientAuth-only server': /^error server certificate: .* is not made for servers; have one issued/,
  'server chain without its intermediate': /^error server certificate: .*not trusted .*append its certificate to the server's cert-file/,
  'trust directory without hash links': /^error answer: 403: .*not issued by a trusted CA/,
  'TLS on the plain port': /^error handshake: .*(does not speak TLS|speak plain HTTP)/,
  'world-readable key': /^ok answer: 200/,
  'key of somebody else': /^ok answer: 200/,
}

const sentence = ({ level, what, text, remedy }: Finding): string => `${level} ${what}: ${text}; ${remedy ?? ''}`

for (const situation of situations) {
  const skip = situation.keyOwner !== undefined && process.geteuid?.() !== 0 ? 'only root can give files away' : false
  t.test(`${situation.name}: found`, { skip }, async (t) => {
    const directory = scratchDirectory(t)
    write(directory, base)
    const file = path.join(directory, 'keagate.conf')
    writeFileSync(file, prepare(directory, situation))
    const { findings, loaded } = examineConfiguration(file, {})
    const all = [...findings, ...(loaded === null ? [] : examineCertificates(loaded))]
    const said = all.map((finding) => sentence(finding).replaceAll(directory, 'DIR'))
    const found = (level: Finding['level']): boolean => said.some((line) => line.startsWith(level) && situation.log.test(line))
    if (situation.told === 'at start') t.ok(found('error'), said.join('\n'))
    else if (situation.told === 'as a warning') t.ok(found('warning'), said.join('\n'))
    else t.notOk(all.some(({ level }) => level === 'error'), said.join('\n'))
    if (situation.name.startsWith('server chain')) t.ok(said.some((line) => /^warning cert-file: .*ends below/.test(line)))
    await visit(t, directory, situation)
  })
}

/** The same from outside, where there is a door and the situation is one of certificates. */
async function visit(t: Test, directory: string, situation: Situation): Promise<void> {
  const expected = asClient[situation.name]
  if (expected === undefined) return
  const { door } = await open(t, directory, { config: situation.config ?? {} })
  const { cert, key } = situation.visitor?.identity ?? welcome
  write(directory, { 'visitor.crt': cert, 'visitor.key': key })
  const file = (name: string): string => path.join(directory, name)
  const scheme = situation.visitor?.plain === true ? 'http' : 'https'
  const url = new URL(`${scheme}://127.0.0.1:${door?.port ?? 0}/`)
  write(directory, { 'ours.crt': base['ca.crt'] ?? '' })
  const findings = await playClient({ certFile: file('visitor.crt'), keyFile: file('visitor.key'), ca: file('ours.crt'), url })
  const said = findings.map(sentence)
  t.ok(said.some((line) => expected.test(line)), said.join('\n'))
}

t.test('each situation in which a certificate is wrong is met as a client too', async (t) => {
  for (const name of Object.keys(asClient)) t.ok(situations.some((situation) => situation.name === name), name)
})

t.test('a good client is told so, step by step', async (t) => {
  const directory = scratchDirectory(t)
  write(directory, { ...base, 'visitor.crt': welcome.cert, 'visitor.key': welcome.key })
  const { door } = await open(t, directory, {})
  const file = (name: string): string => path.join(directory, name)
  const task = { certFile: file('visitor.crt'), keyFile: file('visitor.key'), ca: file('ca.crt') }
  const good = await playClient({ ...task, url: new URL(`https://localhost:${door?.port ?? 0}/`) })
  t.same(good.map(({ level, what }) => `${level} ${what}`), [
    'ok CERT', 'ok name', 'ok connection', 'ok handshake', 'ok server certificate', 'ok answer',
  ], good.map(sentence).join('\n'))
  const nobody = await playClient({ ...task, url: new URL('https://127.0.0.1:1/') })
  t.match(nobody.at(-1), { level: 'error', what: 'connection', remedy: /see whether the agent runs/ })
  const stranger = await playClient({ ...task, ca: null, url: new URL(`https://127.0.0.1:${door?.port ?? 0}/`) })
  t.match(stranger.find(({ what }) => what === 'server certificate'), { level: 'error', remedy: 'name the authority that issued it with --ca' })
})
