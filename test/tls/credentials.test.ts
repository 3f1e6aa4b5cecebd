// The files of a TLS configuration: every bad one with its sentence, all of them at once, and what is only a warning.

import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeAuthority, makeServer } from '../../certs-test/authority.ts'
import { day } from '../../certs-test/certificate.ts'
import type { TlsConfig } from '../../src/config/types.ts'
import { KeagateError } from '../../src/errors.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import type { TlsProblem } from '../../src/tls/files/diagnostics.ts'
import { TlsDiagnostics } from '../../src/tls/files/diagnostics.ts'
import { readPrivateKey } from '../../src/tls/files/private-key.ts'
import { asItsUser } from '../support/situation-server.ts'
import { clientIdentity, openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'
import { tlsFiles } from '../support/tls-files.ts'

const { directory, file, read, write, problems, warnings } = await tlsFiles(t)

const pair = (name: string): Partial<TlsConfig> => ({ certFile: file(`${name}.crt`), keyFile: file(`${name}.key`) })

t.test('good files of every form load without a word', (t) => {
  for (const name of ['server', 'server-rsa', 'server-ed25519', 'server-chain']) t.same(warnings(pair(name)), [], name)
  t.same(warnings({ keyFile: file('server-sec1.key') }), [])
  t.same(warnings({ certFile: file('server-rsa.crt'), keyFile: file('server-rsa-pkcs1.key') }), [])
  const both = write('both.pem', `# the agent's\r\n${read('server.key')}${read('server.crt').replaceAll('\n', '\r\n')}`)
  t.same(warnings({ certFile: both, keyFile: both }), [], 'one file for both, with comments and Windows line ends')
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n'
  const keyFile = write('parameters.key', parameters + read('server-sec1.key'))
  t.same(warnings({ keyFile }), [], 'as openssl ecparam -genkey writes it')
  t.end()
})

t.test('cert-file: each bad file has its sentence', (t) => {
  const rows: readonly (readonly [certFile: string, sentence: string])[] = [
    [
      'missing.crt',
      'cert-file DIR/missing.crt cannot be read: no such file or directory; put it there, or correct the name; see what is there with: ls -l DIR',
    ],
    ['.', 'cert-file DIR cannot be read: it is not a regular file; look at it with: ls -lL DIR'],
    [
      'server.der',
      'cert-file DIR/server.der is a DER file where PEM is needed; ' +
        'convert it with: openssl x509 -inform DER -in DIR/server.der -out DIR/server.der.pem',
    ],
    [
      path.basename(write('bundle.p12', '\x30\x82\x05\xaa\x02\x01\x03\x30')),
      'cert-file DIR/bundle.p12 is a PKCS#12 file where PEM is needed; ' +
        'convert it with: openssl pkcs12 -nokeys -in DIR/bundle.p12 -out DIR/bundle.p12.pem',
    ],
    [
      'server.key',
      'cert-file DIR/server.key holds a private key and no certificate; ' +
        'name the file with the certificate; cert-file and key-file may be swapped',
    ],
    [
      path.basename(write('empty.crt', '')),
      'cert-file DIR/empty.crt holds no certificate: it is empty; look at it with: head DIR/empty.crt',
    ],
    [
      path.basename(write('text.crt', 'hello\n')),
      'cert-file DIR/text.crt holds no certificate: it holds no PEM object; look at it with: head DIR/text.crt',
    ],
    [
      path.basename(write('cut.crt', read('server.crt').slice(0, 200))),
      'cert-file DIR/cut.crt holds no certificate: its PEM object is cut off; look at it with: head DIR/cut.crt',
    ],
    [
      path.basename(write('request.crt', read('server.crt').replaceAll('CERTIFICATE', 'CERTIFICATE REQUEST'))),
      'cert-file DIR/request.crt holds no certificate: it holds CERTIFICATE REQUEST; ' +
        'look at it with: head DIR/request.crt',
    ],
    [
      path.basename(write('damaged.crt', read('server.crt') + read('ca.crt').replace('MII', 'AAA'))),
      'certificate 2 of cert-file DIR/damaged.crt is damaged; ' +
        'look at it with: openssl storeutl -noout -text -certs DIR/damaged.crt',
    ],
    [
      path.basename(write("it's mine.crt", 'hello\n')),
      "cert-file DIR/it's mine.crt holds no certificate: it holds no PEM object; " +
        "look at it with: head 'DIR/it'\\''s mine.crt'",
    ],
  ]
  for (const [name, sentence] of rows) {
    t.same(problems({ certFile: path.join(directory, name) }), [`cert-file: ${sentence}`], name)
  }
  t.end()
})

t.test('key-file: each bad file has its sentence', (t) => {
  const encrypted = (name: string): string =>
    `key-file DIR/${name} is encrypted, and a daemon cannot ask for its passphrase; ` +
    'make an unencrypted copy that only the agent can read: ' +
    `(umask 077 && openssl pkey -in DIR/${name} -out DIR/${name}.plain)`
  const rows: readonly (readonly [keyFile: string, sentence: string])[] = [
    [
      'missing.key',
      'key-file DIR/missing.key cannot be read: no such file or directory; put it there, or correct the name; see what is there with: ls -l DIR',
    ],
    ['server-encrypted.key', encrypted('server-encrypted.key')],
    ['server-encrypted-sec1.key', encrypted('server-encrypted-sec1.key')],
    [
      'server-key.der',
      'key-file DIR/server-key.der is a DER file where PEM is needed; convert it with: ' +
        '(umask 077 && openssl pkey -inform DER -in DIR/server-key.der -out DIR/server-key.der.pem)',
    ],
    [
      'server.crt',
      'key-file DIR/server.crt holds a certificate and no private key; ' +
        'name the file with the private key; cert-file and key-file may be swapped',
    ],
    [
      path.basename(write('damaged.key', read('server.key').replace(/\n.{8}/, '\nAAAAAAAA'))),
      'the private key of key-file DIR/damaged.key is damaged or of an unknown kind (PRIVATE KEY); ' +
        'look at it with: openssl pkey -in DIR/damaged.key -noout -check',
    ],
    [
      'client.key',
      'key-file DIR/client.key does not belong to the certificate of cert-file DIR/server.crt; ' +
        'name the key that the certificate was issued for, or have one issued for this key; ' +
        'compare their public keys with: openssl pkey -in DIR/client.key -pubout; ' +
        'openssl x509 -in DIR/server.crt -noout -pubkey',
    ],
  ]
  for (const [name, sentence] of rows) {
    t.same(problems({ keyFile: file(name) }), [`key-file: ${sentence}`], name)
  }
  t.end()
})

t.test('weak keys and signatures, and a chain in the wrong order, are refused', (t) => {
  const show = (name: string): string =>
    `have a new one issued; look at it with: openssl storeutl -noout -text -certs DIR/${name}`
  const name = 'O=keagate test, CN=localhost'
  t.same(problems(pair('server-rsa-1024')), [
    'key-file: key-file DIR/server-rsa-1024.key is an RSA key of 1024 bits where at least 2048 are needed; ' +
      'make a new key and have its certificate issued',
    `cert-file: certificate 1 of cert-file DIR/server-rsa-1024.crt (${name}) has an RSA key of 1024 bits ` +
      `where at least 2048 are needed; ${show('server-rsa-1024.crt')}`,
  ])
  t.match(problems(pair('server-ec-224')), [/is an EC key of 224 bits where at least 256/, /has an EC key of 224 bits/])
  t.same(problems(pair('server-sha1')), [
    `cert-file: certificate 1 of cert-file DIR/server-sha1.crt (${name}) is signed with SHA-1, which can be forged; ` +
      show('server-sha1.crt'),
  ])
  t.same(problems(pair('server-wrong-order')), [
    'cert-file: the first certificate of cert-file DIR/server-wrong-order.crt is O=keagate test, ' +
      'CN=keagate test server CA, but number 2 is the one that fits key-file DIR/server-wrong-order.key; ' +
      'put the certificate of the key first and the chain after it',
  ])
  t.end()
})

t.test('all problems are told at once, as one error with one line each', (t) => {
  const overrides = {
    trustAnchor: file('missing'),
    certFile: file('server.der'),
    keyFile: file('server-encrypted.key'),
    minVersion: '1.3',
    maxVersion: '1.2',
    ciphers: 'NONE-SUCH',
    groups: 'P-1',
  } as const
  t.same(
    problems(overrides).map((line) => line.replace(/:.*/, '')),
    ['trust-anchor', 'cert-file', 'key-file', 'min-version', 'ciphers', 'groups'],
  )
  const error = t.throws(() => loadCredentials(tlsConfig(directory, overrides)))
  if (!(error instanceof KeagateError)) return t.end()
  t.equal(error.code, 'TLS_UNUSABLE')
  t.equal(error.message.split('\n').length, 6)
  t.notMatch(error.message, /BEGIN|MII/, 'nothing of the files themselves')
  t.end()
})

t.test('what the old agent starts with is a warning: dates, usage, order, an open key', async (t) => {
  const expired = /^certificate 1 of cert-file DIR\/server-expired\.crt \(.*CN=localhost\) expired on .* UTC; renew it$/
  t.match(warnings(pair('server-expired')), [expired])
  const early = /^certificate 1 of .* is not valid before .* UTC; most likely the clock of this machine is wrong; look at it with: date -u$/
  t.match(warnings(pair('server-not-yet-valid')), [early])
  t.match(warnings(pair('server-client-usage')), [/not made for servers, so clients will refuse it; .* serverAuth; /])
  const unrelated = write('unrelated.crt', read('server.crt') + read('foreign-ca.crt'))
  t.match(warnings({ certFile: unrelated }), [/^certificate 1 of .* was not issued by the one after it; /])
  copyFileSync(file('server.key'), file('open.key'))
  chmodSync(file('open.key'), 0o644)
  t.same(warnings({ keyFile: file('open.key') }), [
    'key-file DIR/open.key is open to every user of this machine; restrict it with: chmod o= DIR/open.key',
  ])
  chmodSync(file('open.key'), 0o640)
  t.same(warnings({ keyFile: file('open.key') }), [], 'its group may read it')
  const inAMonth = loadCredentials(tlsConfig(directory), Date.now() + 31 * day).warnings
  t.match(inAMonth, [/^certificate .* of trust-anchor .* expired on .*, so clients/, /^certificate 1 of cert-file/])
  const door = await openTlsDoor(t, tlsConfig(directory, { ...pair('server-expired'), certRequired: false }))
  t.match(await visit(door.port), { said: 'connected' }, 'and it serves')
})

t.test('ciphers and groups that the library does not have are named', (t) => {
  const rows: readonly (readonly [Partial<TlsConfig>, RegExp | null])[] = [
    [{ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' }, null],
    [{ ciphers: 'HIGH:!RSA:@STRENGTH' }, null],
    [{ ciphers: 'TLS_AES_128_GCM_SHA256' }, null],
    [{ ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256:AES128-GCM-SHA265' }, /ciphers names "AES128-GCM-SHA265"/],
    [{ ciphers: 'TLS_AES_128_GCM_SHA265' }, /"TLS_AES_128_GCM_SHA265", which OpenSSL 3\S+ does not know under/],
    [{ ciphers: 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256' }, /use OpenSSL's own names, .*: openssl ciphers -stdname$/],
    [{ ciphers: 'NULL-SHA256:@SECLEVEL=0' }, /ciphers "NULL-SHA256:@SECLEVEL=0" leaves no cipher that encrypts and/],
    [{ ciphers: 'aNULL:@SECLEVEL=0' }, /leaves no cipher that encrypts and authenticates/],
    [{ groups: 'P-384:X25519' }, null],
    [{ groups: 'P-384:X25591' }, /groups names "X25591", which OpenSSL 3\S+ cannot do; write the names/],
    [{ minVersion: '1.3', maxVersion: '1.2' }, /min-version 1\.3 is above max-version 1\.2/],
  ]
  for (const [overrides, sentence] of rows) {
    const found = problems(overrides)
    if (sentence === null) t.same(found, [], JSON.stringify(overrides))
    else t.match(found, [sentence], JSON.stringify(overrides))
    t.ok(found.length <= 1)
  }
  t.end()
})

t.test('a file that may not be read is named with the user that tried', { skip: process.getuid?.() === 0 }, (t) => {
  const closed = write('closed.key', read('server.key'))
  chmodSync(closed, 0)
  t.match(problems({ keyFile: closed }), [/cannot be read: permission denied for user \S+; let /])
  t.end()
})

t.test("the agent's own file that it may not read: the command that is named lets it", { skip: process.getuid?.() !== 0 }, (t) => {
  const own = path.join(scratchDirectory(t), 'own.key')
  chmodSync(path.dirname(own), 0o755)
  writeFileSync(own, read('server.key'), { mode: 0o040 })
  chownSync(own, 65_534, 65_534)
  const reading = (): TlsDiagnostics => {
    const diagnostics = new TlsDiagnostics()
    asItsUser({ unprivileged: true }, () => readPrivateKey(own, diagnostics))
    return diagnostics
  }
  const [problem] = reading().problems
  t.match(problem, { text: /permission denied for user nobody/, remedy: `let its owner read it with: chmod u+r ${own}` })
  execFileSync('sh', ['-c', /with: (.*)$/.exec(problem?.remedy ?? '')?.[1] ?? 'false'])
  t.same(reading().problems, [])
  t.end()
})

t.test('a file behind a closed folder: the command that is named lets the agent in, also where a link leads there', {
  skip: process.getuid?.() !== 0,
}, (t) => {
  const [root, daemon, nobody] = [0, 1, 65_534]
  for (const [owner, group, who] of [[root, daemon, 'o'], [root, root, 'g'], [nobody, daemon, 'u']] as const) {
    const open = scratchDirectory(t)
    const closed = path.join(open, 'closed')
    mkdirSync(closed)
    writeFileSync(path.join(closed, 'server.key'), read('server.key'), { mode: 0o644 })
    symlinkSync(path.join('closed', 'server.key'), path.join(open, 'linked.key'))
    chmodSync(open, 0o755)
    chmodSync(closed, 0o600)
    chownSync(closed, owner, group)
    for (const name of ['closed/server.key', 'linked.key']) {
      const problems = (): readonly TlsProblem[] => {
        const diagnostics = new TlsDiagnostics()
        // Its group is still that of root.
        asItsUser({ unprivileged: true }, () => readPrivateKey(path.join(open, name), diagnostics))
        return diagnostics.problems
      }
      const command = `chmod ${who}+x ${closed}`
      t.match(problems(), [{ remedy: `let the agent's user into the folder with: ${command}` }], name)
      execFileSync('sh', ['-c', command])
      t.same(problems(), [], `${name}: the command, run`)
      chmodSync(closed, 0o600)
    }
  }
  t.end()
})

t.test('ciphers must go with the kind of the key, where TLS 1.2 is spoken', async (t) => {
  const forRsa = 'ECDHE-RSA-AES256-GCM-SHA384'
  t.match(warnings({ ciphers: forRsa }), [/^ciphers names none for TLS 1\.2 that works with the EC key of .*, so clients without TLS 1\.3 are/])
  t.match(problems({ ciphers: forRsa, maxVersion: '1.2' }), [/so no client could connect; add one such as ECDHE-ECDSA-/])
  t.same(warnings({ ciphers: forRsa, minVersion: '1.3' }), [])
  t.same(warnings({ ciphers: 'HIGH:!aNULL', maxVersion: '1.2' }), [], 'who knows what an expression holds')
  t.same(warnings({ ...pair('server-rsa'), ciphers: forRsa, maxVersion: '1.2' }), [])
  t.match(problems({ ...pair('server-rsa'), ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-PSK-CHACHA20-POLY1305', maxVersion: '1.2' }), [
    /works with the RSA key of .*add one such as ECDHE-RSA-/,
  ])
  const finite = { ...pair('server-rsa'), ciphers: 'DHE-RSA-AES256-GCM-SHA384', maxVersion: '1.2' as const }
  const { port } = await openTlsDoor(t, tlsConfig(directory, finite))
  t.equal((await visit(port, clientIdentity(directory, 'client'))).said, 'connected', 'DHE, which needs parameters')
})

t.test('an intermediate certificate that is missing is named where the trust anchor shows that it is one', async (t) => {
  const root = await makeAuthority('root')
  const intermediate = await makeAuthority('intermediate', root)
  const server = await makeServer(intermediate)
  const keyFile = write('below.key', server.key)
  const said = (certificates: readonly string[], trusted: readonly string[]): readonly string[] =>
    warnings({
      keyFile, certFile: write('below.crt', certificates.join('')), trustAnchor: write('above.crt', trusted.join('')),
    })
  const [leaf, middle, top] = [server.certificate, intermediate.certificate, root.certificate]
  const missing = [
    'the chain in cert-file DIR/below.crt ends below O=keagate test, CN=intermediate, which is no root, so clients ' +
      'that know only the root refuse it; append the intermediate certificate to the file: that of O=keagate test, CN=intermediate ' +
      'from the trust-anchor',
  ]
  t.same(said([leaf], [middle, top]), missing)
  t.same(said([leaf], [middle]).slice(1), missing, 'the anchor lacks its root as well')
  t.same(said([leaf, middle], [middle, top]), [])
  t.same(said([leaf, middle], [top]), [])
  t.same(said([leaf, middle, top], [top]), [])
  t.same(said([leaf], [top]), [], 'its issuer may be a root')
  const another = await makeAuthority('intermediate', root)
  t.same(said([leaf], [another.certificate, top]), [], 'the same name with another key')
  const direct = await makeServer(root)
  const files = { certFile: write('direct.crt', direct.certificate), keyFile: write('direct.key', direct.key) }
  t.same(warnings({ ...files, trustAnchor: write('above.crt', middle + top) }), [], 'issued by the root itself')
})

t.test('a server certificate of another authority than the trust anchor is fine', async (t) => {
  const other = await makeServer(await makeAuthority('public CA'))
  const certFile = write('public.crt', other.certificate)
  t.same(warnings({ certFile, keyFile: write('public.key', other.key) }), [])
})
