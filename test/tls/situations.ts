// What can be wrong with TLS, one row each: the files and settings, what the client sees, what the log says, and what
// following the remedy amounts to. A module of data: whatever explains TLS is held against the same table.

import { createPrivateKey } from 'node:crypto'
import { makeAuthority, makeClient, makeServer } from '../../certs-test/authority.ts'
import { day } from '../../certs-test/certificate.ts'
import type { Identity } from '../../certs-test/certificate.ts'
import { makeRevocationList } from '../../certs-test/revocation-list.ts'

export interface Visitor {
  /** Certificate chain and key; null: none is sent. */
  readonly identity?: { readonly cert: string; readonly key: string } | null
  /** Options of Node's TLS client beyond a trusted CA. */
  readonly options?: Readonly<Record<string, unknown>>
  /** Speaks HTTP without TLS. */
  readonly plain?: boolean
}

export interface Setting {
  /** Beyond the good `ca.crt`, `server.crt` and `server.key`; null removes one. `->X` makes a link to X. */
  readonly files?: Readonly<Record<string, string | Buffer | null>>
  /** Permissions of `server.key`; 0600 when left out. */
  readonly keyMode?: number
  /** The agent is not root, but a user whom none of the files belongs to, and may read all but the key. */
  readonly unprivileged?: boolean
  /** User id that `server.key` is given to; only root can do that. */
  readonly keyOwner?: number
  /** Members of `Control-agent` besides the three files; a value of null leaves one out, DIR stands for the folder. */
  readonly config?: Readonly<Record<string, unknown>>
  readonly visitor?: Visitor
}

export interface Situation extends Setting {
  readonly name: string
  /** What keagate does: refuses to start with the files, warns of them, or tells at the handshake. */
  readonly told: 'at start' | 'as a warning' | 'at the handshake' | 'to the client alone'
  /** What the log says, with the remedy; the folder is DIR. */
  readonly log: RegExp
  /** `STATUS TEXT` of an answer, or the client's error; no door is open where the start is refused. */
  readonly client: RegExp
  /**
   * A line of the doctor, about the deployment or as a client of it. What is told at start or as a warning he says in
   * the same words, and as a client maybe more.
   */
  readonly doctor?: RegExp
  /** What is told as a warning is an error of the doctor: the agent starts, but no client can use it. */
  readonly doctorError?: boolean
  /** Where the remedy is a command, it is run as the log gives it, before what follows. */
  readonly runs?: boolean
  /** What is different once the remedy has been followed. */
  readonly mended: Setting
}

export interface Kit {
  readonly base: Readonly<Record<string, string>>
  readonly visitor: NonNullable<Visitor['identity']>
  readonly situations: readonly Situation[]
}

const pair = (identity: Identity, ...chain: Identity[]): { cert: string; key: string } => ({
  cert: identity.certificate + chain.map((each) => each.certificate).join(''),
  key: identity.key,
})
const derOf = (pem: string): Buffer => Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
const serverFiles = ({ certificate, key }: Identity): Record<string, string> => ({
  'server.crt': certificate,
  'server.key': key,
})

/** As `keagate certs init` lays them out. */
const madeHere = (authority: Identity, { certificate, key }: Identity): Record<string, string> => ({
  'ca/cert.pem': authority.certificate, 'server/cert.pem': certificate, 'server/key.pem': key,
})
const inMadeHere = {
  'trust-anchor': 'DIR/ca/cert.pem', 'cert-file': 'DIR/server/cert.pem', 'key-file': 'DIR/server/key.pem',
}

