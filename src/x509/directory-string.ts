// The values of attributes in names: which characters the string types of ASN.1 stand for (RFC 5280 appendix A.1).

/** Must not skip a byte order mark: it would make two names one. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * The characters of a string, nothing added and nothing left out; or null where the type is no string, or the bytes are
 * not allowed in it.
 * @param tag of the DER element
 */
export function directoryString(tag: number, bytes: Buffer): string | null {
  switch (tag) {
    case 0x0c: // UTF8String
      return utf8Text(bytes)
    case 0x12: // NumericString
    case 0x13: // PrintableString; the field puts more of ASCII into it than it may hold
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return bytes.every((byte) => byte < 0x80) ? bytes.toString('latin1') : null
    case 0x14: // TeletexString (T61String): Latin-1, as OpenSSL and those who issue it take it
      return bytes.toString('latin1')
    case 0x1e: // BMPString: no surrogates, so two bytes a character
      return bytes.length % 2 === 0 ? wellFormed(Buffer.from(bytes).swap16().toString('utf16le')) : null
    case 0x1c: // UniversalString
      return bytes.length % 4 === 0 ? ucs4Text(bytes) : null
    default:
      return null
  }
}

/** @returns null for bytes that are no UTF-8, among them surrogates and forms that are longer than they need be */
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
