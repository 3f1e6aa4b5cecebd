// One audit record as a line of JSON: who asked for what, what was decided, and what came of it.

import { escapeJson, shorten } from '../log/escape.ts'
import type { CallerContext } from '../command/caller.ts'
import type { CertificateInfo } from '../x509/certificate-info.ts'
import { certificateName } from '../x509/certificate-info.ts'

/** A caller that was refused before its command was read. The certificate is recorded as sent; it may be self-made. */
export interface RefusedCaller extends Omit<CallerContext, 'tls'> {
  readonly tls: CertificateInfo | null
  /** The name that a failed login claimed; null: none did. */
  readonly attemptedUser?: string | null
}

/** How one service, or the agent itself, answered. */
export interface AuditAnswer {
  /** null: the agent itself. */
  readonly service: string | null
  /** The `result` number of the answer; null where it has none. */
  readonly result: number | null
  /** Milliseconds that the answer took. */
  readonly duration: number
}

export interface AuditRecord {
  /** When the request began; milliseconds since the epoch. */
  readonly time: number
  readonly id: string
  readonly caller: RefusedCaller
  /** The role that decided; null where there is no access control, or it was not asked. */
  readonly role: string | null
  /** null: the request was refused before its command was read. */
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

/** How many characters of a text that a client chose go into a record; a longer one is cut. */
const longest = 1024

/** The line, with its end. Characters that could deceive a reader, such as control characters, get JSON escapes. */
export function auditLine(record: AuditRecord): string {
  const { remoteAddress, proxy, tls, user, attemptedUser = null } = record.caller
  // Put together by hand: a busy agent writes thousands of records a second.
  return (
    `{"time":"${new Date(record.time).toISOString()}","id":${quoted(record.id)},"address":${quoted(remoteAddress)}` +
    (proxy === undefined ? '' : `,"proxy":${quoted(proxy)}`) +
    `,"subject":${tls === null ? 'null' : quoted(certificateName(tls.subject))}` +
    `,"fingerprint":${quoted(tls?.fingerprint ?? null)},"user":${quoted(user)}` +
    (attemptedUser === null ? '' : `,"attempted-user":${quoted(attemptedUser)}`) +
    `,"role":${quoted(record.role)},"command":${quoted(record.command)},"services":${list(record.services, quoted)}` +
    `,"decision":"${record.allowed ? 'allowed' : 'refused'}","reason":${quoted(record.reason)}` +
    `,"answers":${list(record.answers, answered)},"ms":${shortened(record.duration)}` +
    `,"received":${record.received},"sent":${record.sent}` +
    // The arguments keep every digit: they are spliced in as text.
    (record.arguments === null ? '}\n' : `,"arguments":${escapeJson(record.arguments)}}\n`)
  )
}

function list<T>(items: readonly T[], print: (item: T) => string): string {
  const [first] = items
  // Most often there is one item.
  return items.length === 1 && first !== undefined ? `[${print(first)}]` : `[${items.map(print).join()}]`
}

function answered({ service, result, duration }: AuditAnswer): string {
  return `{"service":${quoted(service)},"result":${result ?? 'null'},"ms":${shortened(duration)}}`
}

/** Texts that need no escapes in JSON. */
const plain = /^[ !#-[\]-~]*$/

/** A text as a JSON string, cut to `longest` characters. */
function quoted(text: string | null): string {
  if (text === null) return 'null'
  const short = shorten(text, longest)
  return plain.test(short) ? `"${short}"` : escapeJson(JSON.stringify(short))
}

/** Milliseconds, rounded to a microsecond. */
function shortened(duration: number): number {
  return Math.round(duration * 1000) / 1000
}
