// What happens to a new connection under one configuration: straight to HTTP, or through a TLS handshake first.

import type { X509Certificate } from 'node:crypto'
import type { Socket } from 'node:net'
import type { AgentConfig } from '../config/types.ts'
import type { Log } from '../log/message.ts'
import { createTlsAcceptor } from '../tls/acceptor.ts'
import type { CredentialSet } from '../tls/credentials.ts'
import type { Diagnosis } from '../tls/diagnose.ts'
import { certificateName } from '../tls/peer.ts'
import { remoteAddress } from '../tls/remote-address.ts'
import type { Listener } from './listener.ts'
import type { HttpServer } from './server.ts'

export interface Entrance {
  /** Takes one accepted TCP connection. */
  accept(socket: Socket): void
  /** Drops connections that are not through their handshake yet. */
  close(): void
}

export interface EntranceParts {
  readonly config: AgentConfig
  /** null: plain HTTP. */
  readonly credentials: CredentialSet | null
  readonly server: HttpServer
  /** Where the connections come from; they are closed with it when the address changes. */
  readonly origin: Listener
  readonly log: Log
}

export function createEntrance(parts: EntranceParts): Entrance {
  const { config, credentials, server, origin } = parts
  if (config.tls === null || credentials === null) {
    return { accept: (socket) => server.serve(socket, null, origin), close: () => undefined }
  }
  return tlsEntrance(parts, config.tls, credentials)
}

function tlsEntrance(parts: EntranceParts, tls: NonNullable<AgentConfig['tls']>, credentials: CredentialSet): Entrance {
  const { server, origin, log } = parts
  const { handshakeTimeout, maxConnections } = parts.config.httpLimits
  // The HTTP side counts connections once they are through; those on their way must count as well.
  let onTheirWay = 0
  let full = false
  const acceptor = createTlsAcceptor(credentials, tls, handshakeTimeout, {
    connected: (socket, peer) => {
      onTheirWay--
      server.serve(socket, peer, origin)
    },
    refused: (socket, diagnosis, certificate) => {
      onTheirWay--
      logRefusal(log, remoteAddress(socket), diagnosis, certificate)
      server.refuse(socket, diagnosis, origin)
    },
    failed: (address, diagnosis, quiet) => {
      onTheirWay--
      const fields = { 'remote-address': address, reason: diagnosis.reason, remedy: diagnosis.remedy }
      if (quiet) log.write('KEAGATE_CONNECTION_ERROR', fields)
      else log.write('HTTP_CONNECTION_HANDSHAKE_FAILED', fields)
    },
  })
  return {
    accept: (socket) => {
      if (server.connections() + onTheirWay >= maxConnections) {
        const address = remoteAddress(socket)
        if (!full) log.write('KEAGATE_CONNECTION_LIMIT', { 'remote-address': address, limit: maxConnections })
        full = true
        socket.destroy()
        return
      }
      full = false
      onTheirWay++
      acceptor.accept(socket)
    },
    close: () => acceptor.close(),
  }
}

function logRefusal(
  log: Log,
  address: string,
  diagnosis: Diagnosis,
  certificate: X509Certificate | undefined,
): void {
  log.write('KEAGATE_CLIENT_CERTIFICATE_REFUSED', {
    'remote-address': address,
    reason: diagnosis.reason,
    remedy: diagnosis.remedy,
    subject: certificate === undefined ? 'none' : certificateName(certificate.subject),
    issuer: certificate === undefined ? 'none' : certificateName(certificate.issuer),
  })
}
