// What happens to a new connection under one configuration: straight to HTTP, or through a TLS handshake first.

import type { Socket } from 'node:net'
import type { AgentConfig } from '../config/types.ts'
import type { Log } from '../log/message.ts'
import { createTlsAcceptor } from '../tls/acceptor.ts'
import type { CredentialSet } from '../tls/credentials.ts'
import { peerFacts } from '../tls/peer.ts'
import { addressOf } from '../tls/remote-address.ts'
import type { TlsReport } from '../tls/report.ts'
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
  /** Where clients that do not come in are told of. */
  readonly report: TlsReport
  readonly log: Log
}

export function createEntrance(parts: EntranceParts): Entrance {
  const { config, credentials, server, origin } = parts
  if (config.tls === null || credentials === null) {
    return {
      accept: (socket) => server.serve({ socket, remoteAddress: addressOf(socket), peer: null, origin }),
      close: () => undefined,
    }
  }
  return tlsEntrance(parts, config.tls, credentials)
}

function tlsEntrance(parts: EntranceParts, tls: NonNullable<AgentConfig['tls']>, credentials: CredentialSet): Entrance {
  const { server, origin, report, log } = parts
  const { handshakeTimeout, maxConnections } = parts.config.httpLimits
  // The HTTP side counts connections once they are through; those on their way must count as well.
  let onTheirWay = 0
  const acceptor = createTlsAcceptor(credentials, tls, handshakeTimeout, {
    connected: (socket, remoteAddress, peer) => {
      onTheirWay--
      server.serve({ socket, remoteAddress, peer, origin })
    },
    refused: (socket, remoteAddress, diagnosis, certificate) => {
      onTheirWay--
      const peer = certificate === undefined ? null : peerFacts(certificate)
      report.refused(remoteAddress, diagnosis, peer)
      server.refuse({ socket, remoteAddress, peer: null, origin }, diagnosis, peer)
    },
    failed: (address, diagnosis, quiet) => {
      onTheirWay--
      report.failed(address, diagnosis, quiet)
    },
  })
  return {
    accept: (socket) => {
      const address = addressOf(socket)
      if (server.connections() + onTheirWay >= maxConnections) {
        report.crowded(address, maxConnections)
        socket.destroy()
        return
      }
      onTheirWay++
      log.write('HTTP_CONNECTION_HANDSHAKE_START', { 'remote-address': address })
      acceptor.accept(socket, address)
    },
    close: () => acceptor.close(),
  }
}
