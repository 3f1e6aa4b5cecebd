// Reads the header of the PROXY protocol at the beginning of connections. Until then, each takes a place as a
// connection of the proxy's address; the client that the header names then needs a place of its own.

import type { Socket } from 'node:net'
import type { AgentConfig } from '../../config/types.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import { receiveProxyHeader } from '../proxy/proxy-protocol/receive-header.ts'
import type { ProxyRefusalLog } from '../proxy/proxy-protocol/refusal-log.ts'
import { TrustedProxies } from '../proxy/trusted-proxies.ts'
import type { HttpServer } from '../server.ts'

export interface ProxyHeaderStageOptions {
  readonly config: Pick<AgentConfig, 'proxies' | 'httpLimits'>
  readonly server: Pick<HttpServer, 'takeSlot' | 'discard'>
  readonly log: ProxyRefusalLog
  /** Called for each connection once its header is read. @param consumed bytes of the header */
  readonly take: (socket: Socket, client: ClientAddress, consumed: number) => void
}

export class ProxyHeaderStage {
  readonly #options: ProxyHeaderStageOptions
  readonly #trusted: TrustedProxies
  /** Connections whose header is awaited, each with the function that drops it. */
  readonly #pending = new Map<Socket, () => void>()
  readonly #waiting: (() => void)[] = []

  constructor(options: ProxyHeaderStageOptions) {
    this.#options = options
    this.#trusted = new TrustedProxies(options.config.proxies.trusted)
  }

  /** @param peer the address that the connection came from */
  accept(socket: Socket, peer: string): void {
    const { config, server, log, take } = this.#options
    // Reset while it waited to be accepted, as HAProxy ends its health checks: its address is not known any more.
    if (socket.destroyed || socket.remotePort === undefined) {
      socket.on('error', () => undefined).destroy()
      log.gone(peer, 'it was closed')
      return
    }
    const slot = server.takeSlot(peer)
    if (slot === null) {
      server.discard(socket)
      return
    }
    const done = (): void => {
      slot.release()
      this.#remove(socket)
    }
    const abort = receiveProxyHeader(socket, {
      trusted: this.#trusted.includes(peer),
      timeout: config.httpLimits.headTimeout,
      events: {
        header: (source, size) => {
          slot.release()
          take(socket, source === null ? { remoteAddress: peer } : { remoteAddress: source, proxy: peer }, size)
          this.#remove(socket)
        },
        failed: (failure, reason) => {
          done()
          log.failed(peer, failure, reason)
        },
        gone: (reason) => {
          done()
          log.gone(peer, reason)
        },
      },
    })
    const drop = (): void => {
      abort()
      done()
    }
    slot.evict = drop
    this.#pending.set(socket, drop)
  }

  /** Resolves when no header is awaited. */
  idle(): Promise<void> {
    return this.#pending.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Drops connections whose header has not come. */
  close(): void {
    for (const drop of [...this.#pending.values()]) drop()
  }

  #remove(socket: Socket): void {
    this.#pending.delete(socket)
    if (this.#pending.size === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
