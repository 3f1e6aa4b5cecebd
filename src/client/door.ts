// The types of one exchange: where a command is sent, how the client authenticates there, and what comes back.

import type { IncomingHttpHeaders } from 'node:http'
import type { SecureContextOptions } from 'node:tls'

/** An HTTP or HTTPS address, or the UNIX socket of a daemon. */
export type Target = { readonly url: URL } | { readonly socketPath: string }

/** Contents of files, in PEM form; nothing is read from a disk here. */
export interface ClientTls extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  /** The name that the server's certificate must have, if it is not the host of the URL. */
  readonly servername?: string
}

export interface Door {
  readonly target: Target
  readonly tls?: ClientTls
  /** HTTP basic authentication (RFC 7617). With https, sent only after the server's certificate is verified. */
  readonly authorization?: { readonly user: string; readonly password: string }
  /** Milliseconds for a whole exchange, connecting included; 1 to 2147483647. */
  readonly timeoutMs: number
}

export interface Exchange {
  /** The status of HTTP; null: a UNIX socket has none. */
  readonly status: number | null
  readonly headers: IncomingHttpHeaders
  /** The unchanged bytes; empty if `onChunk` got them. */
  readonly body: Buffer
}

export interface ExchangeOptions {
  readonly signal?: AbortSignal
  /** Gets the body of an HTTP 200 or of a UNIX socket piece by piece; the body is not kept then. */
  readonly onChunk?: (chunk: Buffer) => void
}

/** Options whose signal also aborts the exchange when its time is up. */
export interface BoundedOptions extends ExchangeOptions {
  readonly signal: AbortSignal
}

/** The host of a URL, without the brackets of an IPv6 address. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '')
}

export function portOf(url: URL): number {
  return Number(url.port || (url.protocol === 'https:' ? 443 : 80))
}

/** For messages: never with a user or a password. */
export function describeTarget(target: Target): string {
  return 'socketPath' in target ? target.socketPath : `${target.url.protocol}//${target.url.host}${target.url.pathname}`
}
