// What the header of the PROXY protocol at the beginning of a connection says. HAProxy's proxy-protocol.txt is the
// source of every rule; where it leaves a choice, the strict one is taken.

/**
 * - `header`: the header is complete. `source` is the address of the client; null: the proxy speaks for itself (LOCAL),
 *   or does not know (UNKNOWN, UNSPEC, a UNIX socket), so the address of the connection counts
 * - `incomplete`: the bytes so far may become a header
 * - `malformed`: the bytes are no header
 */
export type ProxyHeader =
  | { readonly kind: 'header'; readonly source: string | null; readonly size: number }
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly reason: string }

/** Bytes that a header may have. TLVs of usual proxies take some hundred. */
export const maxHeaderSize = 4096
