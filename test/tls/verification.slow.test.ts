// Every finding of OpenSSL's verification is told in words, and those that Node has no code for are told apart.

import { X509Certificate } from 'node:crypto'
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { TLSSocket } from 'node:tls'
import t from 'tap'
import { makeServer } from '../../certs-test/authority.ts'
import { explainServer } from '../../src/doctor/handshake.ts'
import { diagnoseDaemonCertificate } from '../../src/tls/diagnosis/daemon.ts'
import { diagnosePeer } from '../../src/tls/diagnosis/peer.ts'
import { verificationCode } from '../../src/tls/diagnosis/verification.ts'
import { skipWithout } from '../kea/installed.ts'
import { startProgram, temporaryDirectory } from '../support/program.ts'
import { visit } from '../support/tls-server.ts'

/** The texts of OpenSSL 3 for numbers that Node has no code for (crypto/x509/x509_txt.c). */
const texts = `unspecified certificate verification error
issuer certificate doesn't have a public key
subject issuer mismatch
authority and subject key identifier mismatch
authority and issuer serial number mismatch
key usage does not include certificate signing
unable to get CRL issuer certificate
unhandled critical extension
key usage does not include CRL signing
unhandled critical CRL extension
invalid non-CA certificate (has CA markings)
proxy path length constraint exceeded
key usage does not include digital signature
proxy certificates not allowed, please set the appropriate flag
invalid or inconsistent certificate extension
invalid or inconsistent certificate policy extension
no explicit policy
different CRL scope
unsupported extension feature
RFC 3779 resource not subset of parent's resources
permitted subtree violation
excluded subtree violation
name constraints minimum and maximum not supported
application verification failure
unsupported name constraint type
unsupported or invalid name constraint syntax
unsupported or invalid name syntax
CRL path validation error
path loop
Suite B: certificate version invalid
Suite B: invalid public key algorithm
Suite B: invalid ECC curve
Suite B: invalid signature algorithm
Suite B: curve not allowed for this LOS
Suite B: cannot sign P-384 with P-256
email address mismatch
IP address mismatch
no matching DANE TLSA records
EE certificate key too weak
CA certificate key too weak
CA signature digest algorithm too weak
invalid certificate verification context
issuer certificate lookup error
Certificate Transparency required, but no valid SCTs found
proxy subject name violation
OCSP verification needed
OCSP verification failed
OCSP unknown cert
Cannot find certificate signature algorithm
subject signature algorithm and issuer public key algorithm mismatch
cert info signature and signature algorithm mismatch
Path length invalid for non-CA cert
Path length given without key usage keyCertSign
Key usage keyCertSign invalid for non-CA cert
Issuer name empty
Subject name empty
Missing Authority Key Identifier
Missing Subject Key Identifier
Empty Subject Alternative Name extension
Subject empty and Subject Alt Name extension not critical
Basic Constraints of CA cert not marked critical
Authority Key Identifier marked critical
Subject Key Identifier marked critical
CA cert does not include key usage extension
Using cert extension requires at least X509v3
Certificate public key has explicit ECC parameters`.split('\n')

/** The codes of Node that stand for the certificate and have no sentence of their own elsewhere. */
const codes = [
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'UNABLE_TO_DECRYPT_CERT_SIGNATURE', 'UNABLE_TO_DECRYPT_CRL_SIGNATURE',
  'CRL_SIGNATURE_FAILURE', 'ERROR_IN_CERT_NOT_BEFORE_FIELD', 'ERROR_IN_CERT_NOT_AFTER_FIELD', 'CERT_REJECTED', 'OUT_OF_MEM',
]

t.test('each has words of its own, for clients, daemons and the doctor', async (t) => {
  const certificate = new X509Certificate((await makeServer(undefined)).certificate)
  for (const code of [...texts, ...codes]) {
    const daemon = diagnoseDaemonCertificate(code, certificate, { name: 'localhost', ownCertificate: false })
    for (const { reason, remedy } of [diagnosePeer(code, certificate), daemon]) {
      t.notMatch(reason, /cannot be accepted|UNSPECIFIED/, code)
      t.notMatch(reason, code, 'our own words')
      t.not(remedy, '', code)
    }
    t.notMatch(explainServer(certificate, 'localhost', code, certificate).text, /is not trusted by this client/, code)
  }
  t.match(diagnosePeer('a new finding', certificate).reason, /cannot be accepted \(a new finding\)/)
})

t.test('where the library does not give its text, its code is told', async (t) => {
  const socket = (handle: unknown): TLSSocket => ({ authorizationError: 'UNSPECIFIED', _handle: handle }) as never
  const throwing = { verifyError: (): Error => new Error('excluded subtree violation') }
  t.equal(verificationCode(socket(throwing)), 'excluded subtree violation')
  for (const handle of [null, undefined, {}, { verifyError: 1 }, { verifyError: () => null }]) {
    t.equal(verificationCode(socket(handle)), 'UNSPECIFIED')
  }
  t.equal(verificationCode({ authorizationError: 'CERT_UNTRUSTED' } as never), 'CERT_UNTRUSTED')
})

const recipe = `
ca() { openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout $1.key -out $1.crt -days 2 -subj "/CN=$1" \
  -addext 'keyUsage=critical,keyCertSign' -addext "$2"; }
leaf() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -keyout $1.key -out $1.csr -subj "/CN=$1"
  printf '%b' "$3" >$1.ext; openssl x509 -req -in $1.csr -CA $2.crt -CAkey $2.key -days 2 -extfile $1.ext -out $1.crt; }
ca narrow 'nameConstraints=critical,permitted;DNS:inside.example'
ca excluding 'nameConstraints=critical,excluded;DNS:inside.example'
ca plain 'subjectKeyIdentifier=hash'
leaf outside narrow 'subjectAltName=DNS:other.example'
leaf excluded excluding 'subjectAltName=DNS:a.inside.example'
leaf critical plain '1.2.3.4=critical,ASN1:UTF8String:x'
leaf server plain 'subjectAltName=DNS:localhost,IP:127.0.0.1'
cat narrow.crt excluding.crt plain.crt >anchors.crt`

t.test('a client is told of name constraints and unknown critical extensions', { skip: skipWithout('openssl') }, async (t) => {
  const directory = temporaryDirectory(t)
  execFileSync('sh', ['-ec', recipe], { cwd: directory, stdio: 'ignore' })
  const file = (name: string): string => path.join(directory, name)
  const program = await startProgram(t, {
    'trust-anchor': file('anchors.crt'), 'cert-file': file('server.crt'), 'key-file': file('server.key'),
  })
  for (const [name, words] of [
    ['outside', 'has a name that the name constraints of its CA do not permit (issuer: CN=narrow)'],
    ['excluded', 'has a name that the name constraints of its CA exclude (issuer: CN=excluding)'],
    ['critical', 'has a critical extension that OpenSSL does not know (issuer: CN=plain)'],
  ] as const) {
    const identity = { cert: readFileSync(file(`${name}.crt`)), key: readFileSync(file(`${name}.key`)) }
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      const { said } = await visit(program.port, { ...identity, maxVersion })
      t.match(said, `the client certificate, or a CA above it, ${words}`, `${name} ${maxVersion}`)
    }
    await program.waitFor(new RegExp(words.replace(/[()]/g, '\\$&')))
  }
  t.notMatch(program.output(), /UNSPECIFIED/)
})
