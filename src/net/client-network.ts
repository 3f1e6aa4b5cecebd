// The network that a client is counted by wherever something is limited per client.

import { isIPv6 } from 'node:net'

/**
 * The network that stands for a client's address. An IPv4 address stands for itself, also when written as an
 * IPv4-mapped IPv6 address. For an IPv6 address it is the /64, because a client with one address of it usually has all
 * of them (RFC 4291 section 2.5.4). Text that is no address is returned as it is.
 * @returns the same text for every spelling of a network; two networks never share one
 */
export function clientNetwork(address: string): string {
  // Called for each command, so addresses without a colon are spared the regular expressions.
  if (!address.includes(':') || !isIPv6(address)) return address
  const plain = address.split('%')[0] ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  const [left = '', right] = plain.split('::')
  const head = groupsOf(left)
  const tail = groupsOf(right ?? '')
  // An IPv4 address at the end takes the place of two groups.
  const written = head.length + tail.length + (plain.includes('.') ? 1 : 0)
  const zeros = right === undefined ? 0 : Math.max(0, 8 - written)
  const groups = [...head, ...new Array<string>(zeros).fill('0'), ...tail]
  return groups.slice(0, 4).map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':')
}
