// Distinguished names as text: RFC 4514, but in the order of the certificate, `O=example, CN=reader`.

import { COMMON_NAME, attributeIdentifier, attributeName } from './attribute-type.ts'
import { DerError, elementAt } from './der.ts'
import { utf8Text } from './directory-string.ts'
import { attributeValue } from './distinguished-name.ts'
import type { DistinguishedName, NameAttribute, RelativeName } from './name.ts'
import { exactKey, hasCommonName, onlyCommonName } from './name.ts'
import { visibleText } from './visible-text.ts'

/** The text for a name that cannot be read. No rule can name it. */
export const unreadableName = '(unreadable name)'

/**
 * The text of a name. Different names have different texts, and `parseName` returns the same name for it.
 * Characters that are not plainly visible are escaped: `\0A`, and `\u00a0` for those beyond ASCII.
 */
export function printName(name: DistinguishedName): string {
  return name.map((attributes) => attributes.map(printAttribute).join(' + ')).join(', ')
}

/** The text of a name that consists of a common name only. */
export function nameOfCommonName(text: string): string {
  return printName([[{ type: COMMON_NAME, value: { text } }]])
}

function printAttribute({ type, value }: NameAttribute): string {
  return `${attributeName(type)}=${'text' in value ? printText(value.text) : `#${value.der}`}`
}

function printText(text: string): string {
  const escaped = text.replace(/^[ #]|[,+"\\<>;]| $/g, '\\$&').replace(/[\0-\x1f\x7f]/g, (control) => {
    return `\\${control.charCodeAt(0).toString(16).padStart(2, '0').toUpperCase()}`
  })
  return visibleText(escaped)
}

/**
 * Reads a name. Blanks (U+0020) around `,`, `+` and `=` have no meaning and are left out; nothing else is changed.
 * In addition to RFC 4514, `\uNNNN` stands for a character, as in the texts of `printName`.
 * @returns the name, or why it cannot be read, as the end of a sentence that begins with the name
 */
export function parseName(written: string): DistinguishedName | string {
  const name: RelativeName[] = []
  let attributes: NameAttribute[] = []
  for (let at = 0; at < written.length || attributes.length > 0; ) {
    const found = attributeAt(written, at)
    if (typeof found === 'string') return found
    attributes.push(found.attribute)
    const separator = written.charAt(found.end)
    at = found.end + 1
    if (separator === '+') continue
    name.push(attributes)
    attributes = []
    if (separator === ',' && at === written.length) return 'ends with a comma'
  }
  return name
}

interface FoundAttribute {
  readonly attribute: NameAttribute
  /** Where the next separator, or the end of the text, is. */
  readonly end: number
}

function attributeAt(written: string, at: number): FoundAttribute | string {
  const begin = / *([A-Za-z0-9][A-Za-z0-9.-]*) *= */y
  begin.lastIndex = at
  const shortName = begin.exec(written)?.[1]
  if (shortName === undefined) return 'has a part that is not of the form TYPE=value'
  const type = attributeIdentifier(shortName)
  if (type === null) return `has the attribute type ${shortName}, which is not known here; write its object identifier`
  const value = /(?:\\[^]|[^\\,+"<>;])*/y
  value.lastIndex = begin.lastIndex
  const text = withoutBlanksBehind(value.exec(written)?.[0] ?? '')
  const end = value.lastIndex
  if (!['', ',', '+'].includes(written.charAt(end))) return `has a ${written.charAt(end)} that is not escaped with \\`
  const read = valueOf(text)
  return typeof read === 'string' ? read : { attribute: { type, value: read }, end }
}

/** An escaped blank at the end belongs to the value. */
function withoutBlanksBehind(text: string): string {
  let end = text.length
  while (text.charAt(end - 1) === ' ') end--
  let slashes = 0
  while (text.charAt(end - 1 - slashes) === '\\') slashes++
  return text.slice(0, slashes % 2 === 1 ? end + 1 : end)
}

/** @returns the value, or why the text is none */
function valueOf(written: string): NameAttribute['value'] | string {
  if (written.startsWith('#')) return valueOfHex(written.slice(1))
  const faults: string[] = []
  const text = written.replace(/(?:\\[0-9A-Fa-f]{2})+|\\u[0-9A-Fa-f]{4}|\\[^]/g, (escape) => {
    const characters = unescaped(escape)
    if (characters === null) faults.push(`has ${escape}, which stands for no character`)
    return characters ?? ''
  })
  if (/\p{Cs}/u.test(text)) faults.push('has half of a surrogate pair')
  return faults[0] ?? { text }
}

/** The characters of one escape, or of several hex pairs that together are UTF-8; null for an invalid escape. */
function unescaped(escape: string): string | null {
  if (/^\\[ "#+,;<=>\\]$/.test(escape)) return escape.charAt(1)
  if (/^\\u/.test(escape)) return escape.length === 6 ? String.fromCharCode(Number.parseInt(escape.slice(2), 16)) : null
  const hex = escape.replaceAll('\\', '')
  return hex.length % 2 === 0 ? utf8Text(Buffer.from(hex, 'hex')) : null
}

/** Reads the DER element in hex that follows a `#` (RFC 4514 section 2.4). */
function valueOfHex(hex: string): NameAttribute['value'] | string {
  const fault = 'has a value that begins with # and is no DER element in hex; write \\# for the character'
  const der = Buffer.from(hex, 'hex')
  if (der.length * 2 !== hex.length) return fault
  try {
    const element = elementAt(der, 0, der.length)
    return element.end === der.length ? attributeValue(der, element) : fault
  } catch (error) {
    if (error instanceof DerError) return fault
    throw error
  }
}

/**
 * Whether the name of a certificate is the one that a rule names. A wanted text that begins like `CN=` is a whole name;
 * any other one is a common name, which must be exactly the same.
 * @param name as `printName` returns it
 */
export function isNamed(name: string, wanted: string): boolean {
  if (!isWholeName(wanted)) return commonName(name) === wanted
  const key = nameKey(wanted)
  return key !== null && nameKey(name) === key
}

/** Whether a rule means a whole name, not a common name. There may be blanks before `=`, as in OpenSSL's texts. */
export function isWholeName(wanted: string): boolean {
  const match = /^([A-Za-z0-9][A-Za-z0-9.-]*)( *)=/.exec(wanted)
  return match !== null && (match[2] === '' || attributeIdentifier(match[1] ?? '') !== null)
}

/** A key that is equal for texts of the same name only; null for a text that cannot be read. */
export function nameKey(text: string): string | null {
  const name = parseName(text)
  return typeof name === 'string' ? null : exactKey(name)
}

/** The common name if it alone can stand for the name (see `onlyCommonName`), else null. */
export function commonName(text: string): string | null {
  const name = parseName(text)
  return typeof name === 'string' ? null : onlyCommonName(name)
}

/** Whether a name has no common name at all, not even one that cannot stand for the name. */
export function lacksCommonName(text: string): boolean {
  const name = parseName(text)
  return typeof name !== 'string' && !hasCommonName(name)
}
