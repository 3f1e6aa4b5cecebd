// The address that the agent listens on: opens it at the start, opens another one for a new configuration, and refuses
// what cannot be done while the old one is open.

import net from 'node:net'
import { setTimeout } from 'node:timers/promises'
import type { AgentConfig } from '../config/types.ts'
import { forKeyword, KeagateError, systemCode } from '../errors.ts'
import { adoptListener, openListener } from '../http/connection/listener.ts'
import type { Listener } from '../http/connection/listener.ts'
import type { Log, MessageId } from '../log/message.ts'

export interface FirstListen {
  /** Descriptors that systemd has opened for this process; with none, the address is opened here. */
  readonly passed: readonly number[]
  readonly log: Log
  /** Ends the wait for an address that the machine does not have yet. */
  readonly signal: AbortSignal
}

/**
 * Opens the first address.
 * @throws KeagateError LISTEN_FAILED
 */
export async function listenFirst(config: AgentConfig, { passed, log, signal }: FirstListen): Promise<Listener> {
  const [fd, ...others] = passed
  if (fd === undefined) return listenPatiently(config, log, signal)
  const remedy = 'make ListenStream of the socket unit, once, and http-host and http-port of the configuration the same'
  const at = '/Control-agent/http-host'
  if (others.length > 0) {
    throw new KeagateError('LISTEN_FAILED', `systemd has opened ${passed.length} sockets for one listener`, { remedy, at })
  }
  const listener = await adoptListener(fd, log)
  const { httpHost: host, httpPort: port } = config
  if (listener.port === port && sameAddress(listener.address, host)) return listener
  await listener.close()
  const opened = `${listener.address} port ${listener.port}`
  throw new KeagateError('LISTEN_FAILED', `systemd has opened ${opened}, not ${host} port ${port}`, { remedy, at })
}

/** Milliseconds between two attempts to open an address that the machine does not have yet. */
const retryInterval = 250

/** Waits for an address that the machine does not have yet: a virtual one of CARP or VRRP, or a tentative IPv6 one. */
async function listenPatiently(config: AgentConfig, log: Log, signal: AbortSignal): Promise<Listener> {
  const { bindRetry, httpHost: address, httpPort: port } = config
  const deadline = performance.now() + bindRetry
  for (let waiting = false; ; waiting = true) {
    try {
      return await listen(config, null, log)
    } catch (error) {
      if (systemCode(error) !== 'EADDRNOTAVAIL' || performance.now() >= deadline || signal.aborted) throw error
      if (!waiting) log.write('KEAGATE_ADDRESS_AWAITED', { address, port, seconds: bindRetry / 1000 })
      // Not interrupted: the next attempt looks at the signal.
      await setTimeout(retryInterval)
    }
  }
}

/**
 * @param inForce the configuration whose address is open; null: none is
 * @throws KeagateError LISTEN_FAILED
 */
export async function listen(
  { httpHost, httpPort }: AgentConfig,
  inForce: AgentConfig | null,
  log: Log,
): Promise<Listener> {
  try {
    return await openListener(httpHost, httpPort, log)
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw forKeyword(error, '/Control-agent/http-host')
    if (inForce?.httpPort !== httpPort) throw forKeyword(error, '/Control-agent/http-port')
    // One of the two addresses covers the other, and the old one is not closed before the new one is open.
    throw new KeagateError(
      'LISTEN_FAILED',
      `${httpHost} port ${httpPort} cannot be opened while the agent listens on ${inForce.httpHost} port ${httpPort}`,
      { at: '/Control-agent/http-host', remedy: 'change http-port as well, or restart the agent', cause: error },
    )
  }
}

/**
 * As Kea 3: an open port does not change its protocol.
 * @throws KeagateError LISTEN_FAILED
 */
export function refuseProtocolSwitch(before: AgentConfig, next: AgentConfig, log: Log): void {
  if ((before.tls === null) === (next.tls === null)) return
  const id: MessageId =
    before.tls === null ? 'CTRL_AGENT_HTTP_SERVICE_REUSE_FAILED' : 'CTRL_AGENT_HTTPS_SERVICE_REUSE_FAILED'
  log.write(id, { address: before.httpHost, port: before.httpPort })
  throw new KeagateError(
    'LISTEN_FAILED',
    `${before.httpHost} port ${before.httpPort} cannot change between HTTP and HTTPS while it is open`,
    {
      at: '/Control-agent/http-port',
      remedy: 'choose another http-port for the new protocol, or restart the agent',
    },
  )
}

export function sameEndpoint(one: AgentConfig, other: AgentConfig): boolean {
  return one.httpHost === other.httpHost && one.httpPort === other.httpPort
}

/** Compares addresses in any spelling of IPv6. */
function sameAddress(one: string, other: string): boolean {
  const plain = (address: string): string => {
    return net.isIPv6(address) ? new net.SocketAddress({ address, family: 'ipv6' }).address : address
  }
  return plain(one) === plain(other)
}
