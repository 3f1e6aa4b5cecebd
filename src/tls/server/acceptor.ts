// Takes a TCP connection through the TLS handshake and decides whether its client may speak. One acceptor belongs to
// one configuration: its ticket keys are its own, so no ticket outlives the rules it was given under.

import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import { createServer } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { wrappedSocket } from '../../net/node-contracts.ts'
import type { TlsConfig } from '../../config/types.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import type { ConnectionSlot } from '../../shares/connection-slots.ts'
import type { CredentialSet } from '../files/credentials.ts'
import { diagnosePeer, unreadableCertificate } from '../diagnosis/peer.ts'
import { diagnoseClose, diagnoseHandshake } from '../diagnosis/handshake.ts'
import type { Diagnosis } from '../diagnosis/handshake.ts'
import { verificationCode } from '../diagnosis/verification.ts'
import { HandshakeTurns } from './handshake-turns.ts'
import { KnownPeers } from './known-peers.ts'
import { sentBehind } from './sent-certificates.ts'
import { peerCertificate } from '../../x509/certificate-info.ts'
import { validity } from '../../x509/validity.ts'
import { VerifiedPeer } from './verified-peer.ts'

/** Exactly one of `connected`, `refused` and `failed` is called for each connection that is not dropped by `close`. */
export interface TlsEvents {
  /** The client may speak. `peer` is null where no certificate was asked for, or none was sent and none is required. */
  connected(socket: TLSSocket, client: ClientAddress, peer: VerifiedPeer | null, slot: ConnectionSlot | null): void
  /** The handshake is done, but the client must not be served: it may be told why. */
  refused(
    socket: TLSSocket,
    client: ClientAddress,
    diagnosis: Diagnosis,
    certificate: X509Certificate | undefined,
    slot: ConnectionSlot | null,
  ): void
  /**
   * Follows `failed` where the first bytes of the client are an HTTP request: it may be told in plain text that TLS is
   * spoken here. Nothing more is read; the callee closes the socket.
   */
  plainHttp(socket: Socket): void
  /** Follows `failed` where the connection had to make room for another. The callee closes the socket, unread. */
  evicted(socket: Socket): void
  /** There is no TLS connection, the socket is gone. `quiet`: the client left without a byte, as a port check does. */
  failed(client: ClientAddress, diagnosis: Diagnosis, quiet: boolean, slot: ConnectionSlot | null): void
}

export interface TlsAcceptor {
  /**
   * @param socket what it has in its buffer belongs to the handshake
   * @param client where the connection comes from, as logs show it
   * @param slot the place of the connection, handed on with the outcome; the handshake ends when it is evicted
   * @param consumed bytes that were read from the connection before
   */
  accept(socket: Socket, client: ClientAddress, slot: ConnectionSlot | null, consumed?: number): void
  /** Resolves when no handshake is under way. */
  idle(): Promise<void>
  /** Drops the handshakes that are not done, without an event. Connections handed over are not touched. */
  close(): void
}

/**
 * OpenSSL's form of a certificate is larger than its bytes and lives until the next garbage collection, but the garbage
 * collector does not know its size. So a buffer that is never written to is kept with the certificate. It has this many
 * times the bytes that the client has sent, and the collector counts it.
 */
const externalMemoryFactor = 16

/** A connection in its handshake. */
interface Pending {
  readonly raw: Socket
  readonly client: ClientAddress
  readonly slot: ConnectionSlot | null
  /** Bytes read before the handshake. */
  readonly consumed: number
}

