// Reads IP addresses and networks, and finds the network that holds an address.

import { isIP } from 'node:net'

export interface Network {
  /** The same for every spelling of one network; an address alone is a network of its full length. */
  readonly id: string
  readonly version: 4 | 6
  /** Prefix length in bits. */
  readonly length: number
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
  // What was read of a mapped address lacks its first 96 bits.
  const mapped = address.version === 4 && written.includes(':')
  const length = bits === undefined ? full : Number(bits) - (mapped ? 96 : 0)
  if (length > full || length < 0) return null
  return { id: networkId(address, length), version: address.version, length }
}

/** The {@link Network.id} of the network of this length that an address lies in. */
function networkId({ version, bits }: Address, length: number): string {
  return `${version}:${bits >> BigInt((version === 4 ? 32 : 128) - length)}/${length}`
}

/** One value for each of many networks. The cost of a look-up grows with the number of lengths, not of networks. */
export class NetworkTable<Value> {
  readonly #values = new Map<string, Value>()
  /** The prefix lengths that occur in the table, the longest first. */
  readonly #lengths: Readonly<Record<4 | 6, readonly number[]>>

  constructor(entries: readonly (readonly [Network, Value])[]) {
    for (const [{ id }, value] of entries) if (!this.#values.has(id)) this.#values.set(id, value)
    const networks = entries.map(([network]) => network)
    this.#lengths = { 4: lengthsOf(networks, 4), 6: lengthsOf(networks, 6) }
  }

  /** The value of the smallest network that holds the address; null where no network does. */
  find(address: Address): Value | null {
    for (const length of this.#lengths[address.version]) {
      const value = this.#values.get(networkId(address, length))
      if (value !== undefined) return value
    }
    return null
  }
}

function lengthsOf(networks: readonly Network[], wanted: 4 | 6): number[] {
  const lengths = networks.flatMap(({ version, length }) => (version === wanted ? [length] : []))
  return [...new Set(lengths)].sort((a, b) => b - a)
}

/**
 * The one spelling of an address: IPv4-mapped ones as IPv4, IPv6 as in RFC 5952.
 * @returns null where the text is no address, or one with a zone
 */
export function canonicalAddress(text: string): string | null {
  if (isIP(text) === 4) return text
  if (isIP(text) === 0 || text.includes('%')) return null
  const plain = compressed(text)
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(plain) ?? []
  if (high === undefined || low === undefined) return plain
  const bits = [Number.parseInt(high, 16), Number.parseInt(low, 16)]
  return bits.flatMap((part) => [part >> 8, part & 0xff]).join('.')
}

/** The form of RFC 5952 with hexadecimal groups and colons only. @param address IPv6 without a zone */
function compressed(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}

/** Reads an IPv4-mapped IPv6 address as the IPv4 address, and ignores a zone. @returns null: the text is no address */
export function readAddress(text: string): Address | null {
  const plain = text.replace(/%.*$/s, '')
  if (isIP(plain) === 4) return { version: 4, bits: fromGroups(plain.split('.').map(Number), 8n) }
  if (isIP(plain) === 0) return null
  const [head = '', tail] = compressed(plain).split('::')
  const groups = (part = ''): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const [before, after] = [groups(head), groups(tail)]
  const zeros = new Array<number>(8 - before.length - after.length).fill(0)
  const bits = fromGroups([...before, ...zeros, ...after], 16n)
  return bits >> 32n === 0xffffn ? { version: 4, bits: bits & 0xffffffffn } : { version: 6, bits }
}

/** Whether an address is a loopback address, which only this machine itself can reach. */
export function isLoopback(address: string): boolean {
  const read = readAddress(address)
  if (read === null) return false
  return read.version === 4 ? read.bits >> 24n === 127n : read.bits === 1n
}

function fromGroups(groups: readonly number[], width: bigint): bigint {
  return groups.reduce((bits, group) => (bits << width) | BigInt(group), 0n)
}
