// Takes new connections through the stages of one configuration: the PROXY protocol header of a balancer and the TLS
// handshake, where these are configured, then HTTP.

import type { Socket } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { AgentConfig } from '../../config/types.ts'
import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import { addressOf } from '../../net/remote-address.ts'
import { createTlsAcceptor } from '../../tls/server/acceptor.ts'
import type { CredentialSet } from '../../tls/files/credentials.ts'
import type { HandshakeLog } from '../../tls/server/handshake-log.ts'
import { certificateInfo } from '../../x509/certificate-info.ts'
import { httpOnTlsPort } from '../http-error.ts'
import type { ProxyRefusalLog } from '../proxy/proxy-protocol/refusal-log.ts'
import { rawResponse } from '../response/headers.ts'
import type { HttpServer } from '../server.ts'
import type { Listener } from './listener.ts'
import { ProxyHeaderStage } from './proxy-header-stage.ts'

export interface ConnectionHandler {
  /** Takes one accepted TCP connection. */
  accept(socket: Socket): void
  /**
   * Resolves when no PROXY protocol header is awaited and no handshake is under way, or after `timeout` milliseconds.
   */
  settle(timeout: number): Promise<void>
  /** Drops connections whose PROXY protocol header or handshake is not complete. */
  close(): void
}

export interface ConnectionHandlerOptions {
  readonly config: AgentConfig
  /** null: plain HTTP. */
  readonly credentials: CredentialSet | null
  readonly server: HttpServer
  /** The listener that the connections come from; they are closed with it when the address changes. */
  readonly origin: Listener
  /** Where refused TLS clients are reported. */
  readonly report: HandshakeLog
  /** Where connections without a proper header of the PROXY protocol are reported. */
  readonly proxyLog: ProxyRefusalLog
  readonly log: Log
}

/** Takes a connection whose client is known. @param consumed bytes that were read from it before */
type Take = (socket: Socket, client: ClientAddress, consumed: number) => void

interface Stage {
  readonly take: Take
  idle(): Promise<void>
  close(): void
}

export function createConnectionHandler(options: ConnectionHandlerOptions): ConnectionHandler {
  const { config, credentials, proxyLog, server } = options
  const { tls } = config
  const stage = tls !== null && credentials !== null ? tlsStage(options, tls, credentials) : plainStage(options)
  const proxyStage = config.proxies.proxyProtocol
    ? new ProxyHeaderStage({ config, server, log: proxyLog, take: stage.take })
    : null
  return {
    accept: (socket) => {
      const remoteAddress = addressOf(socket)
      if (proxyStage === null) stage.take(socket, { remoteAddress }, 0)
      else proxyStage.accept(socket, remoteAddress)
    },
    settle: async (timeout) => {
      const late = new AbortController()
      // In this order: a connection that has passed the first stage enters the second.
      const idle = async (): Promise<void> => {
        await proxyStage?.idle()
        await stage.idle()
      }
      await Promise.race([idle(), setTimeout(timeout, undefined, { signal: late.signal }).catch(() => undefined)])
      late.abort()
    },
    close: () => {
      proxyStage?.close()
      stage.close()
    },
  }
}

function plainStage({ server, origin }: ConnectionHandlerOptions): Stage {
  return {
    take: (socket, client, consumed) => {
      const slot = server.takeSlot(client.remoteAddress)
      server.serve({ socket, client, consumed, peer: null, verified: null, slot, origin })
    },
    idle: () => Promise.resolve(),
    close: () => undefined,
  }
}

function tlsStage(
  options: ConnectionHandlerOptions,
  tls: NonNullable<AgentConfig['tls']>,
  credentials: CredentialSet,
): Stage {
  const { config, server, origin, report, log } = options
  const { handshakeTimeout, maxConnections } = config.httpLimits
  const acceptor = createTlsAcceptor(credentials, tls, handshakeTimeout, {
    connected: (socket, client, verified, slot) => {
      server.serve({ socket, client, consumed: 0, peer: verified?.facts ?? null, verified, slot, origin })
    },
    refused: (socket, client, diagnosis, certificate, slot) => {
      const peer = certificate === undefined ? null : certificateInfo(certificate)
      report.refused(client, diagnosis, peer)
      server.refuse({ socket, client, consumed: 0, peer: null, verified: null, slot, origin }, diagnosis, peer)
    },
    plainHttp: (socket) => {
      socket.end(rawResponse(config.httpHeaders, httpOnTlsPort()))
      server.discard(socket)
    },
    evicted: (socket) => server.discard(socket),
    failed: (client, diagnosis, quiet, slot) => {
      slot?.release()
      report.failed(client, diagnosis, quiet)
    },
  })
  return {
    take: (socket, client, consumed) => {
      const slot = server.takeSlot(client.remoteAddress)
      if (slot === null) {
        report.crowded(client, maxConnections)
        server.discard(socket)
        return
      }
      log.write('HTTP_CONNECTION_HANDSHAKE_START', addressFields(client))
      acceptor.accept(socket, client, slot, consumed)
    },
    idle: () => acceptor.idle(),
    close: () => acceptor.close(),
  }
}
