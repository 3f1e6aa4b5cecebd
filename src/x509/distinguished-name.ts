// Reads the names in certificates and revocation lists from their DER form.

import { DerError, OBJECT_IDENTIFIER, SEQUENCE, SET, childrenOf, elementAt, identifierText } from './der.ts'
import type { DerElement } from './der.ts'
import { directoryString } from './directory-string.ts'
import type { DistinguishedName, NameAttribute } from './name.ts'

/** Bytes of DER. Real names have some hundred bytes; an unknown client may send as many as fit into a handshake. */
const maxLength = 16_384

/** @throws DerError where the element is no name, or one of more than 16 KiB */
export function distinguishedName(der: Buffer, element: DerElement): DistinguishedName {
  if (element.end - element.start > maxLength) throw new DerError('a name is longer than 16 KiB')
  return [...childrenOf(der, element)].map((set) => {
    if (set.tag !== SET) throw new DerError('a part of a name is no SET')
    const attributes = [...childrenOf(der, set)].map((pair) => attributeOf(der, pair))
    if (attributes.length === 0) throw new DerError('a part of a name is empty')
    return attributes
  })
}

function attributeOf(der: Buffer, pair: DerElement): NameAttribute {
  if (pair.tag !== SEQUENCE) throw new DerError('an attribute of a name is no SEQUENCE')
  const type = elementAt(der, pair.start, pair.end, OBJECT_IDENTIFIER)
  const value = elementAt(der, type.end, pair.end)
  if (value.end !== pair.end) throw new DerError('an attribute of a name has more than a type and a value')
  return { type: identifierText(der, type), value: attributeValue(der, value) }
}

/** The value of an attribute, from one element of DER. */
export function attributeValue(der: Buffer, { tag, from, start, end }: DerElement): NameAttribute['value'] {
  const text = directoryString(tag, der.subarray(start, end))
  return text === null ? { der: der.toString('hex', from, end) } : { text }
}
