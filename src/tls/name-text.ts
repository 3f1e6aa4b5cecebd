// The names in certificates as operators write them in rules: a common name alone, or a whole distinguished name.

/**
 * Whether the subject or issuer of a certificate is the one that a rule names. A wanted text that begins like
 * `CN=` is a whole name, compared attribute by attribute; any other is the common name.
 * @param name as `TlsPeer` has it
 */
export function isNamed(name: string, wanted: string): boolean {
  return isDistinguishedName(wanted) ? canonicalName(name) === canonicalName(wanted) : commonName(name) === wanted
}

/** Whether a rule means a whole name, not a common name. */
export function isDistinguishedName(wanted: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.-]*=/.test(wanted)
}

/** The first common name, as Kea takes it; null where there is none. Escapes are undone. */
export function commonName(name: string): string | null {
  for (const part of partsOf(name)) {
    const value = /^CN=(.*)$/s.exec(part)?.[1]
    if (value !== undefined) return unescaped(value)
  }
  return null
}

/** One spelling: attribute types in capitals, no blanks around them. The order of attributes counts. */
export function canonicalName(name: string): string {
  return partsOf(name).map((part) => part.replace(/^[^=]*/, (type) => type.toUpperCase())).join(', ')
}

/** The attributes; commas and plus signs inside a value are escaped (RFC 4514 section 2.4). */
function partsOf(name: string): string[] {
  const parts: string[] = []
  let start = 0
  for (let at = 0; at <= name.length; at++) {
    const character = name.charAt(at)
    if (character === '\\') at++
    else if (character === ',' || character === '+' || at === name.length) {
      parts.push(trimmed(name.slice(start, at)))
      start = at + 1
    }
  }
  return parts
}

/** Without blanks around; an escaped one at the end belongs to the value. */
function trimmed(part: string): string {
  const text = part.trimStart()
  const end = text.trimEnd()
  return end.length < text.length && /(?:^|[^\\])(?:\\\\)*\\$/.test(end) ? `${end} ` : end
}

function unescaped(value: string): string {
  return value.replace(/\\([0-9A-Fa-f]{2}|.)/gs, (_, escaped: string) => {
    return escaped.length === 2 ? String.fromCharCode(Number.parseInt(escaped, 16)) : escaped
  })
}
