// Certificates that are made to do harm: whoever sends one is refused like any other stranger, in a line of sane
// length.

import 'reflect-metadata'
import { X509Certificate } from 'node:crypto'
import { Extension } from '@peculiar/x509'
import fc from 'fast-check'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { makeKeyPair } from '../../certs-test/certificate.ts'
import type { Identity } from '../../certs-test/certificate.ts'
import { day, signCertificate } from '../../src/certs/certificate.ts'
import { MetricRegistry } from '../../src/metrics/registry.ts'
import { integerHex } from '../../src/x509/der.ts'
import { issuerName, certificateInfo, peerCertificate } from '../../src/x509/certificate-info.ts'
import { HandshakeLog } from '../../src/tls/server/handshake-log.ts'
import { certificateWeakness } from '../../src/x509/strength.ts'
import { recordingLog } from '../support/recording-server.ts'
import { openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
await makeTestCertificates(directory)

interface Hostile {
  readonly serial?: string
  readonly subject?: Identity['subject']
  readonly extensions?: Extension[]
}

/** Signed by itself, as anybody can. */
async function hostile({ serial = '01', subject = [{ CN: ['x'] }], extensions = [] }: Hostile): Promise<{ cert: string; key: string }> {
  const { publicKey, privateKey } = makeKeyPair('P-256')
  const notBefore = new Date(Date.now() - day)
  const notAfter = new Date(Date.now() + day)
  const request = { subject, publicKey, serial, notBefore, notAfter, extensions }
  const cert = await signCertificate(request, { name: subject, privateKey })
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

const bytes = (hex: string): Uint8Array<ArrayBuffer> => new Uint8Array(Buffer.from(hex, 'hex'))
const SUBJECT_ALT_NAME = '2.5.29.17'

const rows: Readonly<Record<string, Hostile>> = {
  'names that are no names': { extensions: [new Extension(SUBJECT_ALT_NAME, false, bytes('3003020101'))] },
  'names that are cut off': { extensions: [new Extension(SUBJECT_ALT_NAME, true, bytes('30'))] },
  'no names': { extensions: [new Extension(SUBJECT_ALT_NAME, false, bytes('3000'))] },
  'usages that are none': { extensions: [new Extension('2.5.29.15', true, bytes('ffff')), new Extension('2.5.29.37', true, bytes('0500'))] },
  'a critical extension that nobody knows': { extensions: [new Extension('1.2.3.4.5', true, bytes('0500'))] },
  'a serial number of 20 KB': { serial: '41'.repeat(20_000) },
  'a subject of 20 KB': { subject: Array.from({ length: 150 }, () => ({ OU: ['\r\n\u001b[2J'.padEnd(64, 'é')] })) },
  'an empty subject': { subject: [] },
}

for (const [what, request] of Object.entries(rows)) {
  t.test(`a client certificate with ${what} is refused, and told of in a short line`, async (t) => {
    const door = await openTlsDoor(t, tlsConfig(directory))
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      t.match(await visit(door.port, { ...(await hostile(request)), maxVersion }), { said: 'refused' })
      const verdict = await door.next()
      if (verdict.kind !== 'refused' || verdict.certificate === undefined) return t.fail(verdict.kind)
      const log = recordingLog()
      const report = new HandshakeLog(log, new MetricRegistry())
      t.teardown(() => report.close())
      report.refused({ remoteAddress: '192.0.2.1' }, verdict.diagnosis, certificateInfo(verdict.certificate))
      const { fields } = log.lines[0] ?? { fields: {} }
      const longest = Math.max(...Object.values(fields).map((value) => String(value).length))
      t.ok(longest < 700, `${longest} characters`)
    }
  })
}

t.test('whatever OpenSSL takes in as a certificate can be told of', async (t) => {
  const whole = new X509Certificate((await hostile({ extensions: [new Extension(SUBJECT_ALT_NAME, false, bytes('3003820178'))] })).cert).raw
  let read = 0
  const position = fc.nat(whole.length - 1)
  fc.assert(
    fc.property(
      fc.array(fc.tuple(position, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const der = Buffer.from(whole)
        for (const [at, value] of changes) der[at] = value
        let certificate
        try {
          certificate = new X509Certificate(der)
        } catch {
          return
        }
        read++
        certificateInfo(certificate)
        peerCertificate(certificate)
        issuerName(certificate)
        certificateWeakness(certificate)
      },
    ),
    { numRuns: 5000 },
  )
  t.ok(read > 500, `${read} could be read`)
})

t.test('serial numbers of revocation lists are spelled as those of certificates, also negative ones', (t) => {
  const spelled = (hex: string): string => {
    const content = Buffer.from(hex, 'hex')
    return integerHex(content, { tag: 2, from: 0, start: 0, end: content.length })
  }
  t.same(['4d', '00b3', 'b3', 'ff00', '8000', '00', ''].map(spelled), ['4D', 'B3', '-4D', '-0100', '-8000', '0', '0'])
  t.end()
})
