// One daemon as the router sees it: a transport with statistics of its results, whose daemon can be asked for its
// version and state.

import { hostname } from 'node:os'
import type { DaemonStatus } from '../command/daemon-status.ts'
import type { RawJson } from '../json/raw.ts'
import type { ClientCredentials } from '../tls/files/client-credentials.ts'
import { inquire } from './inquiry.ts'
import type { RequestOwner, SentService, Transport, Upstream, UpstreamResult } from './upstream.ts'
import type { UpstreamStats } from './upstream-stats.ts'

export interface MeasuredUpstreamOptions {
  /** Name or address that is connected to; null: a UNIX socket of this machine. */
  readonly host: string | null
  /** Opens another transport to the same daemon, for a few short answers. @param credentials null: without TLS */
  readonly openForInquiry: (credentials: ClientCredentials | null) => Transport
  /** null: without TLS. */
  readonly credentials: ClientCredentials | null
}

/** An upstream that keeps statistics of its daemon. */
export class MeasuredUpstream implements Upstream {
  readonly stats: UpstreamStats
  readonly #transport: Transport
  readonly #options: MeasuredUpstreamOptions
  #credentials: ClientCredentials | null

  /** @param record statistics of the same address from an earlier configuration, or new ones */
  constructor(transport: Transport, record: UpstreamStats, options: MeasuredUpstreamOptions) {
    this.#transport = transport
    this.stats = record
    this.#options = options
    this.#credentials = options.credentials
  }

  /** What its new connections use; null: without TLS. */
  get credentials(): ClientCredentials | null {
    return this.#credentials
  }

  /** The TLS files have changed: new connections use the new credentials. Commands under way go on with theirs. */
  renewCredentials(credentials: ClientCredentials): void {
    this.#credentials = credentials
    this.#transport.renewCredentials?.(credentials)
  }

  /** Asks the daemon for its version and state, which `stats` then has. Never rejects. */
  async inquire(): Promise<void> {
    const { contacts } = this.stats
    const info = await inquire(this.#options.openForInquiry(this.#credentials))
    this.stats.recordInquiry(info, contacts)
  }

  get address(): string {
    return this.#transport.address
  }

  get sentService(): SentService {
    return this.#transport.sentService
  }

  async send(command: RawJson, asker: RequestOwner): Promise<UpstreamResult> {
    const begun = performance.now()
    const result = await this.#transport.send(command, asker)
    this.stats.record(result, performance.now() - begun, Date.now())
    return result
  }

  /** Resolves to null if the daemon can be reached, else to the reason. Sends nothing and never rejects. */
  async probe(): Promise<string | null> {
    const reason = await this.#transport.probe()
    this.stats.recordProbe(reason, Date.now())
    return reason
  }

  close(): void {
    this.#transport.close()
  }

  /** Another upstream takes its place; commands that began with this one also end with it. */
  retire(): void {
    this.#transport.retire()
  }

  status(service: string): DaemonStatus {
    const host = this.#options.host ?? hostname()
    return { service, address: this.address, host, ...this.#transport.load(), ...this.stats.status() }
  }
}
