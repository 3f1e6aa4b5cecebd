// The limits that an operator may change: each row gives the keyword, its range, its default and the field it fills.

import type { HttpLimits, LockOutLimits, UpstreamLimits } from './types.ts'

export interface LimitRow<Limits> {
  readonly keyword: string
  readonly field: keyof Limits
  /** The default; in the keyword's own unit, as are `minimum` and `maximum`. */
  readonly fallback: number
  readonly minimum: number
  readonly maximum: number
  /** How many of the field's units make one of the keyword's: 1000 for seconds, which are kept as milliseconds. */
  readonly scale: 1 | 1000
  readonly description: string
}

const SECONDS = 1000

/** `http-limits`: the limits of the HTTP side. */
export const httpLimitRows: readonly LimitRow<HttpLimits>[] = [
  {
    keyword: 'max-head-bytes', field: 'maxHeadSize', fallback: 32_768, minimum: 1024, maximum: 1_048_576, scale: 1,
    description: 'largest size of request line and headers together',
  },
  {
    keyword: 'max-body-bytes', field: 'maxBodySize', fallback: 67_108_864, minimum: 1024, maximum: 1_073_741_824,
    scale: 1, description: 'largest request body',
  },
  {
    keyword: 'head-timeout-seconds', field: 'headTimeout', fallback: 10, minimum: 1, maximum: 3600, scale: SECONDS,
    description: 'longest time until request line and headers have arrived',
  },
  {
    keyword: 'request-timeout-seconds', field: 'requestTimeout', fallback: 60, minimum: 1, maximum: 3600,
    scale: SECONDS, description: 'longest time until the whole request has arrived',
  },
  {
    keyword: 'idle-timeout-seconds', field: 'idleTimeout', fallback: 30, minimum: 1, maximum: 3600, scale: SECONDS,
    description: 'longest idle time of a connection between requests',
  },
  {
    keyword: 'stall-timeout-seconds', field: 'stallTimeout', fallback: 30, minimum: 1, maximum: 3600, scale: SECONDS,
    description: 'longest time in which a body or a reading client makes no progress',
  },
  {
    keyword: 'handshake-timeout-seconds', field: 'handshakeTimeout', fallback: 10, minimum: 1, maximum: 3600,
    scale: SECONDS, description: 'longest time for a TLS handshake',
  },
  {
    keyword: 'max-connections', field: 'maxConnections', fallback: 1024, minimum: 1, maximum: 65_536, scale: 1,
    description: 'largest number of open connections',
  },
  {
    keyword: 'max-buffered-bytes', field: 'maxBuffered', fallback: 1_073_741_824, minimum: 1_048_576,
    maximum: 68_719_476_736, scale: 1,
    description: 'memory for bodies and answers of all clients together; one client gets at most a quarter of it',
  },
  {
    keyword: 'min-reader-bytes-per-second', field: 'minReaderRate', fallback: 8192, minimum: 1, maximum: 1_048_576,
    scale: 1, description: 'lowest average speed at which a client reads a long answer',
  },
]

/** `lock-out` of the authentication. */
export const lockOutRows: readonly LimitRow<LockOutLimits>[] = [
  {
    keyword: 'failures', field: 'failures', fallback: 10, minimum: 0, maximum: 1000, scale: 1,
    description:
      'wrong passwords for one user from one address, within the window, that lock the user out; ten times as many, ' +
      'for any users, lock the address out; 0: no limit',
  },
  {
    keyword: 'window-seconds', field: 'window', fallback: 60, minimum: 1, maximum: 86_400, scale: SECONDS,
    description: 'how long a wrong password counts',
  },
]

/** `limits` of one control socket. */
export const upstreamLimitRows: readonly LimitRow<UpstreamLimits>[] = [
  {
    keyword: 'connect-timeout-seconds', field: 'connectTimeout', fallback: 5, minimum: 1, maximum: 300, scale: SECONDS,
    description: 'longest wait for a connection to the daemon',
  },
  {
    keyword: 'stall-timeout-seconds', field: 'stallTimeout', fallback: 60, minimum: 1, maximum: 3600, scale: SECONDS,
    description: 'longest wait without a byte in either direction',
  },
  {
    keyword: 'total-timeout-seconds', field: 'totalTimeout', fallback: 300, minimum: 1, maximum: 86_400,
    scale: SECONDS, description: 'longest time for one command in total',
  },
  {
    keyword: 'max-in-flight', field: 'maxInFlight', fallback: 16, minimum: 1, maximum: 1024, scale: 1,
    description: 'largest number of commands in progress in the daemon',
  },
  {
    keyword: 'max-waiting', field: 'maxWaiting', fallback: 256, minimum: 0, maximum: 65_536, scale: 1,
    description: 'largest number of waiting commands; more get an error at once',
  },
  {
    keyword: 'max-answer-bytes', field: 'maxAnswerSize', fallback: 536_870_912, minimum: 1024, maximum: 2_147_483_648,
    scale: 1, description: 'largest answer of the daemon',
  },
  {
    keyword: 'connect-retry-seconds', field: 'connectRetry', fallback: 0, minimum: 0, maximum: 1, scale: SECONDS,
    description: 'how long a refused connection is retried while the daemon restarts; 0: no retry',
  },
]

/** The limits of a table. @param written the number for a keyword, in the keyword's unit; null: the default counts */
export function limitsOf<Limits extends { readonly [field in keyof Limits]: number }>(
  rows: readonly LimitRow<Limits>[],
  written: (keyword: string) => number | null,
): Limits {
  const pairs = rows.map((row) => [row.field, (written(row.keyword) ?? row.fallback) * row.scale])
  // A table has one row for every field of its limits, which `test/config/steps.test.ts` checks.
  return Object.fromEntries(pairs) as Limits
}

/** The map to show, with every keyword, or undefined where nothing differs from the defaults. */
export function shownLimits<Limits extends { readonly [field in keyof Limits]: number }>(
  rows: readonly LimitRow<Limits>[],
  limits: Limits,
): Record<string, number> | undefined {
  const shown = rows.map((row) => [row.keyword, limits[row.field] / row.scale] as const)
  const differs = rows.some((row) => limits[row.field] !== row.fallback * row.scale)
  return differs ? Object.fromEntries(shown) : undefined
}
