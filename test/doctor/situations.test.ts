// Every broken situation of the table, before a client has met it: what the doctor says of the files, and what he says
// as a client.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { examineCertificates } from '../../src/doctor/certificates.ts'
import { simulateClient } from '../../src/doctor/simulate-client.ts'
import { examineConfiguration } from '../../src/doctor/configuration.ts'
import type { Finding } from '../../src/doctor/finding.ts'
import { asItsUser, open, prepare, write } from '../support/situation-server.ts'
import type { Situation } from '../tls/situations.ts'
import { makeSituations } from '../tls/situations.ts'
import { scratchDirectory } from '../support/tls-server.ts'

const { base, visitor: welcome, situations } = await makeSituations()

const sentence = ({ level, what, text, remedy }: Finding): string => `${level} ${what}: ${text}; ${remedy ?? ''}`

for (const situation of situations) {
  const skip = situation.keyOwner !== undefined && process.geteuid?.() !== 0 ? 'only root can give files away' : false
  t.test(`${situation.name}: found`, { skip }, async (t) => {
    const directory = scratchDirectory(t)
    write(directory, base)
    const file = path.join(directory, 'keagate.conf')
    writeFileSync(file, prepare(directory, situation))
    const { findings, loaded } = examineConfiguration(file, {})
    const all = [...findings, ...(loaded === null ? [] : asItsUser(situation, () => examineCertificates(loaded)))]
    const said = all.map((finding) => sentence(finding).replaceAll(directory, 'DIR'))
    const found = (level: Finding['level']): boolean => said.some((line) => line.startsWith(level) && situation.log.test(line))
    if (situation.told === 'at start') t.ok(found('error'), said.join('\n'))
    else if (situation.told === 'as a warning') {
      t.ok(found((situation.doctorError ?? false) ? 'error' : 'warning'), said.join('\n'))
    }
    else t.notOk(all.some(({ level }) => level === 'error'), said.join('\n'))
    if (situation.name.startsWith('server chain')) t.ok(said.some((line) => /^warning cert-file: .*ends below/.test(line)))
    const { doctor = situation.told === 'at start' ? situation.log : null } = situation
    if (doctor === null) return t.fail('the table has no line of the doctor')
    const more = situation.told === 'at start' ? [] : await visit(t, directory, situation)
    const everything = [...said, ...more.map((line) => line.replaceAll(directory, 'DIR'))]
    t.ok(everything.some((line) => doctor.test(line)), everything.join('\n'))
  })
}

/** What the doctor says as a client of the door. */
async function visit(t: Test, directory: string, situation: Situation): Promise<string[]> {
  const { door } = await open(t, directory, { config: situation.config ?? {} })
  const { identity = welcome, plain = false } = situation.visitor ?? {}
  const file = (name: string): string => path.join(directory, name)
  write(directory, { 'ours.crt': base['ca.crt'] ?? '' })
  if (identity !== null) write(directory, { 'visitor.crt': identity.cert, 'visitor.key': identity.key })
  const url = new URL(`${plain ? 'http' : 'https'}://127.0.0.1:${door?.port ?? 0}/`)
  const pair = identity === null ? null : { certFile: file('visitor.crt'), keyFile: file('visitor.key') }
  return (await simulateClient({ pair, ca: file('ours.crt'), url })).map(sentence)
}

t.test('a good client is told so, step by step', async (t) => {
  const directory = scratchDirectory(t)
  write(directory, { ...base, 'visitor.crt': welcome.cert, 'visitor.key': welcome.key })
  const { door } = await open(t, directory, {})
  const file = (name: string): string => path.join(directory, name)
  const pair = { certFile: file('visitor.crt'), keyFile: file('visitor.key') }
  const task = { pair, ca: file('ca.crt') }
  const good = await simulateClient({ ...task, url: new URL(`https://localhost:${door?.port ?? 0}/`) })
  t.same(good.map(({ level, what }) => `${level} ${what}`), [
    'ok CERT', 'ok name', 'ok connection', 'ok handshake', 'ok server certificate', 'ok answer',
  ], good.map(sentence).join('\n'))
  const nobody = await simulateClient({ ...task, url: new URL('https://127.0.0.1:1/') })
  t.match(nobody.at(-1), { level: 'error', what: 'connection', remedy: /see whether the agent runs/ })
  const stranger = await simulateClient({ ...task, ca: null, url: new URL(`https://127.0.0.1:${door?.port ?? 0}/`) })
  t.match(stranger.find(({ what }) => what === 'server certificate'), { level: 'error', remedy: 'name the authority that issued it with --ca' })
})
