// The network that a client is counted by wherever something is limited per client.

import { isIPv6 } from 'node:net'
import { canonicalAddress } from './network.ts'

/**
 * The network that stands for a client's address. An IPv4 address stands for itself, also when written as an
 * IPv4-mapped IPv6 address. For an IPv6 address it is the /64, because a client with one address of it usually has all
 * of them (RFC 4291 section 2.5.4). Text that is no address is returned as it is.
 * @returns the same text for every spelling of a network; two networks never share one
 */
export function clientNetwork(address: string): string {
  // Called for each command, so addresses without a colon are spared the regular expressions.
  if (!address.includes(':') || !isIPv6(address)) return address
  const plain = canonicalAddress(address.replace(/%.*$/s, '')) ?? address
  if (!plain.includes(':')) return plain
  const [left = '', right = ''] = plain.split('::')
  const [head, tail] = [groupsOf(left), groupsOf(right)]
  const zeros = new Array<string>(8 - head.length - tail.length).fill('0')
  return [...head, ...zeros, ...tail].slice(0, 4).join(':')
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
