// One audit record as a line of JSON: who asked for what, what was decided, and what came of it.

import type { CallerContext } from '../command/context.ts'
import type { PeerFacts } from '../tls/peer.ts'
import { certificateName } from '../tls/peer.ts'

/** Who was refused before anything of a command was read: the certificate is what he showed, perhaps of his own making. */
export interface RefusedCaller extends Omit<CallerContext, 'tls'> {
  readonly tls: PeerFacts | null
}

/** How one service, or the agent itself, answered. */
export interface AuditAnswer {
  /** null: the agent itself. */
  readonly service: string | null
  /** The number of the answer; null where it has none. */
  readonly result: number | null
  /** Milliseconds. */
  readonly duration: number
}

export interface AuditRecord {
  /** When the request began; milliseconds since the epoch. */
  readonly time: number
  readonly id: string
  readonly caller: RefusedCaller
  /** The role that decided; null where there is no access control, or it was not asked. */
  readonly role: string | null
  /** null: it never came to a command. */
  readonly command: string | null
  readonly services: readonly string[]
  readonly allowed: boolean
  /** The rule that decided, or why it was refused; null where nothing had to be decided. */
  readonly reason: string | null
  readonly answers: readonly AuditAnswer[]
  /** JSON text with secrets hidden; null where arguments are not recorded. */
  readonly arguments: string | null
  /** Milliseconds in all. */
  readonly duration: number
  /** Bytes of the arguments and of the answer. */
  readonly received: number
  readonly sent: number
}

/** Characters of what a client chose itself that go into a record. */
const longest = 1024

/** The line, with its end. Every control character is escaped, by JSON itself. */
export function auditLine(record: AuditRecord): string {
  const { caller } = record
  const text = JSON.stringify({
    time: new Date(record.time).toISOString(),
    id: record.id,
    address: caller.remoteAddress,
    subject: caller.tls === null ? null : certificateName(caller.tls.subject),
    fingerprint: caller.tls?.fingerprint ?? null,
    user: caller.user === null ? null : cut(caller.user),
    role: record.role === null ? null : cut(record.role),
    command: record.command === null ? null : cut(record.command),
    services: record.services.map(cut),
    decision: record.allowed ? 'allowed' : 'refused',
    reason: record.reason === null ? null : cut(record.reason),
    answers: record.answers.map(({ service, result, duration }) => {
      return { service: service === null ? null : cut(service), result, ms: shortened(duration) }
    }),
    ms: shortened(record.duration),
    received: record.received,
    sent: record.sent,
  })
  // The arguments keep every digit: they are spliced in as text.
  return record.arguments === null ? `${text}\n` : `${text.slice(0, -1)},"arguments":${record.arguments}}\n`
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`
}

/** Milliseconds to a microsecond. */
function shortened(duration: number): number {
  return Math.round(duration * 1000) / 1000
}
