// The trust anchor: a file, a directory with hash links, a directory without; whom each of them lets in.

import { appendFileSync, chmodSync, copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeClient } from '../../certs-test/authority.ts'
import { makeIdentity } from '../../certs-test/certificate.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import { clientIdentity, openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'
import { tlsFiles } from '../support/tls-files.ts'

const { directory, file, read, write, problems, warnings } = await tlsFiles(t)

t.test('trust-anchor file: all of its certificates count, one that holds none is refused', async (t) => {
  const anchor = write('two.crt', `Some text\n${read('foreign-ca.crt')}\nmore text\n${read('ca.crt')}${read('ca.crt')}`)
  const door = await openTlsDoor(t, tlsConfig(directory, { trustAnchor: anchor }))
  for (const name of ['client', 'client-foreign']) {
    t.equal((await visit(door.port, clientIdentity(directory, name))).said, 'connected', name)
  }
  t.equal(loadCredentials(tlsConfig(directory, { trustAnchor: anchor })).options.ca?.length, 2, 'each once')
  const rows: readonly (readonly [string, string])[] = [
    [
      'missing',
      'trust-anchor DIR/missing cannot be read: no such file or directory; ' +
        'put it there, or correct the name; see what is there with: ls -l DIR',
    ],
    [
      'server.der',
      'trust-anchor DIR/server.der is a DER file where PEM is needed; ' +
        'convert it with: openssl x509 -inform DER -in DIR/server.der -out DIR/server.der.pem',
    ],
    [
      'server.key',
      'trust-anchor DIR/server.key holds no certificate: it holds PRIVATE KEY; look at it with: head DIR/server.key',
    ],
    [
      path.basename(write('bad-ca.crt', read('ca.crt').replace('MII', 'AAA'))),
      'trust-anchor DIR/bad-ca.crt has a damaged certificate (number 1); ' +
        'look at it with: openssl storeutl -noout -text -certs DIR/bad-ca.crt',
    ],
  ]
  for (const [name, sentence] of rows) {
    t.same(problems({ trustAnchor: file(name) }), [`trust-anchor: ${sentence}`], name)
  }
  t.match(warnings({ trustAnchor: file('intermediate-ca.crt') }), [/holds .*intermediate CA, an intermediate CA, without the root above it/])
  t.match(warnings({ trustAnchor: file('client-self-signed.crt') }), [/holds no CA certificate, so nothing but these/])
})

t.test('trust-anchor directory with hash links: only what they name counts', async (t) => {
  const anchor = path.join(scratchDirectory(t), 'hashed')
  mkdirSync(anchor)
  copyFileSync(file('ca.crt'), path.join(anchor, 'ca.pem'))
  copyFileSync(file('foreign-ca.crt'), path.join(anchor, 'foreign.pem'))
  symlinkSync('ca.pem', path.join(anchor, '0123abcd.0'))
  const door = await openTlsDoor(t, tlsConfig(directory, { trustAnchor: anchor }))
  t.equal((await visit(door.port, clientIdentity(directory, 'client'))).said, 'connected')
  t.equal((await visit(door.port, clientIdentity(directory, 'client-foreign'))).said, 'refused')

  symlinkSync('nowhere', path.join(anchor, '89abcdef.0'))
  t.match(warnings({ trustAnchor: anchor }), [
    /89abcdef\.0 is ignored: it cannot be read: no such file or directory; /,
    /foreign\.pem \(.*CN=foreign CA\) does not count, because no hash link leads to it; renew the links with: openssl rehash /,
  ])
  renameSync(path.join(anchor, 'ca.pem'), path.join(anchor, 'gone'))
  t.match(problems({ trustAnchor: anchor }), [/hashed is a directory without a usable certificate; .* openssl rehash /])
})

