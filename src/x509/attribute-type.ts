// Attribute types of distinguished names: object identifiers and the short names that people write for them.

/** OpenSSL's short names of the attributes that occur in certificates of clients and CAs, by object identifier. */
const shortNames: ReadonlyMap<string, string> = new Map([
  ['2.5.4.3', 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.13', 'description'],
  ['2.5.4.15', 'businessCategory'],
  ['2.5.4.16', 'postalAddress'],
  ['2.5.4.17', 'postalCode'],
  ['2.5.4.18', 'postOfficeBox'],
  ['2.5.4.20', 'telephoneNumber'],
  ['2.5.4.41', 'name'],
  ['2.5.4.42', 'GN'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.44', 'generationQualifier'],
  ['2.5.4.45', 'x500UniqueIdentifier'],
  ['2.5.4.46', 'dnQualifier'],
  ['2.5.4.51', 'houseIdentifier'],
  ['2.5.4.54', 'dmdName'],
  ['2.5.4.65', 'pseudonym'],
  ['2.5.4.72', 'role'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.3', 'mail'],
  ['0.9.2342.19200300.100.1.9', 'host'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.643.3.131.1.1', 'INN'],
  ['1.2.643.100.1', 'OGRN'],
  ['1.2.643.100.3', 'SNILS'],
  ['1.2.643.100.5', 'OGRNIP'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
  ['1.2.840.113549.1.9.2', 'unstructuredName'],
  ['1.2.840.113549.1.9.8', 'unstructuredAddress'],
  ['1.3.6.1.4.1.311.60.2.1.1', 'jurisdictionL'],
  ['1.3.6.1.4.1.311.60.2.1.2', 'jurisdictionST'],
  ['1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionC'],
])

const identifiers: ReadonlyMap<string, string> = new Map([...shortNames].map(([id, name]) => [name.toLowerCase(), id]))

export const COMMON_NAME = '2.5.4.3'

/** `CN` for `2.5.4.3`; the identifier itself where there is no short name for it. */
export function attributeName(identifier: string): string {
  return shortNames.get(identifier) ?? identifier
}

/**
 * The object identifier of a short name, in any case (RFC 4514 section 3), or of a dotted form.
 * @param written ASCII letters, digits, `.` and `-`
 * @returns null for an unknown name
 */
export function attributeIdentifier(written: string): string | null {
  if (/^[0-2](?:\.(?:0|[1-9][0-9]*))+$/.test(written)) return written
  return identifiers.get(written.toLowerCase()) ?? null
}
