// Distinguished names as a certificate has them (RFC 5280 section 4.1.2.4), and when two of them are the same.

import { COMMON_NAME } from './attribute-type.ts'

export interface NameAttribute {
  /** Object identifier in dotted form. */
  readonly type: string
  /** The characters of a string, or the whole DER element in hex of what is none. */
  readonly value: { readonly text: string } | { readonly der: string }
}

/** One or more attributes that stand for one step of a name. They are a set: their order says nothing. */
export type RelativeName = readonly NameAttribute[]

/** In the order of the certificate, the most specific one last. */
export type DistinguishedName = readonly RelativeName[]

/**
 * Equal for names that are the same, and for no others: the same attributes with the same characters, whatever string
 * types these are in, in the same order, and the same ones together in one relative name.
 */
export function exactKey(name: DistinguishedName): string {
  return keyOf(name, (text) => text)
}

/**
 * Equal for names that OpenSSL takes for the same when it looks for an issuer: case and blanks of ASCII do not count
 * (crypto/x509/x_name.c). For chains and revocation lists, where a signature has the last word; never for rights.
 */
export function looseKey(name: DistinguishedName): string {
  return keyOf(name, (text) => {
    const words = text.split(/[\t-\r ]+/).filter((word) => word !== '')
    return words.join(' ').replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
  })
}

function keyOf(name: DistinguishedName, spelled: (text: string) => string): string {
  const keys = name.map((attributes) =>
    attributes
      .map(({ type, value }) => JSON.stringify('text' in value ? [type, spelled(value.text)] : [type, null, value.der]))
      .sort(),
  )
  return JSON.stringify(keys)
}

/**
 * The common name of a name that has one: a string with something in it, the only common name of all, and in a relative
 * name of its own. Two of them, or `CN=a + O=b`, are for those who know the whole name.
 */
export function onlyCommonName(name: DistinguishedName): string | null {
  const holders = name.filter((attributes) => attributes.some(({ type }) => type === COMMON_NAME))
  const [attribute, another] = holders[0] ?? []
  if (holders.length !== 1 || attribute === undefined || another !== undefined) return null
  return 'text' in attribute.value && attribute.value.text !== '' ? attribute.value.text : null
}

/** Whether there is anything that a common name could have been meant with. */
export function hasCommonName(name: DistinguishedName): boolean {
  return name.flat().some(({ type, value }) => type === COMMON_NAME && !('text' in value && value.text === ''))
}
