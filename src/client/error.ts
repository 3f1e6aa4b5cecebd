// The errors of a client that gets no answer.

import type { Finding } from '../doctor/finding.ts'
import { KeagateError } from '../errors.ts'

/**
 * `resolve`: the name has no address. `connect`: nothing accepts a connection. `tls`: the handshake failed, or the
 * server's certificate is not trusted. `http`: the answer is not usable, or refuses the request. `timeout`: the time is
 * up. `closed`: the connection ended too early. `aborted`: the caller's signal.
 */
export type ClientFailure = 'resolve' | 'connect' | 'tls' | 'http' | 'timeout' | 'closed' | 'aborted'

/** Its `message` is one sentence without a period, its `remedy` says what to do about it. Neither holds a secret. */
export class ClientError extends KeagateError {
  readonly kind: ClientFailure

  constructor(kind: ClientFailure, message: string, remedy: string | null = null, cause?: unknown) {
    const options = { ...(remedy === null ? {} : { remedy }), ...(cause === undefined ? {} : { cause }) }
    super('CLIENT_FAILED', message, options)
    this.name = 'ClientError'
    this.kind = kind
  }
}

/** An error with the words of a finding of `keagate doctor --client`. */
export function foundError(kind: ClientFailure, { what, text, remedy }: Finding, cause?: unknown): ClientError {
  return new ClientError(kind, `${what}: ${text}`, remedy, cause)
}

/** Words of the command line, or of a profile, that cannot be used. */
export function clientUsage(message: string, remedy?: string): KeagateError {
  return new KeagateError('CLIENT_USAGE', message, remedy === undefined ? {} : { remedy })
}
