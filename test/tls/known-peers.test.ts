// Client certificates that came before: recognised by all their bytes, and looked at again each time all the same.

import { X509Certificate } from 'node:crypto'
import t from 'tap'
import { makeTestCertificates } from '../../certs-test/authority.ts'
import { KnownPeers } from '../../src/tls/server/known-peers.ts'
import { peerCertificate } from '../../src/x509/certificate-info.ts'
import { TrustAnchors } from '../../src/tls/server/trust-anchors.ts'
import { VerifiedPeer } from '../../src/tls/server/verified-peer.ts'
import { clientIdentity, openTlsDoor, scratchDirectory, tlsConfig, visit } from '../support/tls-server.ts'

const directory = scratchDirectory(t)
await makeTestCertificates(directory, { everyKind: true })
const client = clientIdentity(directory, 'client')
const certificate = new X509Certificate(client.cert)

for (const version of ['1.2', '1.3'] as const) {
  const config = tlsConfig(directory, { minVersion: version, maxVersion: version })

  t.test(`TLS ${version}: who is known is told apart from others, and refused once expired`, async (t) => {
    let clock = Date.now()
    const { port, next } = await openTlsDoor(t, config, { now: () => clock })
    for (const name of ['client', 'client-chain', 'client-no-usage', 'client', 'client-chain', 'client-no-usage']) {
      const identity = clientIdentity(directory, name)
      t.match(await visit(port, identity), { said: 'connected', reused: false }, name)
      t.match(await next(), { kind: 'connected', peer: peerCertificate(new X509Certificate(identity.cert)) }, name)
    }
    clock = Date.parse(certificate.validTo) + 1000
    t.match(await visit(port, client), { said: 'refused', reused: false })
    t.match(await next(), { kind: 'refused', diagnosis: { id: 'expired' } })
  })
}

t.test('only the latest few hundred are kept', (t) => {
  const peers = new KnownPeers()
  const peer = new VerifiedPeer({
    certificate,
    facts: peerCertificate(certificate),
    anchors: new TrustAnchors([]),
    sent: [],
  })
  for (let each = 0; each < 300; each++) peers.add(String(each), peer)
  t.equal(peers.find('0'), undefined)
  t.equal(peers.find('43'), undefined)
  t.equal(peers.find('44'), peer)
  t.equal(peers.find('299'), peer)
  t.end()
})
