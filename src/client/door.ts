// Where a command is sent, what the client shows there, and what comes back.

import type { IncomingHttpHeaders } from 'node:http'
import type { SecureContextOptions } from 'node:tls'

/** An HTTP or HTTPS address, or the UNIX socket of a daemon. */
export type Target = { readonly url: URL } | { readonly socketPath: string }

/** Contents of files, in PEM form; nothing is read from a disk here. */
export interface ClientTls extends Pick<SecureContextOptions, 'ca' | 'cert' | 'key'> {
  /** The name that the server's certificate must have, where it is not that of the URL. */
  readonly servername?: string
}

export interface Door {
  readonly target: Target
  readonly tls?: ClientTls
  /** HTTP basic authentication (RFC 7617). Sent only after the server's certificate was found good. */
  readonly authorization?: { readonly user: string; readonly password: string }
  /** For one exchange as a whole, connecting included. Milliseconds; 1 to 2147483647. */
  readonly timeoutMs: number
}

export interface Exchange {
  /** Of HTTP; null: a UNIX socket has none. */
  readonly status: number | null
  readonly headers: IncomingHttpHeaders
  /** As it came; empty where `onChunk` took it. */
  readonly body: Buffer
}

export interface ExchangeOptions {
  readonly signal?: AbortSignal
  /** Gets the body of an HTTP 200 or of a UNIX socket piece by piece, instead of its being kept. */
  readonly onChunk?: (chunk: Buffer) => void
}

/** With the signal that also ends it when its time is over. */
export interface BoundedOptions extends ExchangeOptions {
  readonly signal: AbortSignal
}

/** What a URL has as its host, without the brackets of an IPv6 address. */
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
