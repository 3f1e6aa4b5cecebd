// The messages about syntax mistakes: a character between tokens, a token between values, a key twice. They name kinds
// of tokens, and keys, but never the text of a string or a bare word, because it may be a password.

import { codeName } from './literal.ts'
import type { Member } from './node.ts'
import type { Dialect, ParseError } from './parse-error.ts'
import type { Token } from './token.ts'

/** A character that begins no token. */
export function unexpectedCharacter(text: string, offset: number, dialect: Dialect): ParseError {
  const character = String.fromCodePoint(text.codePointAt(offset) ?? 0)
  const problem = (sentence: string, remedy: string | null): ParseError => {
    return { offset, length: character.length, text: sentence, remedy }
  }
  if (character === '\ufeff') {
    return problem('a byte order mark (U+FEFF) stands here', 'save the text as UTF-8 without a byte order mark')
  }
  if (character === "'" || character === '\u201c' || character === '\u201d') {
    return problem(`${character} is not a quote of JSON`, 'strings stand in straight double quotes: "')
  }
  if (dialect === 'command' && (character === '#' || character === '/')) {
    return problem('comments are not allowed in a command', 'remove the comment')
  }
  if (/[\p{C}\p{Z}]/u.test(character)) {
    return problem(
      `the character ${codeName(character)} must not stand between values`,
      'use blanks, tabs and line ends only',
    )
  }
  return problem(`${character} is unexpected here`, null)
}

/**
 * A token other than the expected one.
 * @param open the innermost bracket that is still open
 */
export function unexpectedToken(token: Token, expected: string, open: Token | undefined): ParseError {
  if (token.kind === 'bad') return token.problem
  const place = extentOf(token)
  if (open === undefined) {
    return { ...place, text: `expected ${expected}, found ${describeToken(token)}`, remedy: remedyFor(token, null) }
  }
  const [name, close] = open.kind === '{' ? ['map', '}'] : ['list', ']']
  return {
    ...place,
    text: `expected ${expected}, found ${describeToken(token)}`,
    remedy: remedyFor(token, close),
    other: { offset: open.start, what: `the ${name} began at` },
  }
}

function remedyFor(token: Token, close: string | null): string | null {
  if (token.kind === 'word') return 'strings stand in double quotes; true, false and null stand without'
  return token.kind === 'end' && close !== null ? `close it with ${close}` : null
}

/** An element that follows another without a comma. */
export function missingComma(token: Token): ParseError {
  const text = `a comma is missing before ${describeToken(token)}`
  return { ...extentOf(token), text, remedy: 'put a comma between the two elements' }
}

export function unquotedKey(token: Token): ParseError {
  return { ...extentOf(token), text: 'a key stands without quotes', remedy: 'put it in double quotes' }
}

/** @param first where the same key begins for the first time */
export function duplicateKey({ key, keyStart, keyEnd }: Member, first: number): ParseError {
  const shown = key.length > 80 ? `${key.slice(0, 80)}...` : key
  return {
    offset: keyStart,
    length: keyEnd - keyStart,
    text: `the key ${JSON.stringify(shown)} stands twice in one map`,
    remedy: 'remove one of the two',
    other: { offset: first, what: 'the first is at' },
  }
}

function extentOf({ start, end }: Token): { offset: number; length: number } {
  return { offset: start, length: end - start }
}

/** The name of a token in a sentence. */
function describeToken(token: Token): string {
  switch (token.kind) {
    case 'string':
      return 'a string'
    case 'integer':
    case 'float':
      return 'a number'
    case 'boolean':
      return token.value ? 'true' : 'false'
    case 'word':
      return 'a word without quotes'
    case 'include':
      return 'an include directive'
    case 'end':
      return 'the end of the text'
    case 'bad':
      return 'something unreadable'
    case 'null':
    case '{':
    case '}':
    case '[':
    case ']':
    case ':':
    case ',':
      return token.kind
  }
}
