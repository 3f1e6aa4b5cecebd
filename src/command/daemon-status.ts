// What status-get says of one daemon: what the door has seen of it so far, and what it said of itself before.

import type { DaemonInfo } from './daemon-info.ts'

/** Of a daemon with TLS, as it was shown at the latest handshake. */
export interface DaemonCertificate {
  readonly subject: string
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
}

/** Commands by the minute: 60 elements, the oldest first; the last one is the minute under way. */
export interface LastHour {
  readonly commands: readonly number[]
  /** Those among them without a usable answer. */
  readonly failures: readonly number[]
  /** Milliseconds that the slowest answer took; 0: there was none. */
  readonly slowest: readonly number[]
}

export interface DaemonStatus {
  readonly service: string
  /** The path or URL of its control socket. */
  readonly address: string
  /** Whether the last attempt to reach it came through; null while there was none. */
  readonly reachable: boolean | null
  /** Commands at work in it, and waiting for their turn. */
  readonly inFlight: number
  readonly waiting: number
  /** Commands that got an answer of the daemon, and those that got one of ours instead. */
  readonly answered: number
  readonly failed: number
  /** null while nothing has failed. */
  readonly lastError: { readonly text: string; readonly at: number } | null
  /** Of the latest answers, from the arrival of the command on; milliseconds. null while there is none. */
  readonly answerTimes: { readonly median: number; readonly p99: number; readonly highest: number } | null
  /** The machine: the name or address that is connected to, or that of this machine. */
  readonly host: string
  /** null: it has not been asked yet, or has not answered. */
  readonly info: DaemonInfo | null
  /** null: without TLS, or without a handshake so far. */
  readonly certificate: DaemonCertificate | null
  /** null: there was no command. */
  readonly lastHour: LastHour | null
}
