// The one spelling of a peer's address, for logs, access rules and the daemons.

/** The peer's IP address, an IPv4-mapped one written as IPv4. `unknown` once the socket has lost its peer. */
export function addressOf(socket: { readonly remoteAddress?: string | undefined }): string {
  const address = socket.remoteAddress ?? 'unknown'
  return /^::ffff:[\d.]+$/i.test(address) ? address.slice('::ffff:'.length) : address
}
