// Writes sets of throw-away certificates of every good and bad kind. What each file is, README.md says.

import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { day, makeIdentity } from './certificate.ts'
import type { Identity, IdentityRequest } from './certificate.ts'

/** Where the files of the basic set are. */
export interface TestCertificates {
  readonly caFile: string
  readonly serverCertFile: string
  readonly serverKeyFile: string
  readonly clientCertFile: string
  readonly clientKeyFile: string
}

export interface TestCertificatesOptions {
  /** The bad and the unusual kinds too; the basic set alone when left out. */
  readonly everyKind?: boolean
}

type Overrides = Partial<IdentityRequest>

export function makeAuthority(commonName: string, issuer?: Identity): Promise<Identity> {
  return makeIdentity({ commonName, ca: true }, issuer)
}

/** A certificate for an agent on this machine's loopback addresses. */
export function makeServer(issuer: Identity | undefined, overrides: Overrides = {}): Promise<Identity> {
  const names = [
    { type: 'dns', value: 'localhost' },
    { type: 'ip', value: '127.0.0.1' },
    { type: 'ip', value: '::1' },
  ] as const
  return makeIdentity({ commonName: 'localhost', usages: ['serverAuth'], names: [...names], ...overrides }, issuer)
}

/** A client's certificate; without an issuer it is self-signed. */
export function makeClient(issuer: Identity | undefined, overrides: Overrides = {}): Promise<Identity> {
  return makeIdentity({ commonName: 'client', usages: ['clientAuth'], ...overrides }, issuer)
}

/** The files of the basic set in a directory, whether they exist or not. */
export function testCertificateFiles(directory: string): TestCertificates {
  const file = (name: string): string => path.join(directory, name)
  return {
    caFile: file('ca.crt'),
    serverCertFile: file('server.crt'),
    serverKeyFile: file('server.key'),
    clientCertFile: file('client.crt'),
    clientKeyFile: file('client.key'),
  }
}

/** Makes a new authority and its set in the directory, which is made if need be. The authority's key is not kept. */
export async function makeTestCertificates(
  directory: string,
  options: TestCertificatesOptions = {},
): Promise<TestCertificates> {
  mkdirSync(directory, { recursive: true })
  const ca = await makeAuthority('keagate test CA')
  const server = await makeServer(ca)
  writeFile(directory, 'ca.crt', ca.certificate)
  writeIdentity(directory, 'server', server)
  writeIdentity(directory, 'client', await makeClient(ca))
  if (options.everyKind ?? false) {
    await writeClients(directory, ca)
    await writeServers(directory, ca, server)
  }
  return testCertificateFiles(directory)
}

async function writeClients(directory: string, ca: Identity): Promise<void> {
  const now = Date.now()
  const foreign = await makeAuthority('foreign CA')
  const intermediate = await makeAuthority('keagate test intermediate CA', ca)
  const below = await makeClient(intermediate)
  const expired = { notBefore: new Date(now - 3 * day), notAfter: new Date(now - day) }
  writeIdentity(directory, 'client-expired', await makeClient(ca, expired))
  writeIdentity(directory, 'client-not-yet-valid', await makeClient(ca, { notBefore: new Date(now + day) }))
  writeIdentity(directory, 'client-self-signed', await makeClient(undefined))
  writeIdentity(directory, 'client-foreign', await makeClient(foreign))
  writeIdentity(directory, 'client-server-usage', await makeClient(ca, { usages: ['serverAuth'] }))
  writeIdentity(directory, 'client-no-usage', await makeIdentity({ commonName: 'client' }, ca))
  writeIdentity(directory, 'client-rsa-1024', await makeClient(ca, { key: 'RSA-1024' }))
  writeIdentity(directory, 'client-sha1', await makeClient(ca, { digest: 'SHA-1' }))
  writeIdentity(directory, 'client-leaf-only', below)
  writeIdentity(directory, 'client-chain', { ...below, certificate: below.certificate + intermediate.certificate })
  writeFile(directory, 'foreign-ca.crt', foreign.certificate)
  writeFile(directory, 'intermediate-ca.crt', intermediate.certificate)
}

async function writeServers(directory: string, ca: Identity, server: Identity): Promise<void> {
  const now = Date.now()
  const intermediate = await makeAuthority('keagate test server CA', ca)
  const below = await makeServer(intermediate)
  const expired = { notBefore: new Date(now - 3 * day), notAfter: new Date(now - day) }
  const { privateKey } = server.keyPair
  const rsa = await makeServer(ca, { key: 'RSA-2048' })
  writeIdentity(directory, 'server-rsa', rsa)
  writeIdentity(directory, 'server-rsa-1024', await makeServer(ca, { key: 'RSA-1024' }))
  writeIdentity(directory, 'server-ec-224', await makeServer(ca, { key: 'P-224' }))
  writeIdentity(directory, 'server-ed25519', await makeServer(ca, { key: 'Ed25519' }))
  writeIdentity(directory, 'server-expired', await makeServer(ca, expired))
  writeIdentity(directory, 'server-not-yet-valid', await makeServer(ca, { notBefore: new Date(now + day) }))
  writeIdentity(directory, 'server-client-usage', await makeServer(ca, { usages: ['clientAuth'] }))
  writeIdentity(directory, 'server-sha1', await makeServer(ca, { digest: 'SHA-1' }))
  writeIdentity(directory, 'server-chain', { ...below, certificate: below.certificate + intermediate.certificate })
  const wrongOrder = intermediate.certificate + below.certificate
  writeIdentity(directory, 'server-wrong-order', { ...below, certificate: wrongOrder })
  const encryption = { cipher: 'aes-256-cbc', passphrase: 'keagate' }
  writeFile(directory, 'server-encrypted.key', privateKey.export({ type: 'pkcs8', format: 'pem', ...encryption }))
  writeFile(directory, 'server-encrypted-sec1.key', privateKey.export({ type: 'sec1', format: 'pem', ...encryption }))
  writeFile(directory, 'server-sec1.key', privateKey.export({ type: 'sec1', format: 'pem' }))
  writeFile(directory, 'server-rsa-pkcs1.key', rsa.keyPair.privateKey.export({ type: 'pkcs1', format: 'pem' }))
  writeFile(directory, 'server-key.der', privateKey.export({ type: 'pkcs8', format: 'der' }))
  writeFile(directory, 'server.der', derOf(server.certificate))
}

function writeIdentity(directory: string, name: string, identity: Identity): void {
  writeFile(directory, `${name}.crt`, identity.certificate)
  writeFile(directory, `${name}.key`, identity.key)
}

function writeFile(directory: string, name: string, content: string | Buffer): void {
  const secret = name.endsWith('.key') || name.includes('-key.')
  writeFileSync(path.join(directory, name), content, { mode: secret ? 0o600 : 0o644 })
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64')
}
