// What happens to a new connection under one configuration: straight to HTTP, or through a TLS handshake first.

import type { Socket } from 'node:net'
import type { AgentConfig } from '../../config/types.ts'
import type { Log } from '../../log/message.ts'
import { createTlsAcceptor } from '../../tls/server/acceptor.ts'
import type { CredentialSet } from '../../tls/files/credentials.ts'
import { certificateInfo } from '../../x509/certificate-info.ts'
import { addressOf } from '../../net/remote-address.ts'
import type { HandshakeLog } from '../../tls/server/handshake-log.ts'
import { httpOnTlsPort } from '../http-error.ts'
import { rawResponse } from '../response/headers.ts'
import type { HttpServer } from '../server.ts'
import type { Listener } from './listener.ts'

export interface ConnectionHandler {
  /** Takes one accepted TCP connection. */
  accept(socket: Socket): void
  /** Drops connections that are not through their handshake yet. */
  close(): void
}

export interface ConnectionHandlerOptions {
  readonly config: AgentConfig
  /** null: plain HTTP. */
  readonly credentials: CredentialSet | null
  readonly server: HttpServer
  /** Where the connections come from; they are closed with it when the address changes. */
  readonly origin: Listener
  /** Where refused TLS clients are reported. */
  readonly report: HandshakeLog
  readonly log: Log
}

export function createConnectionHandler(options: ConnectionHandlerOptions): ConnectionHandler {
  const { config, credentials, server, origin } = options
  if (config.tls !== null && credentials !== null) return tlsHandler(options, config.tls, credentials)
  return {
    accept: (socket) => {
      const remoteAddress = addressOf(socket)
      const slot = server.takeSlot(remoteAddress)
      server.serve({ socket, remoteAddress, peer: null, verified: null, slot, origin })
    },
    close: () => undefined,
  }
}

function tlsHandler(
  options: ConnectionHandlerOptions,
  tls: NonNullable<AgentConfig['tls']>,
  credentials: CredentialSet,
): ConnectionHandler {
  const { config, server, origin, report, log } = options
  const { handshakeTimeout, maxConnections } = config.httpLimits
  const acceptor = createTlsAcceptor(credentials, tls, handshakeTimeout, {
    connected: (socket, remoteAddress, verified, slot) => {
      server.serve({ socket, remoteAddress, peer: verified?.facts ?? null, verified, slot, origin })
    },
    refused: (socket, remoteAddress, diagnosis, certificate, slot) => {
      const peer = certificate === undefined ? null : certificateInfo(certificate)
      report.refused(remoteAddress, diagnosis, peer)
      server.refuse({ socket, remoteAddress, peer: null, verified: null, slot, origin }, diagnosis, peer)
    },
    plainHttp: (socket) => {
      socket.end(rawResponse(config.httpHeaders, httpOnTlsPort()))
      server.discard(socket)
    },
    evicted: (socket) => server.discard(socket),
    failed: (address, diagnosis, quiet, slot) => {
      slot?.release()
      report.failed(address, diagnosis, quiet)
    },
  })
  return {
    accept: (socket) => {
      const address = addressOf(socket)
      const slot = server.takeSlot(address)
      if (slot === null) {
        report.crowded(address, maxConnections)
        server.discard(socket)
        return
      }
      log.write('HTTP_CONNECTION_HANDSHAKE_START', { 'remote-address': address })
      acceptor.accept(socket, address, slot)
    },
    close: () => acceptor.close(),
  }
}
