// Which client a request is of: the one that connected, or the one behind it that a trusted proxy names in a header.

import type { ClientAddress } from '../../net/client-address.ts'
import { forwarded } from './forwarded.ts'
import type { ForwardedNode } from './forwarded-node.ts'
import type { TrustedProxies } from './trusted-proxies.ts'
import { xForwardedFor } from './x-forwarded-for.ts'

/**
 * - `client`: the client of the request is known
 * - `ignored`: the headers are of a client that is no trusted proxy, and count for nothing
 * - `malformed`, `contradictory`: no address can be taken from them, and the request must be refused: to take the
 *   address of the proxy instead would give its rights to every client that can make it send such headers
 */
export type ForwardedOutcome =
  | { readonly kind: 'client' | 'ignored'; readonly client: ClientAddress }
  | { readonly kind: 'malformed'; readonly header: string }
  | { readonly kind: 'contradictory' }

/** How many hops a header may list. A longer list was not written by proxies alone. */
const maxHops = 32

/**
 * The rightmost address that is not of a trusted proxy: what stands left of it, the client may have written itself.
 * Where all are trusted, the leftmost. Where both headers are there, both must lead to the same address: a proxy knows
 * one of them, and passes the other on as the client sent it.
 * @param peer the client of the connection
 * @param rawHeaders names and values in turn
 */
export function clientBehind(
  peer: ClientAddress,
  rawHeaders: readonly string[],
  trusted: TrustedProxies,
): ForwardedOutcome {
  const headers = headersOf(rawHeaders)
  if (headers === null) return { kind: 'client', client: peer }
  if (!trusted.includes(peer.remoteAddress)) return { kind: 'ignored', client: peer }
  const named = new Set<string>()
  for (const [header, hops] of [
    ['X-Forwarded-For', xForwardedFor(headers.xForwardedFor)], ['Forwarded', forwarded(headers.forwarded)],
  ] as const) {
    const found = rightmostUntrusted(hops, trusted)
    if (found === 'malformed') return { kind: 'malformed', header }
    if (found !== null) named.add(found.address)
  }
  const [address] = named
  if (named.size > 1) return { kind: 'contradictory' }
  const client = address === undefined ? peer : { remoteAddress: address, proxy: peer.remoteAddress }
  return { kind: 'client', client }
}

/** null: neither of them is there. */
function headersOf(rawHeaders: readonly string[]): { xForwardedFor: string[]; forwarded: string[] } | null {
  let found: { xForwardedFor: string[]; forwarded: string[] } | null = null
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const [name = '', value = ''] = [rawHeaders[i], rawHeaders[i + 1]]
    // The lengths are compared first: every request passes here, and few have either header.
    if (name.length !== 15 && name.length !== 9) continue
    const key = name.toLowerCase()
    if (key !== 'x-forwarded-for' && key !== 'forwarded') continue
    found ??= { xForwardedFor: [], forwarded: [] }
    found[key === 'forwarded' ? 'forwarded' : 'xForwardedFor'].push(value)
  }
  return found
}

/** null: the headers name no hop. */
function rightmostUntrusted(
  hops: Iterable<ForwardedNode>,
  trusted: TrustedProxies,
): { readonly address: string } | 'malformed' | null {
  let leftmost: { readonly address: string } | null = null
  let count = 0
  for (const hop of hops) {
    if (hop.kind === 'malformed' || ++count > maxHops) return 'malformed'
    if (hop.kind === 'unknown') return { address: 'unknown' }
    leftmost = hop
    if (!trusted.includes(hop.address)) return hop
  }
  return leftmost
}
