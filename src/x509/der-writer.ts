// Writes DER (X.690), only the types that a PKCS#12 file is made of.

/** Tag, length and content. */
function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.from([tag, length]), content])
  const hex = length.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content])
}

export function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts))
}

/** The members are sorted by their encoding, as DER requires. */
export function setOf(...parts: readonly Buffer[]): Buffer {
  return tagged(0x31, Buffer.concat([...parts].sort((a, b) => Buffer.compare(a, b))))
}

export function octets(content: Buffer): Buffer {
  return tagged(0x04, content)
}

/** @param value not negative */
export function integer(value: number): Buffer {
  const hex = value.toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex')
  return tagged(0x02, bytes.readUInt8(0) < 0x80 ? bytes : Buffer.concat([Buffer.alloc(1), bytes]))
}

export const nothing = tagged(0x05, Buffer.alloc(0))

/** UTF-16, for characters of the basic plane. */
export function bmpString(text: string): Buffer {
  return tagged(0x1e, Buffer.from(text, 'utf16le').swap16())
}

/** An object identifier from its dotted form. */
export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]))
}

/** `[number]` with the content as it is: EXPLICIT for a whole element. */
export function context(number: number, content: Buffer): Buffer {
  return tagged(0xa0 | number, content)
}

/** `[number] IMPLICIT OCTET STRING`. */
export function contextOctets(number: number, content: Buffer): Buffer {
  return tagged(0x80 | number, content)
}

function base128(value: number): number[] {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) bytes.unshift(0x80 | rest % 128)
  return bytes
}
