// Finds DER elements (X.690), with their tags and where they start and end, without building values.

/** One element; offsets are into the whole buffer. */
export interface DerElement {
  readonly tag: number
  /** Where the tag starts. */
  readonly from: number
  /** Where the content starts and ends. */
  readonly start: number
  readonly end: number
}

export const BOOLEAN = 0x01
export const INTEGER = 0x02
export const BIT_STRING = 0x03
export const OCTET_STRING = 0x04
export const OBJECT_IDENTIFIER = 0x06
export const UTC_TIME = 0x17
export const GENERALIZED_TIME = 0x18
export const SEQUENCE = 0x30
export const SET = 0x31

/** The bytes are no DER, or not of the expected structure. */
export class DerError extends Error {}

/**
 * The element at an offset.
 * @param limit the offset at which the element must end at the latest
 * @throws DerError where there is no element, or one with another tag
 */
export function elementAt(der: Buffer, from: number, limit: number, tag?: number): DerElement {
  const found = der[from]
  const first = der[from + 1]
  if (found === undefined || first === undefined || from + 2 > limit) throw new DerError('an element is cut off')
  if (tag !== undefined && found !== tag) throw new DerError(`an element has the tag ${found} instead of ${tag}`)
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  // No element that is read here needs more than four bytes for its length; 0x80 alone is BER.
  if (first === 0x80 || lengthBytes > 4) throw new DerError('an element has an impossible length')
  const start = from + 2 + lengthBytes
  if (start > limit) throw new DerError('an element is cut off')
  const length = lengthBytes === 0 ? first : der.readUIntBE(from + 2, lengthBytes)
  if (start + length > limit) throw new DerError('an element is longer than what holds it')
  return { tag: found, from, start, end: start + length }
}

/** The elements inside another one. @throws DerError */
export function* childrenOf(der: Buffer, parent: DerElement): Generator<DerElement, void> {
  for (let at = parent.start; at < parent.end; ) {
    const child = elementAt(der, at, parent.end)
    yield child
    at = child.end
  }
}

/** An INTEGER in upper-case hex as Node writes serial numbers: whole bytes, no leading zero bytes, `0` for zero. */
export function integerHex(der: Buffer, { start, end }: DerElement): string {
  const digits = der.toString('hex', start, end)
  // Two's complement; a CA that forgets the leading zero byte issues negative serial numbers.
  const negative = end > start && (der[start] ?? 0) >= 0x80
  const hex = negative ? ((1n << BigInt(4 * digits.length)) - BigInt(`0x${digits}`)).toString(16) : digits
  const bytes = (hex.length % 2 === 0 ? hex : `0${hex}`).toUpperCase().replace(/^(?:00)+/, '')
  return `${negative ? '-' : ''}${bytes === '' ? '0' : bytes}`
}

/** Bytes of the longest object identifier that is read; one with a UUID in it (X.667) has some twenty. */
const maxIdentifier = 64

/** An object identifier in dotted form, without rounding: different ones have different texts. @throws DerError */
export function identifierText(der: Buffer, { start, end }: DerElement): string {
  if (end - start > maxIdentifier) throw new DerError('an object identifier is too long')
  const numbers: bigint[] = []
  let value: bigint | null = null
  for (const byte of der.subarray(start, end)) {
    if (value === null && byte === 0x80) throw new DerError('an object identifier has zeros in front of a number')
    value = (value ?? 0n) * 128n + BigInt(byte & 0x7f)
    if (byte >= 0x80) continue
    numbers.push(value)
    value = null
  }
  const [both, ...rest] = numbers
  if (both === undefined || value !== null) throw new DerError('an object identifier is cut off')
  // The first two numbers are encoded as one (X.690 section 8.19.4).
  const first = both < 80n ? both / 40n : 2n
  return [first, both - 40n * first, ...rest].join('.')
}

/** UTCTime or GeneralizedTime (RFC 5280 section 4.1.2.5) in milliseconds since the epoch. @throws DerError */
export function timeOf(der: Buffer, element: DerElement): number {
  const text = der.toString('latin1', element.start, element.end)
  const short = element.tag === UTC_TIME
  const parts = short
    ? /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
    : /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text)
  if (parts === null || (!short && element.tag !== GENERALIZED_TIME)) throw new DerError('a date cannot be read')
  const [year = 0, month = 0, day, hour, minute, second] = parts.slice(1).map(Number)
  const fullYear = short ? year + (year < 50 ? 2000 : 1900) : year
  return Date.UTC(fullYear, month - 1, day, hour, minute, second)
}
