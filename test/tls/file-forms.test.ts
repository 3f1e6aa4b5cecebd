// TLS files in a form that OpenSSL takes as it is, and in forms that it does not take: each of these is named with the
// command that converts it, which is run here on that very file; what comes of it is then used.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import t from 'tap'
import { makeRevocationList } from '../../certs-test/revocation-list.ts'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import { skipWithout } from '../kea/installed.ts'
import { clientIdentity, openTlsDoor, tlsConfig, visit } from '../support/tls-server.ts'
import { tlsFiles } from '../support/tls-files.ts'

const { directory, file, read, write, problems, warnings } = await tlsFiles(t)
const skip = skipWithout('openssl')
const authority = await makeAuthority('keagate test CA')
write('ca.crt', authority.certificate)
write('ca.crl', await makeRevocationList(authority))
for (const [name, { certificate, key }] of [
  ['server', await makeServer(authority)],
  ['client', await makeClient(authority)],
] as const) {
  write(`${name}.crt`, certificate)
  write(`${name}.key`, key)
}
const mark = '\xef\xbb\xbf'

/** Runs a line of a shell in the folder of the files, without a terminal; what is typed comes from `typed`. */
function shell(line: string, typed = ''): void {
  execFileSync('setsid', ['sh', '-c', line], { cwd: directory, input: typed, stdio: ['pipe', 'ignore', 'pipe'] })
}

t.test('a byte order mark before any PEM object is skipped', async (t) => {
  const marked = (content: string): string => content.replaceAll('-----BEGIN', `${mark}-----BEGIN`)
  const overrides: Partial<TlsConfig> = {
    certFile: write('marked.crt', marked(read('server.crt') + read('ca.crt'))),
    keyFile: write('marked.key', marked(read('server.key'))),
    trustAnchor: write('marked-ca.crt', marked(read('foreign-ca.crt') + read('ca.crt'))),
    crlFile: write('marked.crl', marked(read('ca.crl'))),
  }
  t.same(problems(overrides), [])
  const door = await openTlsDoor(t, tlsConfig(directory, overrides))
  t.equal((await visit(door.port, clientIdentity(directory, 'client'))).said, 'connected')
})

interface Form {
  readonly name: string
  /** Makes `form` from the good files. */
  readonly make: string
  readonly keyword: 'certFile' | 'keyFile' | 'trustAnchor' | 'crlFile'
  readonly said: RegExp
  readonly typed?: string
  /** What else is there, so that the result can be used. */
  readonly beside?: Partial<TlsConfig>
  /** The result takes the place of the file. */
  readonly inPlace?: boolean
}

