// What status-get says about one daemon: what the agent has seen of it so far, and what the daemon said about itself.

import type { DaemonInfo } from './daemon-info.ts'

/** The certificate that a daemon with TLS showed at the latest handshake. */
export interface DaemonCertificate {
  readonly subject: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Numbers for each minute: 60 elements, the oldest first; the last one is the minute under way. */
export interface LastHour {
  readonly commands: readonly number[]
  /** How many of these commands got no usable answer. */
  readonly failures: readonly number[]
  /** Milliseconds that the slowest answer took; 0: there was none. */
  readonly slowest: readonly number[]
}

export interface DaemonStatus {
  readonly service: string
  /** The path or URL of its control socket. */
  readonly address: string
  /** Whether the last attempt to reach the daemon succeeded; null: there was none yet. */
  readonly reachable: boolean | null
  /** How many commands the daemon works on, and how many wait for their turn. */
  readonly inFlight: number
  readonly waiting: number
  /** How many commands the daemon answered, and how many the agent answered in its place. */
  readonly answered: number
  readonly failed: number
  /** null while nothing has failed. */
  readonly lastError: { readonly text: string; readonly at: number } | null
  /** Milliseconds from the arrival of a command to its answer, over the latest answers; null: there was none yet. */
  readonly answerTimes: { readonly median: number; readonly p99: number; readonly highest: number } | null
  /** The machine that the daemon runs on: the name or address of its control socket, or this machine's name. */
  readonly host: string
  /** null: the daemon was not asked yet, or has not answered. */
  readonly info: DaemonInfo | null
  /** null: without TLS, or without a handshake so far. */
  readonly certificate: DaemonCertificate | null
  /** null: there was no command. */
  readonly lastHour: LastHour | null
}
