// The interface through which the agent's own commands use the process around them. The process implements it.

import type { WrittenConfig } from '../config/print/write-file.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import type { RawJson } from '../json/raw.ts'
import type { Expiring } from '../tls/files/expiry.ts'
import type { DaemonStatus } from './daemon-status.ts'

/** How an attempt to check or change the configuration ended. 5: it was valid but could not be put in force. */
export type ConfigOutcome =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly result: 1 | 5; readonly text: string }

export interface AgentControl {
  readonly version: string
  /** What `-V` prints, in several lines: version, runtime, libraries. */
  readonly extendedVersion: string
  /** What `-W` prints. */
  readonly buildReport: string
  readonly pid: number
  /** Milliseconds since the epoch. */
  readonly startedAt: number
  /** When the configuration in force was applied; milliseconds since the epoch. */
  configuredAt(): number
  /** Every certificate and revocation list of files in use, and when it ends; empty without TLS. */
  certificates(): readonly Expiring[]
  /** How many handshakes and client certificates were refused since the start, by reason; null without TLS. */
  tlsFailures(): Readonly<Record<string, number>> | null
  /** The daemon of each service, in the order of the configuration. */
  daemons(): readonly DaemonStatus[]
  serviceGroups(): ServiceGroups
  /** The map `{"Control-agent": {…}, "hash": "…"}` with defaults filled in and secrets hidden. */
  configGet(): Promise<RawJson>
  /** SHA-256 of the effective configuration, 64 upper-case hex digits. */
  configHash(): Promise<string>
  /** @param configuration the bytes of a map that holds `Control-agent` */
  configTest(configuration: RawJson): Promise<ConfigOutcome>
  configSet(configuration: RawJson): Promise<ConfigOutcome>
  /** Reads the start file again and applies it. */
  configReload(): Promise<ConfigOutcome>
  /** @param filename null for the start file */
  configWrite(filename: string | null): Promise<WrittenConfig>
  /** Lets running commands end, then ends the process. @param exitValue 0..255 */
  shutdown(exitValue: number): void
}
