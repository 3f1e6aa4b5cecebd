// IP addresses and networks as text: one number for each address, and which networks hold it.

import { isIP } from 'node:net'

export interface Network {
  /** The same for every spelling of one network; an address alone is a network of its full length. */
  readonly id: string
  /** Bits. */
  readonly length: number
  has(address: Address): boolean
}

export interface Address {
  readonly version: 4 | 6
  readonly bits: bigint
}

/**
 * Reads `192.0.2.1`, `192.0.2.0/24` or `2001:db8::/32`; bits behind the length of a network do not count. A network of
 * IPv4-mapped addresses, such as `::ffff:192.0.2.0/120`, is that of the IPv4 addresses.
 * @returns null where the text is neither address nor network
 */
export function readNetwork(text: string): Network | null {
  const [, written = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const address = readAddress(written)
  if (address === null) return null
  const full = address.version === 4 ? 32 : 128
  // Of a mapped address the first 96 bits are gone.
  const mapped = address.version === 4 && written.includes(':')
  const length = bits === undefined ? full : Number(bits) - (mapped ? 96 : 0)
  if (length > full || length < 0) return null
  const shift = BigInt(full - length)
  const prefix = address.bits >> shift
  return {
    id: `${address.version}:${prefix}/${length}`,
    length,
    has: ({ version, bits }) => version === address.version && bits >> shift === prefix,
  }
}

/** An IPv4-mapped IPv6 address is the IPv4 address; a zone does not count. null: it is no address. */
export function readAddress(text: string): Address | null {
  const plain = text.replace(/%.*$/s, '')
  if (isIP(plain) === 4) return { version: 4, bits: fromGroups(plain.split('.').map(Number), 8n) }
  if (isIP(plain) === 0) return null
  // Only digits and colons, in the form of RFC 5952, whatever way it was written.
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::')
  const groups = (part = ''): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = new Array<number>(8 - before.length - after.length).fill(0)
  const bits = fromGroups([...before, ...zeros, ...after], 16n)
  return bits >> 32n === 0xffffn ? { version: 4, bits: bits & 0xffffffffn } : { version: 6, bits }
}

function fromGroups(groups: readonly number[], width: bigint): bigint {
  return groups.reduce((bits, group) => (bits << width) | BigInt(group), 0n)
}
