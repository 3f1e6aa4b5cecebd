// Headers of the PROXY protocol, as balancers write them.

/** Version 1. */
export function version1(source: string, destination = '127.0.0.1'): Buffer {
  return Buffer.from(`PROXY ${source.includes(':') ? 'TCP6' : 'TCP4'} ${source} ${destination} 41234 8000\r\n`, 'latin1')
}

export interface Version2 {
  /** Version and command; PROXY unless given. */
  readonly command?: number
  /** Family and protocol; TCP over IPv4 unless given. */
  readonly family?: number
  /** What follows the addresses. */
  readonly tlvs?: Buffer
  /** The length as the header states it. */
  readonly length?: number
}

/** Version 2. @param addresses both addresses and ports; IPv4 or a text of an IPv4 address for the usual ones */
export function version2(addresses: Buffer | string, options: Version2 = {}): Buffer {
  const { command = 0x21, family = 0x11, tlvs = Buffer.alloc(0) } = options
  const block = typeof addresses === 'string'
    ? Buffer.from([...addresses.split('.').map(Number), 127, 0, 0, 1, 0xa1, 0x12, 0x1f, 0x40])
    : addresses
  const rest = Buffer.concat([block, tlvs])
  const fixed = Buffer.alloc(16)
  fixed.write('\r\n\r\n\0\r\nQUIT\n', 'latin1')
  fixed.writeUInt8(command, 12)
  fixed.writeUInt8(family, 13)
  fixed.writeUInt16BE(options.length ?? rest.length, 14)
  return Buffer.concat([fixed, rest])
}