const rsa = { certFile: file('server-rsa.crt') }
const forms: readonly Form[] = [
  {
    name: 'DER certificate', keyword: 'certFile', said: /is a DER file/,
    make: 'openssl x509 -in server.crt -outform DER -out form',
  },
  {
    name: 'DER trust anchor', keyword: 'trustAnchor', said: /is a DER file/,
    make: 'openssl x509 -in ca.crt -outform DER -out form',
  },
  {
    name: 'PEM .p7b', keyword: 'certFile', said: /is a PKCS#7 file/,
    make: 'openssl crl2pkcs7 -nocrl -certfile server.crt -out form',
  },
  {
    name: 'DER .p7b', keyword: 'certFile', said: /is a PKCS#7 file/,
    make: 'openssl crl2pkcs7 -nocrl -certfile server.crt -outform DER -out form',
  },
  {
    name: 'PEM .p7b trust anchor', keyword: 'trustAnchor', said: /is a PKCS#7 file/,
    make: 'openssl crl2pkcs7 -nocrl -certfile ca.crt -certfile foreign-ca.crt -out form',
  },
  {
    name: 'DER .p7b trust anchor', keyword: 'trustAnchor', said: /is a PKCS#7 file/,
    make: 'openssl crl2pkcs7 -nocrl -certfile ca.crt -outform DER -out form',
  },
  {
    name: 'DER .p7b of revocation lists', keyword: 'crlFile', said: /is a PKCS#7 file/,
    make: 'openssl crl2pkcs7 -in ca.crl -outform DER -out form',
  },
  {
    name: 'PEM .p7b of revocation lists', keyword: 'crlFile', said: /is a PKCS#7 file/,
    make: 'openssl crl2pkcs7 -in ca.crl -out form',
  },
  {
    name: 'DER revocation list', keyword: 'crlFile', said: /is a DER file/,
    make: 'openssl crl -in ca.crl -outform DER -out form',
  },
  {
    name: 'DER key, PKCS#8', keyword: 'keyFile', said: /is a DER file/,
    make: 'openssl pkcs8 -topk8 -nocrypt -in server.key -outform DER -out form',
  },
  {
    name: 'DER key, SEC1', keyword: 'keyFile', said: /is a DER file/,
    make: 'openssl ec -in server.key -outform DER -out form',
  },
  {
    name: 'DER key, SEC1 without its public key', keyword: 'keyFile', said: /is a DER file/,
    make: 'openssl ec -in server.key -no_public -outform DER -out form',
  },
  {
    name: 'DER key, PKCS#1', keyword: 'keyFile', said: /is a DER file/, beside: rsa,
    make: 'openssl rsa -traditional -in server-rsa.key -outform DER -out form',
  },
  {
    name: 'DER key, Ed25519', make: 'openssl pkey -in server-ed25519.key -outform DER -out form', keyword: 'keyFile',
    said: /is a DER file/, beside: { certFile: file('server-ed25519.crt') },
  },
  {
    name: 'DER key, encrypted', make: 'openssl pkcs8 -topk8 -in server.key -passout pass:secret -outform DER -out form',
    keyword: 'keyFile', said: /is a DER file/, typed: 'secret\n',
  },
  {
    name: 'PEM key, encrypted', make: 'openssl pkcs8 -topk8 -in server.key -passout pass:secret -out form',
    keyword: 'keyFile', said: /is encrypted/, typed: 'secret\n',
  },
  {
    name: 'PKCS#12 as key', make: 'openssl pkcs12 -export -in server.crt -inkey server.key -passout pass:secret -out form',
    keyword: 'keyFile', said: /is a PKCS#12 file/, typed: 'secret\n',
  },
  {
    name: 'PKCS#12 as certificate', make: 'openssl pkcs12 -export -in server.crt -inkey server.key -passout pass:secret -out form',
    keyword: 'certFile', said: /is a PKCS#12 file/, typed: 'secret\n',
  },
  {
    name: 'PKCS#12 with the cipher of old programs', keyword: 'certFile', said: /is a PKCS#12 file/, typed: 'secret\n',
    make: 'openssl pkcs12 -legacy -export -in server.crt -inkey server.key -passout pass:secret -out form',
  },
  {
    name: 'UTF-16 as Windows writes it', keyword: 'certFile', said: /is text in UTF-16/,
    make: "(printf '\\377\\376'; iconv -f UTF-8 -t UTF-16LE server.crt) >form",
  },
  {
    name: 'UTF-16 key', keyword: 'keyFile', said: /is text in UTF-16/,
    make: "(printf '\\377\\376'; iconv -f UTF-8 -t UTF-16LE server.key) >form",
  },
  {
    name: 'certificates on one line', make: "(printf %s \"$(cat server.crt)\"; cat ca.crt) >form", keyword: 'certFile',
    said: /lacks a line end between two PEM objects/, inPlace: true,
  },
  {
    name: 'trust anchors on one line', keyword: 'trustAnchor',
    make: "(printf %s \"$(cat ca.crt)\"; cat foreign-ca.crt) >form",
    said: /lacks a line end between two PEM objects/, inPlace: true,
  },
  {
    name: 'certificate and key on one line', keyword: 'keyFile',
    make: "(printf %s \"$(cat server.crt)\"; cat server.key) >form",
    said: /lacks a line end between two PEM objects/, inPlace: true,
  },
  {
    name: 'revocation lists on one line', make: "(printf %s \"$(cat ca.crl)\"; cat ca.crl) >form", keyword: 'crlFile',
    said: /lacks a line end between two PEM objects/, inPlace: true,
  },
]

for (const { name, make, keyword, said, typed, beside, inPlace = false } of forms) {
  t.test(`${name}: named, and converted by the command that is named`, { skip }, async (t) => {
    shell(`umask 077; rm -f form form.pem form.plain; ${make}`)
    const found = problems({ ...beside, [keyword]: file('form') })
    t.equal(found.length, 1, found.join('\n'))
    t.match(found[0], said)
    const command = /(?:with|read): (.*)$/.exec(found[0] ?? '')?.[1] ?? 'false'
    shell(command.replaceAll('DIR', directory), typed)
    const result = inPlace ? 'form' : (/form\.\w+/.exec(command)?.[0] ?? '')
    const mended = { ...beside, [keyword]: file(result) }
    t.same(problems(mended), [])
    t.same(warnings(mended).filter((line) => !line.includes('was not issued by')), [])
    const door = await openTlsDoor(t, tlsConfig(directory, mended))
    t.equal((await visit(door.port, clientIdentity(directory, 'client'))).said, 'connected')
  })
}

