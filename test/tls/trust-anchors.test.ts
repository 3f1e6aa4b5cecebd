// Whether a client certificate that came in once leads to a CA that is trusted now: the same answer as OpenSSL has for
// a new connection.

import { X509Certificate } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { day, makeIdentity } from '../../certs-test/certificate.ts'
import type { Identity } from '../../certs-test/certificate.ts'
import { peerCertificate } from '../../src/x509/certificate-info.ts'
import { TrustAnchors } from '../../src/tls/server/trust-anchors.ts'
import { VerifiedPeer } from '../../src/tls/server/verified-peer.ts'
import { openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
const root = await makeAuthority('root')
const other = await makeAuthority('other')
const { keyPair } = root
const renewed = await makeIdentity({ commonName: 'root', ca: true, key: keyPair })
const replaced = await makeAuthority('root')
const ended = { notBefore: new Date(Date.now() - 2 * day), notAfter: new Date(Date.now() - day) }
const expired = await makeIdentity({ commonName: 'root', ca: true, key: keyPair, ...ended })
const crossed = await makeIdentity({ commonName: 'root', ca: true, key: keyPair }, other)
const upper = await makeAuthority('upper', root)
const lower = await makeAuthority('lower', upper)
const crossedUpper = await makeIdentity({ commonName: 'upper', ca: true, key: upper.keyPair }, other)
/** No CA, though it has a CA's name and key. */
const sham = await makeIdentity({ commonName: 'upper', key: upper.keyPair }, other)
const direct = await makeClient(root)
const below = await makeClient(upper)
const far = await makeClient(lower)
const alone = await makeClient(undefined)
const server = await makeServer(other)

const rows: readonly (readonly [
  what: string,
  client: Identity,
  sent: readonly Identity[],
  anchors: readonly Identity[],
  trusted: boolean,
])[] = [
  ['the CA that it had', direct, [], [root], true],
  ['the same among others', direct, [], [other, replaced, root], true],
  ['another CA', direct, [], [other], false],
  ['a new certificate of the same name and key', direct, [], [renewed], true],
  ['a new CA of the same name', direct, [], [replaced], false],
  ['one that has expired', direct, [], [expired], false],
  ['one that has expired, and its new certificate', direct, [], [expired, renewed], true],
  ['the same name and key, signed by another root', direct, [], [crossed, other], true],
  ['the same, without that root', direct, [], [crossed], false],
  ['the same, sent by the client', direct, [crossed], [other], true],
  ['an intermediate CA that was sent', below, [upper], [root], true],
  ['an intermediate CA that is trusted', below, [], [root, upper], true],
  ['an intermediate CA that is nowhere', below, [], [root], false],
  ['an intermediate CA without its root', below, [], [upper], false],
  ['an intermediate CA that was sent, and the new certificate of its root', below, [upper], [renewed], true],
  ['an intermediate CA that was sent, and another root of that name', below, [upper], [replaced], false],
  ['an intermediate CA under another root', below, [upper], [crossedUpper, other], true],
  ['two intermediate CAs', far, [lower, upper], [root], true],
  ['two intermediate CAs in another order', far, [upper, lower], [root], true],
  ['two intermediate CAs, of which one is missing', far, [lower], [root], false],
  ['two intermediate CAs, one sent and one trusted', far, [lower], [root, upper], true],
  ['the root as well', far, [lower, upper, root], [root], true],
  ['the root as well, which is not trusted', far, [lower, upper, root], [other], false],
  ['something with the name and key of a CA', below, [sham], [other], false],
  ['a certificate that is trusted itself', alone, [], [alone, other], true],
  ['a self-signed one that is not', alone, [], [other], false],
]

const read = ({ certificate }: Identity): X509Certificate => new X509Certificate(certificate)
const anchorsOf = (...anchors: readonly Identity[]): TrustAnchors => new TrustAnchors(anchors.map(read))

for (const [what, client, sent, anchors, trusted] of rows) {
  t.test(`${what}: ${trusted ? 'trusted' : 'not trusted'}, over a new connection as over an open one`, async (t) => {
    t.equal(anchorsOf(...anchors).chainsToTrustAnchor(read(client), sent.map(read), Date.now()), trusted)
    for (const [name, content] of Object.entries({ 'ca.crt': anchors, 'server.crt': [server] })) {
      writeFileSync(path.join(directory, name), content.map(({ certificate }) => certificate).join(''))
    }
    writeFileSync(path.join(directory, 'server.key'), server.key, { mode: 0o600 })
    const door = await openTlsDoor(t, tlsConfig(directory))
    const cert = [client, ...sent].map(({ certificate }) => certificate).join('')
    t.match(await visit(door.port, { cert, key: client.key }), { said: trusted ? 'connected' : 'refused' })
  })
}

t.test('each new set of anchors is asked once, and one that lacks nothing not at all', async (t) => {
  let asked = 0
  const counting = (...anchors: readonly Identity[]): TrustAnchors => {
    const set = anchorsOf(...anchors)
    const reaches = set.chainsToTrustAnchor.bind(set)
    set.chainsToTrustAnchor = (...question) => {
      asked++
      return reaches(...question)
    }
    return set
  }
  const first = counting(root, other)
  const certificate = read(direct)
  const peer = new VerifiedPeer({ certificate, facts: peerCertificate(certificate), anchors: first, sent: [] })
  const ask = (set: TrustAnchors): boolean => peer.isTrustedBy(set, Date.now())
  t.same([ask(first), ask(counting(other, replaced, root)), asked], [true, true, 0])
  const without = counting(other)
  t.same([ask(without), ask(without), ask(without), asked], [false, false, false, 1])
  t.same([ask(counting(other, replaced)), asked], [false, 2], 'it was not trusted before')
  t.same([ask(first), ask(first), asked], [true, true, 3], 'its CA is back')
})

t.test('a chain that is made to cost time is given up', async (t) => {
  // Each of them could have issued each other one.
  const many = await Promise.all(Array.from({ length: 60 }, () => makeIdentity({ commonName: 'root', ca: true, key: keyPair })))
  const begun = performance.now()
  t.equal(anchorsOf(other).chainsToTrustAnchor(read(direct), many.map(read), Date.now()), false)
  t.ok(performance.now() - begun < 1000)
  t.equal(anchorsOf(root).chainsToTrustAnchor(read(direct), many.map(read), Date.now()), true)
})

t.test('a session of a client that is forgotten still leads to its CA by what others had sent', async (t) => {
  writeFileSync(path.join(directory, 'ca.crt'), root.certificate)
  writeFileSync(path.join(directory, 'server.crt'), server.certificate)
  writeFileSync(path.join(directory, 'server.key'), server.key, { mode: 0o600 })
  const door = await openTlsDoor(t, tlsConfig(directory))
  const identity = { cert: below.certificate + upper.certificate, key: below.key }
  const { session } = await visit(door.port, identity)
  await door.next()
  for (let each = 0; each < 256; each++) {
    const { certificate: cert, key } = await makeClient(root, { commonName: `client ${each}`, key: direct.keyPair })
    await visit(door.port, { cert, key })
    await door.next()
  }
  t.match(await visit(door.port, { ...identity, session }), { said: 'connected', reused: true })
  const verdict = await door.next()
  const verified = verdict.kind === 'connected' ? verdict.verified : null
  t.equal(verified?.isTrustedBy(anchorsOf(other), Date.now()), false)
  t.equal(verified?.isTrustedBy(anchorsOf(renewed), Date.now()), true)
})
