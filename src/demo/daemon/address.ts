// Addresses, prefixes and pools of DHCP as numbers.

import { isIP } from 'node:net'
import { readAddress } from '../../net/network.ts'
import { CommandRefused } from './answer.ts'

export type Family = 4 | 6

/** Both ends belong to the range. */
export interface AddressRange {
  readonly first: bigint
  readonly last: bigint
}

/** @throws CommandRefused for what is no address of the family */
export function addressBits(text: string, family: Family): bigint {
  const address = isIP(text) === family ? readAddress(text) : null
  if (address === null) throw new CommandRefused(`${JSON.stringify(text)} is no IPv${family} address`)
  return address.bits
}

/** @throws CommandRefused unless the text is a prefix such as `192.0.2.0/24` */
export function prefixRange(text: string, family: Family): AddressRange {
  const [address = '', length = '', ...more] = text.split('/')
  const full = family === 4 ? 32 : 128
  if (!/^\d{1,3}$/.test(length) || Number(length) > full || more.length > 0) {
    throw new CommandRefused(`${JSON.stringify(text)} is no prefix of IPv${family}: its length has to be 0 to ${full}`)
  }
  const size = 1n << BigInt(full - Number(length))
  const bits = addressBits(address, family)
  return { first: bits - (bits % size), last: bits - (bits % size) + size - 1n }
}

/** A prefix, or two addresses with a minus between them. @throws CommandRefused */
export function poolRange(text: string, family: Family): AddressRange {
  const [first = '', last, ...more] = text.split('-').map((part) => part.trim())
  if (last === undefined) return prefixRange(first, family)
  const range = { first: addressBits(first, family), last: addressBits(last, family) }
  if (more.length > 0 || range.last < range.first) throw new CommandRefused(`${JSON.stringify(text)} is no pool`)
  return range
}

export function contains({ first, last }: AddressRange, bits: bigint): boolean {
  return first <= bits && bits <= last
}

/** In the shortest form. */
export function addressText(bits: bigint, family: Family): string {
  const groups = Array.from({ length: family === 4 ? 4 : 8 }, (_, index) => {
    return family === 4 ? (bits >> BigInt(24 - 8 * index)) & 0xffn : (bits >> BigInt(112 - 16 * index)) & 0xffffn
  })
  if (family === 4) return groups.join('.')
  return new URL(`http://[${groups.map((group) => group.toString(16)).join(':')}]`).hostname.slice(1, -1)
}

/** Bytes as Kea writes them, `1a:1b`. @throws CommandRefused unless the text is pairs of hexadecimal digits */
export function hexText(text: string, what: string): string {
  const digits = text.replaceAll(/[:\s]/g, '').toLowerCase()
  const bytes = /^([0-9a-f]{2})+$/.test(digits) ? digits.match(/../g) : null
  if (bytes === null) throw new CommandRefused(`'${what}' has to be hexadecimal digits, such as 1a:1b:1c`)
  return bytes.join(':')
}
