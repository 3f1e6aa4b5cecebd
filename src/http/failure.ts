// The one table from what went wrong to HTTP status, JSON map and the fate of the connection.

import { STATUS_CODES } from 'node:http'
import type { RawJson } from '../json/raw.ts'
import { rawJson } from '../json/raw.ts'
import { escapeForLog } from '../log/escape.ts'

const kinds = {
  framing: { status: 400, ends: true },
  'not-json': { status: 400, ends: false },
  unauthorized: { status: 401, ends: false },
  certificate: { status: 403, ends: true },
  forbidden: { status: 403, ends: false },
  method: { status: 405, ends: false },
  timeout: { status: 408, ends: true },
  'no-length': { status: 411, ends: true },
  'too-large': { status: 413, ends: true },
  'content-type': { status: 415, ends: false },
  expectation: { status: 417, ends: true },
  'locked-out': { status: 429, ends: false },
  'head-too-large': { status: 431, ends: true },
  unexpected: { status: 500, ends: true },
  overload: { status: 503, ends: true },
  memory: { status: 503, ends: true },
  version: { status: 505, ends: true },
} as const

export type FailureKind = keyof typeof kinds

/** A refused request. */
export interface Failure {
  readonly kind: FailureKind
  readonly status: number
  /** The reason phrase, as Kea answers, and what was wrong in our own words. */
  readonly text: string
  /** What the audit log says instead: more than the client is told. */
  readonly record?: string
  /** The name that a failed login claimed, for the audit log. */
  readonly attemptedUser?: string
  /** Headers of this answer alone, names and values in turn. */
  readonly headers: readonly string[]
  /** Whether nothing more that comes on this connection may run (framing, head and limit errors). */
  readonly ends: boolean
}

/** @param detail what was wrong and what would be right; nothing secret. What deceives in it is made visible */
export function failure(kind: FailureKind, detail: string | null = null, headers: readonly string[] = []): Failure {
  const { status, ends } = kinds[kind]
  const phrase = reasonPhrase(status)
  const text = detail === null ? phrase : `${phrase}: ${escapeForLog(detail, Infinity)}`
  return { kind, status, ends, text, headers }
}

/** The body of the answer: a map, in Kea's form, where every 200 is a list. */
export function failureBody(failure: Failure): RawJson {
  return rawJson(`{ "result": ${failure.status}, "text": ${JSON.stringify(failure.text)} }`)
}

/** Never empty: Kea's own client refuses an answer without one. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown'
}

/**
 * 401 with the challenge (RFC 7617); quotes and backslashes of the realm are escaped.
 * @param why for the audit log: the client must not learn whether the user or the password was wrong
 */
export function unauthorized(realm: string, why: string): Failure {
  const quoted = realm.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\]/g, '\\$&')
  const refusal = failure('unauthorized', null, ['WWW-Authenticate', `Basic realm="${quoted}"`])
  return { ...refusal, record: `${refusal.text}: ${why}` }
}

/** 413. @param limit bytes */
export function bodyTooLarge(limit: number): Failure {
  return failure('too-large', `a body may have ${limit} bytes`)
}

/** 503. What all clients together have under way takes as much memory as it may. */
export function memoryFull(): Failure {
  const text = 'all bodies and answers together take as much memory as they may; try again later'
  return failure('memory', text, ['Retry-After', '1'])
}

/** 431. */
export function headTooLarge(): Failure {
  return failure('head-too-large', 'the request line and headers together are over the limit')
}

/** 505. */
export function otherVersion(): Failure {
  return failure('version', 'only HTTP/1.1 and HTTP/1.0 are spoken here')
}

/**
 * 429. The same for a user that exists and one that does not.
 * @param scope what is locked out: the name that was claimed, or the address under every name
 * @param wait milliseconds until another try makes sense
 */
export function lockedOut(scope: 'user' | 'address', wait: number): Failure {
  const seconds = Math.max(1, Math.ceil(wait / 1000))
  const whose = scope === 'user' ? ' for this user' : ''
  const text = `too many wrong passwords${whose} came from this address; try again in ${seconds} s`
  return failure('locked-out', text, ['Retry-After', String(seconds)])
}

/** 405 with the one method there is. */
export function methodNotAllowed(): Failure {
  return failure('method', 'commands are sent with POST, in capitals', ['Allow', 'POST'])
}
