// Reports connections that were closed for their PROXY protocol header: counts them and logs each kind of each address,
// with repetitions summed up.

import type { Log } from '../../../log/message.ts'
import { LogThrottle } from '../../../log/throttle.ts'
import type { Metrics } from '../../../metrics/registry.ts'
import type { ProxyFailure } from './receive-header.ts'

const remedies: Readonly<Record<ProxyFailure, string>> = {
  untrusted: 'if it is your proxy, add its address to trusted-proxies',
  malformed: 'have the proxy send version 1 or 2 (HAProxy: send-proxy-v2 on the server line), or set proxy-protocol to false',
  late: 'look for what delays the proxy, or raise head-timeout-seconds',
}

/** Lives as long as the process. */
export class ProxyRefusalLog {
  readonly #log: Log
  readonly #storms: LogThrottle
  readonly #metrics: Metrics

  constructor(log: Log, metrics: Metrics) {
    this.#log = log
    this.#storms = new LogThrottle(log)
    this.#metrics = metrics
  }

  /** @param peer the address that the connection came from */
  failed(peer: string, failure: ProxyFailure, reason: string): void {
    this.#metrics.count('keagate_proxy_headers_rejected_total', { reason: failure })
    const fields = { 'remote-address': peer, reason, remedy: remedies[failure] }
    this.#storms.write('KEAGATE_PROXY_HEADER_REFUSED', fields, [peer, failure].join())
  }

  /** A connection that ended or broke without a header. */
  gone(peer: string, reason: string): void {
    this.#log.write('KEAGATE_CONNECTION_ERROR', { 'remote-address': peer, reason })
  }

  close(): void {
    this.#storms.close()
  }
}
