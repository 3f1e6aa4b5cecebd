// Distinguished names as in certificates (RFC 5280 section 4.1.2.4), and keys that tell whether two are the same.

import { COMMON_NAME } from './attribute-type.ts'

export interface NameAttribute {
  /** Object identifier in dotted form. */
  readonly type: string
  /** The characters of a string; for a value that is no string, its whole DER element in hex. */
  readonly value: { readonly text: string } | { readonly der: string }
}

/** The attributes, one or more, of one step of a name. They are a set: their order has no meaning. */
export type RelativeName = readonly NameAttribute[]

/** In the order of the certificate, the most specific one last. */
export type DistinguishedName = readonly RelativeName[]

/**
 * A key that is equal for the same names only: the same attributes with the same characters, of any string types, in
 * the same order, and divided into relative names in the same way.
 */
export function exactKey(name: DistinguishedName): string {
  return keyOf(name, (text) => text)
}

/**
 * A key that is equal for names that OpenSSL takes for the same when it looks for an issuer: case and blanks of ASCII
 * do not count (crypto/x509/x_name.c). For chains and revocation lists, where the signature decides; never for rights.
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
 * The common name if it can stand for the name: it is a string that is not empty, the only common name, and alone in
 * its relative name; else null. A name with two common names, or with `CN=a + O=b`, can only be meant as a whole.
 */
export function onlyCommonName(name: DistinguishedName): string | null {
  const holders = name.filter((attributes) => attributes.some(({ type }) => type === COMMON_NAME))
  const [attribute, another] = holders[0] ?? []
  if (holders.length !== 1 || attribute === undefined || another !== undefined) return null
  return 'text' in attribute.value && attribute.value.text !== '' ? attribute.value.text : null
}

/** Whether a name has any common name that is not an empty string. */
export function hasCommonName(name: DistinguishedName): boolean {
  return name.flat().some(({ type, value }) => type === COMMON_NAME && !('text' in value && value.text === ''))
}