export async function makeSituations(): Promise<Kit> {
  const now = Date.now()
  const past = { notBefore: new Date(now - 3 * day), notAfter: new Date(now - day) }
  const future = { notBefore: new Date(now + day) }
  const ca = await makeAuthority('keagate test CA')
  const intermediate = await makeAuthority('intermediate CA', ca)
  const foreign = await makeAuthority('foreign CA')
  const server = await makeServer(ca)
  const otherServer = await makeServer(ca)
  const below = await makeServer(intermediate)
  const client = await makeClient(ca)
  const belowClient = await makeClient(intermediate)
  const foreignClient = await makeClient(foreign)
  const selfSigned = await makeClient(undefined)
  const list = await makeRevocationList(ca)
  const old = await makeRevocationList(ca, { thisUpdate: past.notBefore, nextUpdate: past.notAfter })
  const revoking = await makeRevocationList(ca, { revoked: [client.certificate] })
  const encrypted = createPrivateKey(server.key).export({
    type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret',
  }).toString()
  const who = async (overrides: Parameters<typeof makeClient>[1]): Promise<Visitor> => ({
    identity: pair(await makeClient(ca, overrides)),
  })
  const lists = { config: { tls: { 'crl-file': 'DIR/crl.pem' } } }
  const good: Setting = { visitor: { identity: pair(client) } }
  const ecdsa12 = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }
  const situations: Situation[] = [
    {
      name: 'no certificate sent', told: 'at the handshake', visitor: { identity: null },
      log: /refused: no client certificate was sent .*; give the client a certificate and its key, issued by a CA/,
      doctor: /^error answer: 403: .*no client certificate was sent; give the client/,
      client: /^403 .*no client certificate was sent; give the client/, mended: good,
    },
    {
      name: 'expired client', told: 'at the handshake', visitor: await who(past),
      log: /refused: the client certificate expired on \d{4}.* serial [0-9A-F]+.*; give the client a new certificate/,
      doctor: /^warning CERT: .* expired on .*; renew it/,
      client: /^403 .*the client certificate expired on/, mended: good,
    },
    {
      name: 'client not yet valid', told: 'at the handshake', visitor: await who(future),
      log: /refused: the client certificate is not valid before .*; compare the clocks/,
      doctor: /^warning CERT: .* is not valid before .*the clock of this machine/,
      client: /^403 .*not valid before/, mended: good,
    },
    {
      name: 'wrong CA', told: 'at the handshake', visitor: { identity: pair(foreignClient) },
      log: /not issued by a trusted CA: O=keagate test, CN=foreign CA .*add its root to the trust-anchor/,
      doctor: /^error answer: 403: .*not issued by a trusted CA/,
      client: /^403 .*not issued by a trusted CA/, mended: { files: { 'ca.crt': ca.certificate + foreign.certificate } },
    },
    {
      name: 'missing intermediate', told: 'at the handshake', visitor: { identity: pair(belowClient) },
      log: /not issued by a trusted CA: .*CN=intermediate CA .*append its certificate to the client's certificate file/,
      doctor: /^error answer: 403: .*CN=intermediate CA/,
      client: /^403 .*CN=intermediate CA/, mended: { visitor: { identity: pair(belowClient, intermediate) } },
    },
    {
      name: 'self-signed client', told: 'at the handshake', visitor: { identity: pair(selfSigned) },
      log: /is self-signed and not issued by a trusted CA.*or add this one to the trust-anchor/,
      doctor: /^error answer: 403: .*self-signed/,
      client: /^403 .*self-signed/, mended: { files: { 'ca.crt': ca.certificate + selfSigned.certificate } },
    },
    {
      name: 'serverAuth-only client', told: 'at the handshake', visitor: await who({ usages: ['serverAuth'] }),
      log: /made for servers \(serverAuth\), not for clients .*give the client one with clientAuth/,
      doctor: /^warning CERT: .* is not made for clients/,
      client: /^403 .*wrong key usage/, mended: good,
    },
    {
      name: 'client with RSA 1024', told: 'at the handshake', visitor: await who({ key: 'RSA-1024' }),
      log: /has an RSA key of 1024 bits where at least 2048 are needed .*new certificate with a new key/,
      doctor: /^error CERT: .* RSA key of 1024 bits/,
      client: /^403 .*RSA key of 1024 bits/, mended: good,
    },
    {
      name: 'client signed with SHA-1', told: 'at the handshake', visitor: await who({ digest: 'SHA-1' }),
      log: /is signed with SHA-1, which can be forged .*give the client a new certificate/,
      doctor: /^error CERT: .* is signed with SHA-1/,
      client: /^403 .*SHA-1/, mended: good,
    },
    {
      name: 'revoked', told: 'at the handshake', ...lists, files: { 'crl.pem': revoking },
      log: /was revoked on 2026-01-02 03:04:05 UTC .*give the client a new certificate/,
      doctor: /^error answer: 403: .*was revoked on/,
      client: /^403 .*was revoked on/, mended: { visitor: await who({}) },
    },
    {
      name: 'CRL expired', told: 'as a warning', ...lists, files: { 'crl.pem': old },
      log: /the revocation list of .* in crl-file DIR\/crl.pem is out of date since .*; fetch the new list from the CA/,
      doctor: /^error answer: 403: .*revocation list of .* is out of date/,
      client: /^403 .*the revocation list of .* is out of date since/, mended: { files: { 'crl.pem': list } },
    },
    {
      name: 'no CRL of the CA', told: 'at the handshake', ...lists,
      files: { 'crl.pem': list, 'ca.crt': ca.certificate + intermediate.certificate },
      visitor: { identity: pair(belowClient) },
      log: /there is no revocation list of .*CN=intermediate CA, .*; add the list of that CA to crl-file/,
      doctor: /^error answer: 403: .*there is no revocation list/,
      client: /^403 .*there is no revocation list/,
      mended: { files: { 'crl.pem': list + (await makeRevocationList(intermediate)) } },
    },
    {
      name: 'CRL signed by somebody else', told: 'at start', ...lists,
      files: { 'crl.pem': await makeRevocationList(ca, { signer: foreign }) },
      log: /crl-file DIR\/crl.pem was not signed by the CA .*; fetch the list from the CA again/,
      client: /^ECONNREFUSED$/, mended: { files: { 'crl.pem': list } },
    },
    {
      name: 'CRL in DER', told: 'at start', ...lists, files: { 'crl.pem': derOf(list) },
      log: /crl-file DIR\/crl.pem is a DER file where PEM is needed; convert it with: (openssl .*)/,
      client: /^ECONNREFUSED$/, runs: true, mended: { config: { tls: { 'crl-file': 'DIR/crl.pem.pem' } } },
    },
    {
      name: 'plain HTTP on the TLS port', told: 'at the handshake', visitor: { plain: true },
      log: /handshake with 127.0.0.1 failed: plain HTTP on the TLS port; use https:\/\/ in the client's URL/,
      doctor: /^error answer: 400: Bad Request: this port speaks HTTPS, .*https:/,
      client: /^400 /, mended: good,
    },
    {
      name: 'TLS 1.1 client', told: 'at the handshake',
      visitor: { options: { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' } },
      log: /failed: no common TLS version: the agent offers TLS 1.2 to 1.3, .*; update the client/,
      doctor: /^ok tls: a client needs TLS 1\.2 or 1\.3 /,
      client: /alert protocol version/, mended: good,
    },
    {
      name: 'no shared cipher', told: 'at the handshake', visitor: { options: ecdsa12 },
      log: /failed: client and agent have no cipher in common; .*allow one of its ciphers with the keyword ciphers/,
      doctor: /^ok tls: .*1\.2 with one of the ciphers ECDHE-ECDSA-AES256-GCM-SHA384, /,
      client: /alert handshake failure/, mended: { config: { tls: { ciphers: ecdsa12.ciphers } } },
    },
    {
      name: 'no shared group', told: 'at the handshake', visitor: { options: { minVersion: 'TLSv1.3', ecdhCurve: 'P-521' } },
      log: /failed: client and agent have no key exchange group in common; .*with the keyword groups/,
      doctor: /^ok tls: .*one of the groups .*X25519, P-256, P-384/,
      client: /alert handshake failure/, mended: { config: { tls: { groups: 'X25519:P-521:P-256' } } },
    },
    {
      name: 'nothing but HTTP/2', told: 'at the handshake', visitor: { options: { ALPNProtocols: ['h2'] } },
      log: /failed: the client speaks nothing but HTTP\/2; let it speak HTTP\/1.1 too/,
      doctor: /^ok tls: .*, and HTTP\/1\.1/,
      client: /alert no application protocol/, mended: { visitor: { options: { ALPNProtocols: ['h2', 'http/1.1'] } } },
    },
    {
      name: 'name mismatch', told: 'to the client alone',
      files: serverFiles(await makeServer(ca, { names: [{ type: 'dns', value: 'kea.example' }] })),
      log: /^$/,
      doctor: /^warning cert-file: .* is not for http-host 127\.0\.0\.1; its names: DNS:kea\.example; have one issued that has 127/,
      client: /^ERR_TLS_CERT_ALTNAME_INVALID$/, mended: { files: serverFiles(server) },
    },
    {
      name: 'name mismatch of one client', told: 'to the client alone', visitor: { options: { servername: 'kea.example' } },
      log: /^$/, doctor: /^ok cert-file: DIR\/server\.crt is for DNS:localhost, IP Address:127\.0\.0\.1, /,
      client: /^ERR_TLS_CERT_ALTNAME_INVALID$/, mended: { visitor: { options: { servername: 'localhost' } } },
    },
    {
      name: 'expired server', told: 'as a warning', doctorError: true, files: serverFiles(await makeServer(ca, past)),
      log: /certificate 1 of cert-file DIR\/server.crt .* expired on .*; renew it/,
      doctor: /^error server certificate: .* expired on .*; renew it at the server/,
      client: /^CERT_HAS_EXPIRED$/, mended: { files: serverFiles(server) },
    },
    {
      name: 'expired server of keagate certs', told: 'as a warning', doctorError: true,
      files: { ...madeHere(ca, await makeServer(ca, past)) }, config: inMadeHere,
      log: /certificate 1 of cert-file DIR\/server\/cert\.pem .* expired on .*; renew it with: keagate certs renew --dir DIR$/m,
      doctor: /^error server certificate: .* expired on .*; renew it at the server/,
      client: /^CERT_HAS_EXPIRED$/, mended: { files: madeHere(ca, server), config: inMadeHere },
    },
    {
      name: 'CRL of keagate certs expired', told: 'as a warning',
      files: { ...madeHere(ca, server), 'crl.pem': old }, config: { ...inMadeHere, ...lists.config },
      log: /in crl-file DIR\/crl\.pem is out of date since .*; renew it with: keagate certs renew --dir DIR$/m,
      doctor: /^error answer: 403: .*revocation list of .* is out of date/,
      client: /^403 .*the revocation list of .* is out of date since/, mended: { files: { 'crl.pem': list } },
    },
    {
      name: 'server on a curve of other uses', told: 'as a warning',
      files: serverFiles(await makeServer(ca, { key: 'secp256k1' })),
      log: /cert-file DIR\/server\.crt .* has a key on the curve secp256k1, which TLS clients do not take; make a new key with: openssl genpkey/,
      doctor: /^error handshake: .*handshake failure/, client: /alert handshake failure/, mended: { files: serverFiles(server) },
    },
    {
      name: 'server on a Brainpool curve', told: 'as a warning',
      files: serverFiles(await makeServer(ca, { key: 'brainpoolP256r1' })),
      log: /cert-file DIR\/server\.crt .* has a key on the curve brainpoolP256r1, which TLS clients do not take; make a new key/,
      doctor: /^error handshake: .*handshake failure/, client: /alert handshake failure/, mended: { files: serverFiles(server) },
    },
    {
      name: 'server with explicit parameters', told: 'as a warning',
      files: serverFiles(await makeServer(ca, { key: 'P-256 explicit' })),
      log: /cert-file DIR\/server\.crt .* has an EC key with explicit parameters instead of a named curve, which TLS clients do not take; make/,
      doctor: /^error server certificate: .*explicit parameters/, client: /./, mended: { files: serverFiles(server) },
    },
    {
      name: 'server not yet valid', told: 'as a warning', doctorError: true, files: serverFiles(await makeServer(ca, future)),
      log: /cert-file DIR\/server.crt .* is not valid before .*; most likely the clock of this machine is wrong; .*: date -u/,
      doctor: /^error server certificate: .* is not valid before .*; compare the clocks/,
      client: /^CERT_NOT_YET_VALID$/, mended: { files: serverFiles(server) },
    },
    {
      name: 'clientAuth-only server', told: 'as a warning',
      files: serverFiles(await makeServer(ca, { usages: ['clientAuth'] })),
      log: /cert-file DIR\/server.crt is not made for servers, .*; have one issued with extendedKeyUsage serverAuth/,
      doctor: /^error server certificate: .* is not made for servers; have one issued/,
      client: /^INVALID_PURPOSE$/, mended: { files: serverFiles(server) },
    },
    {
      name: 'server that may not sign', told: 'as a warning',
      files: serverFiles(await makeServer(ca, { key: 'RSA-2048', keyEncipherment: true })),
      log: /key usages of cert-file DIR\/server\.crt lack digitalSignature, .*; have one issued with keyUsage digitalSignature/,
      doctor: /^ok answer: 200/, client: /^200 /, mended: { files: serverFiles(await makeServer(ca, { key: 'RSA-2048' })) },
    },
    {
      name: 'server chain without its intermediate', told: 'to the client alone', files: serverFiles(below),
      log: /^$/, client: /^UNABLE_TO_VERIFY_LEAF_SIGNATURE$|^UNABLE_TO_GET_ISSUER_CERT_LOCALLY$/,
      doctor: /^error server certificate: .*not trusted .*append its certificate to the server's cert-file/,
      mended: { files: { 'server.crt': below.certificate + intermediate.certificate } },
    },
    {
      name: 'key mismatch', told: 'at start', files: { 'server.key': otherServer.key },
      log: /key-file DIR\/server.key does not belong to the certificate of cert-file DIR\/server.crt; name the key that .*; compare their public/,
      client: /^ECONNREFUSED$/, mended: { files: serverFiles(otherServer) },
    },
    {
      name: 'encrypted key', told: 'at start', files: { 'server.key': encrypted },
      log: /key-file DIR\/server.key is encrypted, .*\(umask 077 && openssl pkey -in DIR\/server.key -out DIR\/server.key/,
      client: /^ECONNREFUSED$/, mended: { files: { 'server.key': server.key } },
    },
    {
      name: 'server with RSA 1024', told: 'at start', files: serverFiles(await makeServer(ca, { key: 'RSA-1024' })),
      log: /key-file DIR\/server.key is an RSA key of 1024 bits where at least 2048 are needed; make a new key/,
      client: /^ECONNREFUSED$/, mended: { files: serverFiles(await makeServer(ca, { key: 'RSA-2048' })) },
    },
    {
      name: 'server signed with SHA-1', told: 'at start', files: serverFiles(await makeServer(ca, { digest: 'SHA-1' })),
      log: /cert-file DIR\/server.crt .* is signed with SHA-1, which can be forged; have a new one issued/,
      client: /^ECONNREFUSED$/, mended: { files: serverFiles(server) },
    },
    {
      name: 'no key', told: 'at start', files: { 'server.key': null },
      log: /key-file DIR\/server.key cannot be read: no such file or directory; put it there, or correct the name; see what is there with: ls -l DIR/,
      client: /^ECONNREFUSED$/, mended: { files: { 'server.key': server.key } },
    },
    {
      name: 'unreadable key', told: 'at start', keyMode: 0o600, unprivileged: true,
      log: /key-file DIR\/server.key cannot be read: permission denied for user \S+; let .* read it with: (ch.* DIR\/server\.key)/,
      client: /^ECONNREFUSED$/, runs: true, mended: { unprivileged: true },
    },
    {
      name: 'world-readable key', told: 'as a warning', keyMode: 0o644,
      log: /key-file DIR\/server.key is open to every user of this machine; restrict it with: (chmod o= DIR\/server.key)/,
      doctor: /^ok answer: 200/,
      client: /^200 /, runs: true, mended: {},
    },
    {
      name: 'key of somebody else', told: 'as a warning', keyOwner: 4711,
      log: /key-file DIR\/server.key belongs to user id 4711, .*; give it to the agent with: (chown \w+ DIR\/server.key)/,
      doctor: /^ok answer: 200/,
      client: /^200 /, runs: true, mended: {},
    },
    {
      name: 'trust directory with a CA that no hash link leads to', told: 'as a warning',
      files: { 'cas/root.pem': foreign.certificate, 'cas/ours.pem': ca.certificate, 'cas/01234567.0': '->root.pem' },
      config: { 'trust-anchor': 'DIR/cas' },
      log: /cas\/ours\.pem .* does not count, because no hash link leads to it; renew the links with: (openssl rehash DIR\/cas)/,
      doctor: /^error answer: 403: .*not issued by a trusted CA/,
      client: /^403 .*not issued by a trusted CA/, runs: true, mended: {},
    },
    {
      name: 'trust directory without hash links and without the CA', told: 'to the client alone',
      files: { 'cas/root.pem': foreign.certificate }, config: { 'trust-anchor': 'DIR/cas' },
      log: /not issued by a trusted CA: O=keagate test, CN=keagate test CA .*add its root to the trust-anchor/,
      doctor: /^error answer: 403: .*not issued by a trusted CA/,
      client: /^403 .*not issued by a trusted CA/, mended: { files: { 'cas/other.pem': ca.certificate } },
    },
    {
      name: 'stale hash link', told: 'at start', files: { 'cas/root.pem': ca.certificate, 'cas/01234567.0': '->gone.pem' },
      config: { 'trust-anchor': 'DIR/cas' },
      log: /is a directory without a usable certificate; .*renew its hash links with: (openssl rehash DIR\/cas)/,
      client: /^ECONNREFUSED$/, runs: true, mended: {},
    },
    {
      name: 'DER instead of PEM', told: 'at start', files: { 'server.crt': derOf(server.certificate) },
      log: /cert-file DIR\/server.crt is a DER file where PEM is needed; convert it with: (openssl .*)/,
      client: /^ECONNREFUSED$/, runs: true, mended: { config: { 'cert-file': 'DIR/server.crt.pem' } },
    },
    {
      name: 'two leaves in one file', told: 'at start',
      files: { 'server.crt': otherServer.certificate + server.certificate },
      log: /but number 2 is the one that fits key-file DIR\/server.key; put the certificate of the key first/,
      client: /^ECONNREFUSED$/, mended: { files: { 'server.crt': server.certificate } },
    },
    {
      name: 'certificate and key swapped', told: 'at start',
      files: { 'server.crt': server.key, 'server.key': server.certificate },
      log: /cert-file DIR\/server.crt holds a private key and no certificate; .*cert-file and key-file may be swapped/,
      client: /^ECONNREFUSED$/, mended: { files: serverFiles(server) },
    },
    {
      name: 'a cipher that the library does not have', told: 'at start', config: { tls: { ciphers: 'RC4-MD5' } },
      log: /ciphers names "RC4-MD5", which OpenSSL \S+ does not know under this name; use OpenSSL's own names/,
      client: /^ECONNREFUSED$/, mended: { config: { tls: { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' } } },
    },
    {
      name: 'ciphers for another kind of key', told: 'at start',
      config: { tls: { 'max-version': '1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' } },
      log: /ciphers names none for TLS 1\.2 that works with the EC key of key-file DIR\/server\.key, so no client could connect; add one such/,
      client: /^ECONNREFUSED$/, mended: { config: { tls: { 'max-version': '1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' } } },
    },
    {
      name: 'a group that the library does not have', told: 'at start', config: { tls: { groups: 'X25519:P-999' } },
      log: /groups names "P-999", which OpenSSL \S+ cannot do; write the names with colons between them, such as X25519/,
      client: /^ECONNREFUSED$/, mended: { config: { tls: { groups: 'X25519:P-256' } } },
    },
    {
      name: 'TLS on the plain port', told: 'at the handshake',
      config: { 'trust-anchor': null, 'cert-file': null, 'key-file': null },
      log: /bad request from 127.0.0.1: .*TLS/,
      doctor: /^error handshake: .*(does not speak TLS|speak plain HTTP)/,
      client: /wrong version number|packet length too long/, mended: { visitor: { plain: true } },
    },
  ]
  const base = { 'ca.crt': ca.certificate, ...serverFiles(server) }
  return { base, visitor: pair(client), situations }
}
