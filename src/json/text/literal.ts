// Reads JSON tokens: escapes and control characters in strings, the form and range of numbers.

import type { Dialect, ParseError } from './parse-error.ts'

export interface StringLiteral {
  readonly value: string
  /** Offset after the closing quote, or where a string that is not closed ends. */
  readonly end: number
  readonly closed: boolean
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

/**
 * Reads the string whose opening quote is at `start`. Reports bad escapes and control characters, and reads on after
 * them. In files, a string does not go on after its line: a line end inside is nearly always a forgotten quote.
 */
export function readString(
  text: string,
  start: number,
  dialect: Dialect,
  report: (problem: ParseError) => void,
): StringLiteral {
  let value = ''
  let from = start + 1
  let at = from
  while (at < text.length) {
    const character = text.charAt(at)
    if (character === '"') return { value: value + text.slice(from, at), end: at + 1, closed: true }
    if (character === '\\') {
      const escape = readEscape(text, at, dialect, report)
      value += text.slice(from, at) + escape.value
      at = from = at + escape.length
      continue
    }
    if (character < ' ' && dialect === 'file') {
      if (character === '\n' || character === '\r') break
      report({
        offset: at,
        length: 1,
        text: `the string holds the control character ${codeName(character)}`,
        remedy: `write it as ${character === '\t' ? '\\t' : unicodeEscape(character)}`,
      })
    }
    at++
  }
  return { value: '', end: at, closed: false }
}

/** Reads the escape whose backslash is at `at`. */
function readEscape(
  text: string,
  at: number,
  dialect: Dialect,
  report: (problem: ParseError) => void,
): { value: string; length: number } {
  const letter = text.charAt(at + 1)
  const simple = simpleEscapes.get(letter)
  if (simple !== undefined) return { value: simple, length: 2 }
  if (letter === 'u') return readUnicodeEscape(text, at, dialect, report)
  const character = String.fromCodePoint(text.codePointAt(at + 1) ?? 0x20)
  const readable = character > ' ' && character !== '\u007f'
  report({
    offset: at,
    length: readable ? 1 + character.length : 1,
    text: readable ? `\\${character} is not an escape` : 'the backslash begins no escape',
    remedy:
      'a backslash itself is written \\\\; escapes are \\" \\\\ \\/ \\b \\f \\n \\r \\t and \\u with four hex digits',
  })
  // The next character is not skipped: it may be the line end at which the string ends.
  return { value: '', length: 1 }
}

function readUnicodeEscape(
  text: string,
  at: number,
  dialect: Dialect,
  report: (problem: ParseError) => void,
): { value: string; length: number } {
  const first = hexUnit(text, at)
  if (first === null) {
    report({
      offset: at,
      length: 2,
      text: '\\u is not followed by four hex digits',
      remedy: 'write it like \\u00e9',
    })
    return { value: '', length: 2 }
  }
  const isHigh = first >= 0xd800 && first <= 0xdbff
  const second = isHigh ? hexUnit(text, at + 6) : null
  const paired = second !== null && second >= 0xdc00 && second <= 0xdfff
  const value = paired ? String.fromCharCode(first, second) : String.fromCharCode(first)
  const length = paired ? 12 : 6
  const isHalf = !paired && first >= 0xd800 && first <= 0xdfff
  if (isHalf) {
    report({
      offset: at,
      length,
      text: `${text.slice(at, at + 6)} is one half of a surrogate pair without the other`,
      remedy: 'write the character itself',
    })
    return { value: '\ufffd', length }
  }
  if (dialect === 'file' && first > 0xff) {
    report({
      offset: at,
      length,
      text: 'escapes in configuration files end at \\u00ff',
      remedy: `write the character itself: ${value}`,
    })
  }
  return { value, length }
}

/** The value of the `\u` escape at `at`, or null where there is none. */
function hexUnit(text: string, at: number): number | null {
  if (!text.startsWith('\\u', at)) return null
  const digits = text.slice(at + 2, at + 6)
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : null
}

/**
 * Whether a word is a number as Kea takes them: `1`, `-01`, `+1`, `.5`, `5.`, `1.e3`. Only digits with an optional
 * minus are an integer. Without a regular expression, which would need memory for each of a million digits.
 * @returns null: the word is no number
 */
export function numberKind(word: string): 'integer' | 'float' | null {
  let at = word.startsWith('-') || word.startsWith('+') ? 1 : 0
  const wholeEnd = skipDigits(word, at)
  let digits = wholeEnd - at
  at = wholeEnd
  if (word.charAt(at) === '.') {
    const fractionEnd = skipDigits(word, at + 1)
    digits += fractionEnd - at - 1
    at = fractionEnd
  }
  if (digits === 0) return null
  if (at === word.length && at === wholeEnd) return word.startsWith('+') ? 'float' : 'integer'
  if (word.charAt(at) === 'e' || word.charAt(at) === 'E') {
    const sign = word.charAt(at + 1)
    const exponentStart = sign === '+' || sign === '-' ? at + 2 : at + 1
    at = skipDigits(word, exponentStart)
    if (at === exponentStart) return null
  }
  return at === word.length ? 'float' : null
}

function skipDigits(word: string, from: number): number {
  let at = from
  while (word.charCodeAt(at) >= 0x30 && word.charCodeAt(at) <= 0x39) at++
  return at
}

/** Whether a number fits the type that Kea has for it in files: a signed 64-bit integer or a double. */
export function fitsFile(kind: 'integer' | 'float', text: string): boolean {
  if (kind === 'float') return Number.isFinite(Number(text))
  // Leading zeros do not count. The length is checked first, so that a million digits cost little.
  const digits = text.replace(/^-?0*/, '')
  if (digits.length > 19) return false
  const value = BigInt(digits === '' ? '0' : digits)
  return value <= (text.startsWith('-') ? 2n ** 63n : 2n ** 63n - 1n)
}

/** The name of a character that cannot be shown, such as `U+000C`. */
export function codeName(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

/** `\u000c` */
export function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
