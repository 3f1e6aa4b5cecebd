// Names inside DER (RFC 5280 section 4.1.2.4): one spelling to compare them by, and one to show.

import { childrenOf, elementAt, identifierText } from './der.ts'
import type { DerElement } from './der.ts'

const attributes: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
])

export interface DistinguishedName {
  /** Equal for names that RFC 5280 section 7.1 calls equal: string types, case and blanks do not count. */
  readonly key: string
  /** `CN=…` pairs joined by `, `. */
  readonly text: string
}

/** @throws DerError */
export function distinguishedName(der: Buffer, name: DerElement): DistinguishedName {
  const keys: string[] = []
  const texts: string[] = []
  for (const set of childrenOf(der, name)) {
    const pairs: string[] = []
    for (const pair of childrenOf(der, set)) {
      const type = elementAt(der, pair.start, pair.end)
      const value = elementAt(der, type.end, pair.end)
      const identifier = identifierText(der, type)
      const text = textOf(der, value)
      pairs.push(JSON.stringify([identifier, text.trim().replace(/\s+/g, ' ').toLowerCase()]))
      texts.push(`${attributes.get(identifier) ?? identifier}=${text}`)
    }
    keys.push(pairs.sort().join())
  }
  return { key: keys.join(';'), text: texts.join(', ') }
}

/** Characters of the string types; anything else as its bytes in hex. */
function textOf(der: Buffer, { tag, start, end }: DerElement): string {
  switch (tag) {
    case 0x0c: // UTF8String
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x16: // IA5String
      return der.toString('utf8', start, end)
    case 0x14: // TeletexString
      return der.toString('latin1', start, end)
    case 0x1e: // BMPString
      return Buffer.from(der.subarray(start, end - ((end - start) % 2))).swap16().toString('utf16le')
    default:
      return `#${der.toString('hex', start, end)}`
  }
}