const ssh = skip === false && shellHas('ssh-keygen') ? false : 'ssh-keygen not installed'

function shellHas(program: string): boolean {
  try {
    shell(`command -v ${program}`)
    return true
  } catch {
    return false
  }
}

t.test("a key in OpenSSH's form: ECDSA and RSA are converted, with and without a passphrase", { skip: ssh }, async (t) => {
  for (const [kind, passphrase] of [['-t rsa -b 2048', ''], ['-t ecdsa -b 256', 'secret']] as const) {
    shell(`rm -f form form.pub form.pem; ssh-keygen -q ${kind} -N '${passphrase}' -f form`)
    const [sentence = ''] = problems({ keyFile: file('form') })
    t.match(sentence, /key-file DIR\/form is in OpenSSH's own form; convert a copy with: /)
    const command = /with: (.*)$/.exec(sentence)?.[1] ?? 'false'
    // ssh-keygen asks on the terminal, or a program that is named.
    writeFileSync(file('ask'), `#!/bin/sh\necho ${passphrase}\n`, { mode: 0o700 })
    const asking = `DISPLAY=:0 SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=${file('ask')}`
    shell(command.replaceAll('DIR', directory).replace('ssh-keygen', `${asking} ssh-keygen`))
    shell('openssl req -x509 -key form.pem -subj /CN=localhost -days 2 -addext subjectAltName=DNS:localhost -out form.crt')
    t.same(problems({ certFile: file('form.crt'), keyFile: file('form.pem') }), [])
  }
  shell("rm -f form form.pub; ssh-keygen -q -t ed25519 -N '' -f form")
  const [sentence = ''] = problems({ keyFile: file('form') })
  t.match(sentence, /OpenSSH's own form; make a new key with: .*; and have its certificate issued for it$/)
  t.same(problems(issuedFor('form.pem', sentence)), [])
})

t.test('a key on a curve that TLS clients do not take: the command that is named makes one that they take', { skip }, async (t) => {
  shell('openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:secp256k1 -out odd.key; chmod 600 odd.key')
  shell('openssl req -x509 -key odd.key -subj /CN=localhost -days 40 -out odd.crt')
  const [sentence = ''] = warnings({ certFile: file('odd.crt'), keyFile: file('odd.key') }).filter((line) => line.includes('curve'))
  t.match(sentence, /a key on the curve secp256k1, .*; and have its certificate issued$/)
  const mended = issuedFor('new.key', sentence.replace('; and', ' >new.key; and'))
  t.same([...problems(mended), ...warnings(mended)].filter((line) => line.includes('curve')), [])
})

/** Makes the key with the command of a sentence, as `name`, and a certificate for it. */
function issuedFor(name: string, sentence: string): Partial<TlsConfig> {
  const command = /with: (.*); and have/.exec(sentence)?.[1] ?? 'false'
  shell(`umask 077; ${command.replaceAll('DIR', directory)}`)
  shell(`openssl req -x509 -key ${name} -subj /CN=localhost -days 40 -addext subjectAltName=DNS:localhost -out ${name}.crt`)
  return { certFile: file(`${name}.crt`), keyFile: file(name) }
}

t.test('what is of another kind altogether is told as such', { skip }, async (t) => {
  shell('openssl x509 -in server.crt -outform DER -out cert.der; openssl pkey -in server.key -outform DER -out key.der')
  t.match(problems({ certFile: file('key.der') }), [
    /cert-file DIR\/key\.der holds no certificate: it is a binary file with a private key/,
  ])
  t.match(problems({ keyFile: file('cert.der') }), [
    /key-file DIR\/cert\.der holds no private key: it is a binary file with a certificate/,
  ])
  t.match(problems({ crlFile: file('cert.der') }), [/holds no revocation list: it is a binary file with a certificate/])
  t.match(problems({ trustAnchor: file('key.der') }), [/holds no certificate: it is a binary file with a private key/])
})
