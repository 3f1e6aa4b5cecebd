// Keeps what status-get tells of one daemon: how its commands ended and how long they took. Constant cost a command.

import type { DaemonStatus } from '../command/daemon-status.ts'
import type { RawJson } from '../json/raw.ts'
import type { RequestOwner, SentService, Transport, Upstream, UpstreamResult } from './upstream.ts'

/** Answers whose times are remembered. */
const remembered = 256

/** Characters of an error that are kept. */
const maxErrorLength = 500

/** What is known of the daemon at one address; it outlives changes of the configuration. */
export class UpstreamStats {
  #answered = 0
  #failed = 0
  #reachable: boolean | null = null
  #seenAt: number | null = null
  #lastError: { readonly text: string; readonly at: number } | null = null
  /** The latest times, the oldest one overwritten first. */
  readonly #times = new Float64Array(remembered)

  /** When it was last known whether it can be reached; milliseconds since the epoch. null: never. */
  get seenAt(): number | null {
    return this.#seenAt
  }

  /** @param milliseconds since the command arrived. @param at milliseconds since the epoch */
  record(result: UpstreamResult, milliseconds: number, at: number): void {
    if (result.ok || result.offline || result.sent) this.#seenAt = at
    if (result.ok) {
      this.#times[this.#answered++ % remembered] = milliseconds
      this.#reachable = true
      return
    }
    this.#failed++
    this.#lastError = { text: result.reason.slice(0, maxErrorLength), at }
    // What we refused to send says nothing of the daemon; a malformed answer comes from a daemon that runs.
    if (result.offline) this.#reachable = false
    else if (result.sent) this.#reachable = true
  }

  /** @param reason why a mere connection failed, or null. @param at milliseconds since the epoch */
  recordProbe(reason: string | null, at: number): void {
    this.#reachable = reason === null
    this.#seenAt = at
    if (reason !== null) this.#lastError = { text: reason.slice(0, maxErrorLength), at }
  }

  status(): Pick<DaemonStatus, 'reachable' | 'answered' | 'failed' | 'lastError' | 'answerTimes'> {
    return {
      reachable: this.#reachable,
      answered: this.#answered,
      failed: this.#failed,
      lastError: this.#lastError,
      answerTimes: this.#answerTimes(),
    }
  }

  #answerTimes(): DaemonStatus['answerTimes'] {
    const times = this.#times.slice(0, this.#answered).sort()
    const last = times.length - 1
    if (last < 0) return null
    const at = (share: number): number => times[Math.ceil(share * last)] ?? 0
    return { median: at(0.5), p99: at(0.99), highest: at(1) }
  }
}

/** An upstream whose daemon is kept book of. */
export class MeasuredUpstream implements Upstream {
  readonly stats: UpstreamStats
  readonly #transport: Transport

  /** @param record of the same address under a configuration before, or a new one */
  constructor(transport: Transport, record: UpstreamStats) {
    this.#transport = transport
    this.stats = record
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

  /** Another upstream takes its place; commands that began with this one end with it. */
  retire(): void {
    this.#transport.retire()
  }

  status(service: string): DaemonStatus {
    return { service, address: this.address, ...this.#transport.load(), ...this.stats.status() }
  }
}
