// Version 2 of the PROXY protocol: binary (proxy-protocol.txt section 2.2).

import { canonicalAddress } from '../../../net/network.ts'
import type { ProxyHeader } from './header.ts'
import { maxHeaderSize } from './header.ts'

export const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1')

/** Bytes before the addresses: signature, version and command, family and protocol, length of the rest. */
const fixedSize = 16

/** Bytes of the two addresses and their ports, by the family and protocol; all others are refused. */
const families: ReadonlyMap<number, { readonly length: number; readonly address: 4 | 6 | null }> = new Map([
  [0x00, { length: 0, address: null }],
  [0x11, { length: 12, address: 4 }],
  [0x21, { length: 36, address: 6 }],
  // A UNIX stream socket: a program on the machine of the proxy.
  [0x31, { length: 216, address: null }],
])

/** @param bytes begin with the signature */
export function parseVersion2(bytes: Buffer): ProxyHeader {
  if (bytes.length < fixedSize) return { kind: 'incomplete' }
  const command = bytes.readUInt8(12)
  if (command !== 0x20 && command !== 0x21) return malformed('it has another version, or a command other than LOCAL and PROXY')
  const length = bytes.readUInt16BE(14)
  const size = fixedSize + length
  if (size > maxHeaderSize) return malformed(`the header has ${size} bytes, more than ${maxHeaderSize}`)
  const family = families.get(bytes.readUInt8(13))
  // With LOCAL everything that follows must be ignored, the family too.
  if (command === 0x21) {
    if (family === undefined) return malformed('the addresses are of another kind than TCP over IPv4, TCP over IPv6 and UNIX')
    if (length < family.length) return malformed(`${length} bytes are too few for the addresses`)
  }
  if (bytes.length < size) return { kind: 'incomplete' }
  // TLVs, which follow the addresses, say nothing that is used here.
  return { kind: 'header', source: command === 0x21 ? sourceOf(bytes, family?.address ?? null) : null, size }
}

function sourceOf(bytes: Buffer, version: 4 | 6 | null): string | null {
  if (version === null) return null
  if (version === 4) return bytes.subarray(fixedSize, fixedSize + 4).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(fixedSize + 2 * index).toString(16))
  return canonicalAddress(groups.join(':'))
}

function malformed(reason: string): ProxyHeader {
  return { kind: 'malformed', reason: `version 2 of the PROXY protocol: ${reason}` }
}
