// Says for each kind of failure which HTTP status and JSON body it gets, and whether it closes the connection.

import { STATUS_CODES } from 'node:http'
import type { RawJson } from '../json/raw.ts'
import { rawJson } from '../json/raw.ts'
import { escapeForLog } from '../log/escape.ts'

const kinds = {
  framing: { status: 400, closesConnection: true },
  forwarded: { status: 400, closesConnection: false },
  'not-json': { status: 400, closesConnection: false },
  unauthorized: { status: 401, closesConnection: false },
  certificate: { status: 403, closesConnection: true },
  forbidden: { status: 403, closesConnection: false },
  'not-found': { status: 404, closesConnection: false },
  method: { status: 405, closesConnection: false },
  timeout: { status: 408, closesConnection: true },
  'no-length': { status: 411, closesConnection: true },
  'too-large': { status: 413, closesConnection: true },
  'content-type': { status: 415, closesConnection: false },
  expectation: { status: 417, closesConnection: true },
  'locked-out': { status: 429, closesConnection: false },
  'head-too-large': { status: 431, closesConnection: true },
  unexpected: { status: 500, closesConnection: true },
  overload: { status: 503, closesConnection: true },
  memory: { status: 503, closesConnection: true },
  version: { status: 505, closesConnection: true },
} as const

export type HttpErrorKind = keyof typeof kinds

export interface HttpErrorOptions {
  /** Headers of this response alone, names and values in turn. */
  readonly headers?: readonly string[]
  /** What the audit log adds to the text: more than the client may learn. */
  readonly auditDetail?: string
  /** The name that a failed login claimed, for the audit log. */
  readonly attemptedUser?: string
}

/** A refused request. The message is what the client reads: the reason phrase, as Kea answers, and our own words. */
export class HttpError extends Error {
  readonly kind: HttpErrorKind
  readonly status: number
  /** Whether the connection is closed, as nothing more that comes on it may run (framing, head and limit errors). */
  readonly closesConnection: boolean
  /** Headers of this response alone, names and values in turn. */
  readonly headers: readonly string[]
  /** The text in the audit log. */
  readonly auditText: string
  /** The name that a failed login claimed, for the audit log; null: none. */
  readonly attemptedUser: string | null

  /** @param detail what was wrong and what would be right; nothing secret. Hidden characters in it are escaped */
  constructor(kind: HttpErrorKind, detail: string | null = null, options: HttpErrorOptions = {}) {
    const { headers = [], auditDetail, attemptedUser = null } = options
    const { status, closesConnection } = kinds[kind]
    const phrase = reasonPhrase(status)
    super(detail === null ? phrase : `${phrase}: ${escapeForLog(detail, Infinity)}`)
    this.kind = kind
    this.status = status
    this.closesConnection = closesConnection
    this.headers = headers
    this.attemptedUser = attemptedUser
    this.auditText = auditDetail === undefined ? this.message : `${this.message}: ${auditDetail}`
  }

  /** The body of the response: a map in Kea's form. The body of a 200 is always a list. */
  body(): RawJson {
    return rawJson(`{ "result": ${this.status}, "text": ${JSON.stringify(this.message)} }`)
  }
}

/** Never empty: Kea's own client refuses a response without one. */
export function reasonPhrase(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown'
}

/**
 * 401 with the challenge (RFC 7617); quotes and backslashes of the realm are escaped.
 * @param auditDetail for the audit log only: the client must not learn whether the user or the password was wrong
 */
export function unauthorized(realm: string, auditDetail: string, attemptedUser?: string): HttpError {
  const quoted = realm.replace(/[\u0000-\u001f\u007f]/g, ' ').replace(/["\\]/g, '\\$&')
  const headers = ['WWW-Authenticate', `Basic realm="${quoted}"`]
  const attempt = attemptedUser === undefined ? {} : { attemptedUser }
  return new HttpError('unauthorized', null, { headers, auditDetail, ...attempt })
}

/** 413. @param limit bytes */
export function bodyTooLarge(limit: number): HttpError {
  return new HttpError('too-large', `a body may have ${limit} bytes`)
}

/** 503. The client, or all clients together, have as much memory for bodies and answers as they may. */
export function memoryFull(): HttpError {
  const text = 'no memory is left for this command: this client, or all together, have their share; try again later'
  return new HttpError('memory', text, { headers: ['Retry-After', '1'] })
}

/** 431. */
export function headTooLarge(): HttpError {
  return new HttpError('head-too-large', 'the request line and headers together are over the limit')
}

/** 400, in plain text on a port for TLS. */
export function httpOnTlsPort(): HttpError {
  return new HttpError('framing', 'this port speaks HTTPS, and plain HTTP came; write https:// in the URL')
}

/** 505. */
export function otherVersion(): HttpError {
  return new HttpError('version', 'only HTTP/1.1 and HTTP/1.0 are spoken here')
}

/**
 * 429. The same for a user that exists and one that does not.
 * @param scope what is locked out: the name that was claimed, or the address under every name
 * @param wait milliseconds until another try makes sense
 */
export function lockedOut(scope: 'user' | 'address', wait: number, attemptedUser: string): HttpError {
  const seconds = Math.max(1, Math.ceil(wait / 1000))
  const whose = scope === 'user' ? ' for this user' : ''
  const text = `too many wrong passwords${whose} came from this address; try again in ${seconds} s`
  return new HttpError('locked-out', text, { headers: ['Retry-After', String(seconds)], attemptedUser })
}

/** 405 with the one method there is. */
export function methodNotAllowed(): HttpError {
  return new HttpError('method', 'commands are sent with the method POST, and methods are in capitals', { headers: ['Allow', 'POST'] })
}
