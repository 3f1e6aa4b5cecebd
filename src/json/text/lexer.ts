// Splits JSON text into tokens with offsets, in the dialect of files or of commands. It reads one token at a time, so
// that no text is read in vain when the caller stops early.

import { fitsFile, numberKind, readString } from './literal.ts'
import type { Dialect, ParseError } from './parse-error.ts'
import { unexpectedCharacter } from './syntax-errors.ts'
import type { Token } from './token.ts'

const includeDirective = /<\?[ \t\r\n]*include[ \t\r\n]*"([^"\u0000-\u001f]+)"[ \t\r\n]*\?>/y

export class Lexer {
  readonly #text: string
  readonly #dialect: Dialect
  readonly #report: (problem: ParseError) => void
  #at = 0

  /** @param report gets the mistakes inside tokens that can be read nevertheless */
  constructor(text: string, dialect: Dialect, report: (problem: ParseError) => void) {
    this.#text = text
    this.#dialect = dialect
    this.#report = report
  }

  /** The next token; at the end of the text, each call returns `end`. */
  next(): Token {
    const unclosed = this.#skipBlanks()
    if (unclosed !== null) return unclosed
    const start = this.#at
    const character = this.#text.charAt(start)
    switch (character) {
      case '':
        return { kind: 'end', start, end: start }
      case '{':
      case '}':
      case '[':
      case ']':
      case ':':
      case ',':
        return { kind: character, start, end: ++this.#at }
      case '"':
        return this.#string()
    }
    if (isWordCharacter(character)) return this.#word()
    if (this.#dialect === 'file' && this.#text.startsWith('<?', start)) return this.#include()
    return this.#bad(unexpectedCharacter(this.#text, start, this.#dialect))
  }

  /** Skips blanks and comments. @returns null, or a bad token for a comment that is not closed */
  #skipBlanks(): Token | null {
    for (;;) {
      const character = this.#text.charAt(this.#at)
      if (isBlank(character, this.#dialect)) this.#at++
      else if (this.#dialect === 'command') return null
      else if (character === '#' || this.#text.startsWith('//', this.#at)) {
        const lineEnd = this.#text.indexOf('\n', this.#at)
        this.#at = lineEnd === -1 ? this.#text.length : lineEnd + 1
      } else if (this.#text.startsWith('/*', this.#at)) {
        const close = this.#text.indexOf('*/', this.#at + 2)
        if (close === -1) {
          return this.#bad({
            offset: this.#at,
            length: 2,
            text: 'the comment that begins here is not closed',
            remedy: 'add */ where it ends',
          })
        }
        this.#at = close + 2
      } else return null
    }
  }

  #string(): Token {
    const start = this.#at
    const { value, end, closed } = readString(this.#text, start, this.#dialect, this.#report)
    if (closed) {
      this.#at = end
      return { kind: 'string', value, start, end }
    }
    const remedy = this.#dialect === 'file' ? 'add a double quote; a line end inside a string is written \\n' : null
    return this.#bad({ offset: start, length: end - start, text: 'the string that begins here is not closed', remedy })
  }

  #word(): Token {
    const start = this.#at
    let end = start + 1
    while (end < this.#text.length && isWordCharacter(this.#text.charAt(end))) end++
    this.#at = end
    const word = this.#text.slice(start, end)
    const lower = end - start <= 5 ? word.toLowerCase() : ''
    if (lower === 'true' || lower === 'false' || lower === 'null') {
      if (word !== lower) {
        this.#report({
          offset: start,
          length: end - start,
          text: `${word} is not in lower case`,
          remedy: `write ${lower}`,
        })
      }
      return lower === 'null' ? { kind: 'null', start, end } : { kind: 'boolean', value: lower === 'true', start, end }
    }
    if (/^[a-zA-Z_]/.test(word)) return { kind: 'word', start, end }
    return this.#number(word, start)
  }

  #number(word: string, start: number): Token {
    const end = start + word.length
    const kind = numberKind(word)
    if (kind === null) {
      return this.#bad({
        offset: start,
        length: word.length,
        text: 'this is not a number',
        remedy: 'a number looks like 10, -1.5 or 1e3; anything else stands in double quotes',
      })
    }
    if (this.#dialect === 'file' && !fitsFile(kind, word)) {
      this.#report({
        offset: start,
        length: word.length,
        text: kind === 'integer' ? 'the integer is out of range' : 'the number is out of range',
        remedy:
          kind === 'integer'
            ? 'integers go from -9223372036854775808 to 9223372036854775807'
            : 'the largest number is about 1.79e308',
        tooLarge: true,
      })
    }
    return { kind, start, end }
  }

  #include(): Token {
    const start = this.#at
    includeDirective.lastIndex = start
    const file = includeDirective.exec(this.#text)?.[1]
    if (file === undefined) {
      return this.#bad({
        offset: start,
        length: 2,
        text: '<? begins an include directive, but this is none',
        remedy: 'write it as <?include "file"?>',
      })
    }
    this.#at = includeDirective.lastIndex
    return { kind: 'include', file, start, end: this.#at }
  }

  /** Does not move on: the next call returns the same token. */
  #bad(problem: ParseError): Token {
    return { kind: 'bad', problem, start: problem.offset, end: problem.offset + problem.length }
  }
}

/** kea-ctrl-agent takes form feed and backspace as blanks in commands, but not in files; vertical tab nowhere. */
function isBlank(character: string, dialect: Dialect): boolean {
  if (character === ' ' || character === '\t' || character === '\n' || character === '\r') return true
  return dialect === 'command' && (character === '\f' || character === '\b')
}

function isWordCharacter(character: string): boolean {
  return /[0-9a-zA-Z_+.-]/.test(character)
}
