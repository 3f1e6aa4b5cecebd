// Tells whether a key holds a secret, by its bytes, with or without escapes, in one piece or several. In answers,
// secrets are in their proper places; the sender of a command may have put them elsewhere.

import { hexDigit } from '../json/transform/escape-reader.ts'

/**
 * What the value of a key is. In answers and commands: `plain`, or `secret`.
 * In answers: `tsig list`, whose maps are TSIG keys; `tsig key`, a secret in a TSIG key, and only there.
 * In commands: `logins`, a place of users, passwords and keys; `harmless`, a scalar that is shown even in such a place;
 * `name`, always a scalar; `map`, always a map or list.
 */
export type KeyKind = 'plain' | 'secret' | 'tsig list' | 'tsig key' | 'logins' | 'harmless' | 'name' | 'map'

/** The kind of a key, from its bytes between the quotes, which hold no escapes. ASCII letter case does not count. */
export type KeyRule = (bytes: Uint8Array, start: number, end: number) => KeyKind

/** Keywords of Kea and of keagate. `user-context` and `comment` may hold anything, so they are not `harmless`. */
const keysOfKind: readonly (readonly [KeyKind, readonly string[]])[] = [
  ['logins', ['authentication', 'clients', 'tsig-keys']],
  ['harmless', ['realm', 'directory', 'cert-subject', 'cert-fingerprint', 'failures', 'window-seconds']],
  ['harmless', ['name', 'algorithm', 'digest-bits']],
  ['name', ['user', 'user-file', 'password-file', 'secret-file']],
  ['map', ['control-agent', 'dhcp4', 'dhcp6', 'dhcpddns', 'control-sockets', 'hooks-libraries', 'parameters']],
]

const sentKeys = new Map(keysOfKind.flatMap(([kind, keys]) => keys.map((key) => [key, kind] as const)))

/** How many characters of a key's end are kept. One more than the longest keyword, to tell longer keys from it. */
const keptTail = 1 + Math.max(...[...sentKeys.keys()].map(({ length }) => length))

/** Stands for each character that occurs in no keyword. */
const foreign = '\u0080'

const letterD = 0x64
const letterH = 0x68
const letterT = 0x74
const letterS = 0x73
const letterY = 0x79

/** The rule for answers. It looks at the last byte first, because an answer may have many megabytes. */
export const kindInAnswer: KeyRule = (bytes, start, end) => {
  if (end === start) return 'plain'
  switch ((bytes[end - 1] ?? 0) | 0x20) {
    case letterD:
      return endsWith('password', bytes, start, end) ? 'secret' : 'plain'
    case letterH:
      return endsWith('password-hash', bytes, start, end) ? 'secret' : 'plain'
    case letterT:
      return endsWith('secret', bytes, start, end) ? 'secret' : 'plain'
    case letterS:
      return end - start === 9 && endsWith('tsig-keys', bytes, start, end) ? 'tsig list' : 'plain'
    case letterY:
      return end - start === 3 && endsWith('key', bytes, start, end) ? 'tsig key' : 'plain'
    default:
      return 'plain'
  }
}

/** The rule for the arguments of a command that are written to a log. */
export const kindInCommand: KeyRule = (bytes, start, end) => {
  if (kindInAnswer(bytes, start, end) === 'secret') return 'secret'
  const tail = Buffer.from(bytes.subarray(Math.max(start, end - keptTail), end)).toString('latin1')
  return sentKeys.get(tail.toLowerCase()) ?? 'plain'
}

function endsWith(word: string, bytes: Uint8Array, start: number, end: number): boolean {
  const from = end - word.length
  if (from < start) return false
  for (let i = 0; i < word.length; i++) {
    const byte = bytes[from + i] ?? 0
    const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte
    if (lower !== word.charCodeAt(i)) return false
  }
  return true
}

/** Reads a key that comes in pieces or holds escapes. Keeps only its end, so a long key takes little memory. */
export class KeySuffix {
  #tail = ''
  #digitsLeft = 0
  #unit = 0

  clear(): void {
    this.#tail = ''
  }

  /** Takes bytes that stand for themselves. */
  take(bytes: Uint8Array, start: number, end: number): void {
    // Latin-1 keeps one character a byte, and a byte of UTF-8 is never taken for a letter.
    for (let i = Math.max(start, end - keptTail); i < end; i++) this.#add(String.fromCharCode(bytes[i] ?? 0))
  }

  /** Takes the next byte of an escape, the first one after the backslash. Returns whether it was the last one. */
  takeEscaped(byte: number): boolean {
    if (this.#digitsLeft > 0) {
      this.#unit = (this.#unit << 4) | hexDigit(byte)
      if (--this.#digitsLeft === 0) this.#add(this.#unit < 0x80 ? String.fromCharCode(this.#unit) : foreign)
    } else if (byte === 0x75) {
      this.#digitsLeft = 4
      this.#unit = 0
    } else this.#add(foreign)
    return this.#digitsLeft === 0
  }

  kind(rule: KeyRule): KeyKind {
    const bytes = Buffer.from(this.#tail, 'latin1')
    return rule(bytes, 0, bytes.length)
  }

  #add(character: string): void {
    this.#tail = (this.#tail + character).slice(-keptTail)
  }
}