/** @param handshakeTimeout milliseconds from the connection to the end of the handshake, more than 0 */
export function createTlsAcceptor(
  credentials: CredentialSet,
  config: TlsConfig,
  handshakeTimeout: number,
  events: TlsEvents,
  now: () => number = Date.now,
): TlsAcceptor {
  const asked = config.certRequired || config.clientCertificate === 'verify-if-given'
  const server = createServer({
    ...credentials.options,
    handshakeTimeout,
    requestCert: asked,
    // A client that is refused inside the handshake never learns why.
    rejectUnauthorized: false,
    ALPNCallback: ({ protocols }) => chooseProtocol(protocols),
  })
  const pending = new Map<unknown, Pending>()
  const peers = new KnownPeers()
  const turns = new HandshakeTurns()
  const externalMemory = new WeakMap<X509Certificate, ArrayBuffer>()

  const waiting: (() => void)[] = []

  function take(socket: TLSSocket): Pending | undefined {
    const raw = wrappedSocket(socket)
    const found = pending.get(raw)
    remove(raw)
    return found
  }

  /** @returns whether its handshake was under way */
  function remove(raw: unknown): boolean {
    const removed = pending.delete(raw)
    if (pending.size === 0) for (const resolve of waiting.splice(0)) resolve()
    return removed
  }

  server.on('secureConnection', (socket) => {
    const found = take(socket)
    if (found === undefined) {
      // The TCP connection is broken already; its end is reported by the event `close`.
      socket.destroy()
      return
    }
    // The HTTP side may still answer a client that has ended its half.
    socket.allowHalfOpen = true
    if (!asked) {
      events.connected(socket, found.client, null, found.slot)
      return
    }
    const certificate = socket.getPeerX509Certificate()
    // Nothing is remembered of a client that OpenSSL refuses.
    const bytes = socket.authorized && certificate !== undefined ? certificate.raw.toString('latin1') : null
    const known = bytes === null ? undefined : peers.find(bytes)
    if (known !== undefined && isStillValid(known)) {
      events.connected(socket, found.client, known, found.slot)
      return
    }
    if (certificate !== undefined && !socket.authorized)
      externalMemory.set(certificate, new ArrayBuffer(externalMemoryFactor * found.raw.bytesRead))
    if (certificate === undefined && !config.certRequired) {
      events.connected(socket, found.client, null, found.slot)
      return
    }
    const flaw = verifyPeer(socket, certificate)
    if (flaw !== null) {
      events.refused(socket, found.client, flaw, certificate, found.slot)
      return
    }
    const peer = certificate === undefined ? null : verifiedPeer(socket, certificate)
    if (bytes !== null && peer !== null) peers.add(bytes, peer)
    events.connected(socket, found.client, peer, found.slot)
  })

  function verifiedPeer(socket: TLSSocket, certificate: X509Certificate): VerifiedPeer {
    const sent = socket.isSessionReused() ? peers.authorities : sentBehind(certificate)
    return new VerifiedPeer({
      certificate,
      facts: peerCertificate(certificate),
      anchors: credentials.trustAnchors,
      sent,
    })
  }

  /** For a certificate that OpenSSL has verified, now or at the first handshake of a resumed session. */
  function isStillValid({ certificate, facts }: VerifiedPeer): boolean {
    const time = now()
    if (time < facts.notBefore || time > facts.notAfter) return false
    return credentials.revocation === null || credentials.revocation.check(certificate, time) === null
  }

  /** Why the client must not be served, or null. */
  function verifyPeer(socket: TLSSocket, certificate: X509Certificate | undefined): Diagnosis | null {
    const { revocation } = credentials
    try {
      const good = certificate !== undefined && socket.authorized && validity(certificate, now()) === 'valid'
      // A resumed session keeps the result of its first handshake, so the revocation lists are checked again.
      if (good) return revocation?.check(certificate, now()) ?? null
      // Refused as well: a resumed session of a client without a certificate, which Node calls authorized, and one of a
      // client whose certificate was verified on an earlier day and has expired since.
      const top = certificate && credentials.trustAnchors.topOf(certificate, sentBehind(certificate))
      return diagnosePeer(verificationCode(socket), certificate, now(), revocation, top)
    } catch {
      // Anybody can send a certificate whose parts make the library throw, such as a key of a kind it does not know.
      return unreadableCertificate
    }
  }

  server.on('tlsClientError', (error, socket) => {
    const found = take(socket)
    const diagnosis = diagnoseHandshake(error, config)
    const isHttp = diagnosis.id === 'plain-http'
    // This closes the TCP connection too.
    if (!isHttp || found === undefined) socket.destroy()
    if (found === undefined) return
    if (diagnosis.id === 'closed') forget(found)
    else events.failed(found.client, diagnosis, false, found.slot)
    if (isHttp) events.plainHttp(found.raw)
  })

  function forget({ raw, client, slot, consumed }: Pending): void {
    const received = raw.bytesRead - consumed
    events.failed(client, diagnoseClose(received), received === 0, slot)
  }

  return {
    accept(raw, client, slot, consumed = 0) {
      // The client reset the connection while it waited to be accepted.
      if (raw.destroyed || raw.remotePort === undefined) {
        raw.destroy()
        events.failed(client, diagnoseClose(0), true, slot)
        return
      }
      const entry = { raw, client, slot, consumed }
      pending.set(raw, entry)
      if (slot !== null) {
        slot.evict = () => {
          if (remove(raw)) forget(entry)
          events.evicted(raw)
        }
      }
      raw.once('close', () => {
        if (remove(raw)) forget(entry)
      })
      // A handshake cannot go on after the client has ended its half, so until it is done that ends the connection.
      raw.allowHalfOpen = false
      turns.start(client.remoteAddress, () => {
        if (pending.has(raw)) server.emit('connection', raw)
      })
    },
    idle: () => (pending.size === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))),
    close() {
      const open = [...pending.values()]
      pending.clear()
      for (const resolve of waiting.splice(0)) resolve()
      for (const { raw, slot } of open) {
        slot?.release()
        raw.destroy()
      }
    },
  }
}

/**
 * HTTP/1.1 for clients that know it. An unknown protocol is agreed to: a refusal would end the handshake, while
 * kea-ctrl-agent, which ignores ALPN, goes on. HTTP/2 is not agreed to, because the client would then speak it.
 */
function chooseProtocol(protocols: readonly string[]): string | undefined {
  return protocols.includes('http/1.1') ? 'http/1.1' : protocols.find((protocol) => protocol !== 'h2')
}