t.test('trust-anchor directory without hash links: every certificate below it counts', async (t) => {
  const anchor = path.join(scratchDirectory(t), 'plain')
  mkdirSync(path.join(anchor, 'deep', 'deeper'), { recursive: true })
  copyFileSync(file('ca.crt'), path.join(anchor, 'deep', 'deeper', 'ca'))
  copyFileSync(file('foreign-ca.crt'), path.join(anchor, 'foreign.pem'))
  writeFileSync(path.join(anchor, 'README'), 'the CAs of the house\n')
  symlinkSync('..', path.join(anchor, 'deep', 'circle'))
  symlinkSync('nowhere', path.join(anchor, 'dangling'))
  symlinkSync('itself', path.join(anchor, 'itself'))
  t.same(warnings({ trustAnchor: anchor }), [], 'other files are no reason for a word')
  const door = await openTlsDoor(t, tlsConfig(directory, { trustAnchor: anchor }))
  for (const name of ['client', 'client-foreign']) {
    t.equal((await visit(door.port, clientIdentity(directory, name))).said, 'connected', name)
  }
  appendFileSync(path.join(anchor, 'bad.crt'), read('ca.crt').replace('MII', 'AAA'))
  copyFileSync(file('server.der'), path.join(anchor, 'server.der'))
  const ignored = [/bad\.crt is ignored: it has a damaged/, /server\.der is ignored: it is a DER file/]
  t.match(warnings({ trustAnchor: anchor }), ignored)
  t.equal(warnings({ trustAnchor: anchor }).length, 2, 'each once, although links lead in a circle')
  const nothing = /is a directory without a usable certificate; put the certificates of the CAs there as PEM files$/
  t.match(problems({ trustAnchor: scratchDirectory(t) }), [nothing])
})

t.test('a directory that is much more than one of certificates is refused before it takes long', (t) => {
  const remedy = 'name a directory that holds CA certificates and nothing else'
  const many = path.join(scratchDirectory(t), 'many')
  for (let i = 0; i <= 1000; i++) mkdirSync(path.join(many, String(i)), { recursive: true })
  const large = path.join(scratchDirectory(t), 'large')
  mkdirSync(large)
  for (let i = 0; i < 5; i++) writeFileSync(path.join(large, String(i)), Buffer.alloc(1024 * 1024))
  for (const [anchor, most] of [[many, '1000 files'], [large, '4194304 bytes in the files']] as const) {
    const message = `trust-anchor ${anchor} has more than ${most} below it; ${remedy}`
    t.throws(() => loadCredentials(tlsConfig(directory, { trustAnchor: anchor })), { message })
  }
  t.end()
})

t.test('a CA too weak to be relied on is named before its clients are refused', async (t) => {
  const weak = await makeIdentity({ commonName: 'weak CA', ca: true, key: 'RSA-1024' })
  const client = await makeClient(weak)
  const trustAnchor = write('weak-ca.crt', weak.certificate)
  t.match(warnings({ trustAnchor }), [/certificate .*CN=weak CA of trust-anchor .* RSA key of 1024 bits .* refused/])
  const door = await openTlsDoor(t, tlsConfig(directory, { trustAnchor }))
  t.equal((await visit(door.port, { cert: client.certificate, key: client.key })).said, 'refused')
  t.match(await door.next(), { kind: 'refused', diagnosis: { reason: /or a CA above it, has a CA with a key that is too weak/ } })
})

const root = process.getuid?.() === 0 && 'root may read everything'

t.test('a directory that may not be read is an error, one below it is skipped with a word', { skip: root }, (t) => {
  const anchor = path.join(scratchDirectory(t), 'closed')
  mkdirSync(path.join(anchor, 'private'), { recursive: true })
  copyFileSync(file('ca.crt'), path.join(anchor, 'ca.crt'))
  chmodSync(path.join(anchor, 'private'), 0)
  t.match(warnings({ trustAnchor: anchor }), [/private is ignored: it cannot be read: permission denied for/])
  chmodSync(anchor, 0)
  t.match(problems({ trustAnchor: anchor }), [/closed cannot be read: permission denied for user \S+; look at/])
  chmodSync(anchor, 0o700)
  chmodSync(path.join(anchor, 'private'), 0o700)
  t.end()
})
