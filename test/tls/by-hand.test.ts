// The certificates of the tests can be made by hand: the recipe in certs-test/README.md gives files of the same kinds.

import { X509Certificate } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { derKind } from '../../src/x509/der-kind.ts'
import { isCertificateLabel, pemBlocks } from '../../src/x509/pem.ts'
import { certificateWeakness } from '../../src/x509/strength.ts'
import { validity } from '../../src/x509/validity.ts'
import { run } from '../support/child.ts'
import { skipWithout } from '../kea/installed.ts'
import { temporaryDirectory } from '../support/program.ts'

const readme = readFileSync(path.join(import.meta.dirname, '../../certs-test/README.md'), 'utf8')
const directory = temporaryDirectory(t)
await makeTestCertificates(directory, { everyKind: true })
const made = readdirSync(directory).sort()

/** What is special about a file, apart from keys, dates and numbers. */
function look(file: string): unknown {
  const content = readFileSync(file)
  const blocks = pemBlocks(content)
  if (blocks.length === 0) return derKind(content)
  return blocks.map(({ label, text }) => {
    if (!isCertificateLabel(label)) return `${label}${text.includes('Proc-Type') ? ', encrypted' : ''}`
    const certificate = new X509Certificate(text)
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    return {
      subject: certificate.subject,
      issuer: certificate.issuer,
      names: certificate.subjectAltName,
      ca: certificate.ca,
      usages: certificate.keyUsage,
      key: [asymmetricKeyType, asymmetricKeyDetails?.modulusLength, asymmetricKeyDetails?.namedCurve],
      weakness: certificateWeakness(certificate),
      validity: validity(certificate, Date.now()),
    }
  })
}

t.test('every file has its place in the tables', async (t) => {
  const named = new Set([...readme.matchAll(/`([\w.-]+)`/g)].map((match) => match[1] ?? ''))
  for (const file of made) t.ok(named.has(file) || named.has(file.replace(/\.(crt|key)$/, '')), file)
})

t.test('the recipe makes them all', { skip: skipWithout('openssl') }, async (t) => {
  const script = [...readme.matchAll(/^```sh\n([^]*?)^```$/gm)].map((match) => match[1] ?? '').join('')
  const scratch = temporaryDirectory(t)
  const { code, stderr } = await run('/bin/sh', ['-e', '-c', script], { cwd: scratch })
  t.equal(code, 0, stderr)
  for (const file of made) t.same(look(path.join(scratch, file)), look(path.join(directory, file)), file)
  t.same(pemBlocks(readFileSync(path.join(scratch, 'crl.pem'))).map(({ label }) => label), ['X509 CRL'])
})
