// Reads the values of attributes in names: the characters of ASN.1's string types (RFC 5280 appendix A.1).

/** Keeps a byte order mark: without it, two different names could become the same. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The characters of a string, all of them and no others; null where the type is no string type, or the bytes are not
 * allowed in it.
 * @param tag of the DER element
 */
export function directoryString(tag: number, bytes: Buffer): string | null {
  switch (tag) {
    case 0x0c: // UTF8String
      return utf8Text(bytes)
    case 0x12: // NumericString
    case 0x13: // PrintableString; real certificates have more of ASCII in it than is allowed
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return bytes.every((byte) => byte < 0x80) ? bytes.toString('latin1') : null
    case 0x14: // TeletexString (T61String): read as Latin-1, as OpenSSL and the CAs that issue it do
      return bytes.toString('latin1')
    case 0x1e: // BMPString: two bytes for each character, as surrogates are not allowed
      return bytes.length % 2 === 0 ? wellFormed(Buffer.from(bytes).swap16().toString('utf16le')) : null
    case 0x1c: // UniversalString
      return bytes.length % 4 === 0 ? ucs4Text(bytes) : null
    default:
      return null
  }
}

/** @returns null for bytes that are not UTF-8, such as surrogates and sequences that are longer than needed */
export function utf8Text(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes)
  } catch {
    return null
  }
}

function wellFormed(text: string): string | null {
  return /[\ud800-\udfff]/.test(text) ? null : text
}

function ucs4Text(bytes: Buffer): string | null {
  let text = ''
  for (let at = 0; at < bytes.length; at += 4) {
    const code = bytes.readUInt32BE(at)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return null
    text += String.fromCodePoint(code)
  }
  return text
}
