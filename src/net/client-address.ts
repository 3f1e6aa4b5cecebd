// The address of a client: what access rules, shares, lock-out, audit, log and daemons go by.

export interface ClientAddress {
  /**
   * The IP address, in one spelling: IPv4-mapped addresses as IPv4, IPv6 as RFC 5952 has it. `unknown` where a trusted
   * proxy says that it does not know it, or the client has gone.
   */
  readonly remoteAddress: string
  /** The address of the trusted proxy that named the client; absent: the client connected to this process itself. */
  readonly proxy?: string
}

/** The fields of a log event: the client's address and, where there is one, the proxy's. */
export function addressFields({ remoteAddress, proxy }: ClientAddress): Readonly<Record<string, string>> {
  return proxy === undefined ? { 'remote-address': remoteAddress } : { 'remote-address': remoteAddress, proxy }
}
