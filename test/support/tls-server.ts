// A TLS acceptor behind a real port, with its verdicts as a list to wait on, and a client to knock with.

import type { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import tls from 'node:tls'
import type { TlsConfig } from '../../src/config/types.ts'
import { createTlsAcceptor } from '../../src/tls/server/acceptor.ts'
import type { TlsAcceptor } from '../../src/tls/server/acceptor.ts'
import { loadCredentials } from '../../src/tls/files/credentials.ts'
import type { Diagnosis } from '../../src/tls/diagnosis/handshake.ts'
import type { PeerCertificate } from '../../src/x509/certificate-info.ts'
import type { VerifiedPeer } from '../../src/tls/server/verified-peer.ts'
import { addressOf } from '../../src/net/remote-address.ts'

export type Verdict =
  | { kind: 'connected'; socket: tls.TLSSocket; peer: PeerCertificate | null; verified: VerifiedPeer | null }
  | { kind: 'refused'; socket: tls.TLSSocket; diagnosis: Diagnosis; certificate: X509Certificate | undefined }
  | { kind: 'failed'; remoteAddress: string; diagnosis: Diagnosis; quiet: boolean }

export interface TlsDoor {
  readonly port: number
  readonly verdicts: readonly Verdict[]
  /** The next verdict that nobody has waited for yet. */
  readonly next: () => Promise<Verdict>
  /** Connections from now on meet another configuration, as after a reload. */
  readonly reload: (config: TlsConfig) => void
  readonly acceptor: () => TlsAcceptor
}

export interface DoorOptions {
  readonly handshakeTimeout?: number
  readonly now?: () => number
  readonly host?: string
  /** Says nothing and leaves the connection to the test. */
  readonly silent?: boolean
}

interface Owner {
  teardown(step: () => unknown): void
}

/** A configuration that names the files of a directory of test certificates. */
export function tlsConfig(directory: string, overrides: Partial<TlsConfig> = {}): TlsConfig {
  const written = { trustAnchor: 'ca.crt', certFile: 'server.crt', keyFile: 'server.key', crlFile: null }
  return {
    trustAnchor: path.join(directory, written.trustAnchor),
    certFile: path.join(directory, written.certFile),
    keyFile: path.join(directory, written.keyFile),
    crlFile: null,
    written,
    certRequired: true,
    clientCertificate: 'none',
    minVersion: '1.2',
    maxVersion: '1.3',
    ciphers: null,
    groups: null,
    sessionTickets: true,
    reloadOnChange: true,
    expiryWarningDays: 30,
    ...overrides,
  }
}

/** Answers each verdict with its name and ends the connection, so that a client knows what became of it. */
export async function openTlsDoor(owner: Owner, config: TlsConfig, options: DoorOptions = {}): Promise<TlsDoor> {
  const verdicts: Verdict[] = []
  let seen = 0
  let wake: () => void = () => undefined
  const note = (verdict: Verdict): void => {
    verdicts.push(verdict)
    wake()
    if (verdict.kind === 'failed') return
    verdict.socket.on('error', () => undefined)
    if (options.silent !== true) verdict.socket.end(verdict.kind)
  }
  const make = (from: TlsConfig): TlsAcceptor =>
    createTlsAcceptor(
      loadCredentials(from),
      from,
      options.handshakeTimeout ?? 10_000,
      {
        connected: (socket, _remoteAddress, verified) => note({ kind: 'connected', socket, peer: verified?.facts ?? null, verified }),
        refused: (socket, _remoteAddress, diagnosis, certificate) => note({ kind: 'refused', socket, diagnosis, certificate }),
        plainHttp: (socket) => socket.destroy(),
        evicted: (socket) => socket.destroy(),
        failed: ({ remoteAddress }, diagnosis, quiet) => note({ kind: 'failed', remoteAddress, diagnosis, quiet }),
      },
      options.now,
    )
  let acceptor = make(config)
  const open = new Set<net.Socket>()
  const listener = net.createServer({ allowHalfOpen: true }, (socket) => {
    open.add(socket)
    socket.once('close', () => open.delete(socket))
    acceptor.accept(socket, { remoteAddress: addressOf(socket) }, null)
  })
  await new Promise<void>((resolve) => listener.listen(0, options.host ?? '127.0.0.1', resolve))
  owner.teardown(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => listener.close(resolve))
  })
  return {
    port: (listener.address() as net.AddressInfo).port,
    verdicts,
    async next() {
      while (verdicts.length <= seen) await new Promise<void>((resolve) => (wake = resolve))
      return verdicts[seen++]!
    },
    reload: (to) => (acceptor = make(to)),
    acceptor: () => acceptor,
  }
}

export interface Visit {
  /** What the door said before it closed; empty when there was no connection. */
  readonly said: string
  readonly protocol: string | null
  readonly alpn: string | false | null
  readonly group: string | undefined
  readonly reused: boolean
  /** The last ticket handed out, or the one this visit came with, for a later visit. */
  readonly session: Buffer | undefined
  readonly error: string | null
}

/** Connects, listens until the door closes, and tells. Lets weak keys through, so that the door has to see them. */
export function visit(port: number, options: tls.ConnectionOptions = {}): Promise<Visit> {
  return new Promise((resolve) => {
    let said = ''
    let session = options.session
    let error: string | null = null
    let facts: Pick<Visit, 'protocol' | 'alpn' | 'group' | 'reused'> = {
      protocol: null,
      alpn: null,
      group: undefined,
      reused: false,
    }
    const socket = tls.connect({
      port,
      host: '127.0.0.1',
      servername: 'localhost',
      rejectUnauthorized: false,
      ciphers: 'DEFAULT:@SECLEVEL=0',
      ...options,
    })
    socket.once('secureConnect', () => {
      const key = socket.getEphemeralKeyInfo() as tls.EphemeralKeyInfo | null
      facts = {
        protocol: socket.getProtocol(),
        alpn: socket.alpnProtocol,
        group: key !== null && 'name' in key ? key.name : undefined,
        reused: socket.isSessionReused(),
      }
    })
    socket.on('session', (ticket: Buffer) => (session = ticket))
    socket.setEncoding('utf8').on('data', (text: string) => (said += text))
    socket.on('error', (reason: NodeJS.ErrnoException) => (error ??= reason.code ?? reason.message))
    socket.once('close', () => resolve({ said, session, error, ...facts }))
  })
}

/** The certificate and key of one kind of test client. */
export function clientIdentity(directory: string, name: string): { cert: Buffer; key: Buffer } {
  return {
    cert: readFileSync(path.join(directory, `${name}.crt`)),
    key: readFileSync(path.join(directory, `${name}.key`)),
  }
}

/** A directory that is gone when the test is done. */
export function scratchDirectory(owner: Owner): string {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'keagate-tls-'))
  owner.teardown(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
