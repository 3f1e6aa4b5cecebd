// Tokens to values that remember where they stood. Gathers the mistakes it can read on over, stops at the first that it
// cannot.

import { Lexer } from './lexer.ts'
import type { JsonNode, ListNode, MapNode, Member } from './node.ts'
import type { Dialect, Problem } from './problem.ts'
import { duplicateKey, missingComma, unexpectedToken, unquotedKey } from './syntax-problem.ts'
import { beginsElement } from './token.ts'
import type { Token } from './token.ts'

export type { Dialect, Problem } from './problem.ts'

export interface ParsedTree {
  /** null where the text could not be read to its end. A tree may be there although there are errors. */
  readonly root: JsonNode | null
  /** In the order of the text, the first of them; a text with any is not to be used. */
  readonly errors: readonly Problem[]
  /** How many errors there are besides. */
  readonly moreErrors: number
  readonly warnings: readonly Problem[]
}

/** Containers inside each other, as the daemons count them (Kea 3.0). */
const defaultDepth = 100

/** A megabyte of commas must not become a million mistakes; of a file an operator gets more than are ever shown. */
const maxErrors: Readonly<Record<Dialect, number>> = { command: 100, file: 1000 }

/** Reads one JSON document. Never throws. */
export function parseTree(text: string, options: { dialect: Dialect; maxDepth?: number }): ParsedTree {
  return new Parser(text, options.dialect, options.maxDepth ?? defaultDepth).document()
}

class Parser {
  readonly #text: string
  readonly #dialect: Dialect
  readonly #maxDepth: number
  readonly #lexer: Lexer
  readonly #errors: Problem[] = []
  /** Without numbers that are too large. */
  #errorCount = 0
  readonly #warnings: Problem[] = []
  /** The brackets around the current token. */
  readonly #open: Token[] = []
  #token: Token

  constructor(text: string, dialect: Dialect, maxDepth: number) {
    this.#text = text
    this.#dialect = dialect
    this.#maxDepth = maxDepth
    this.#lexer = new Lexer(text, dialect, (problem) => this.#report(problem))
    this.#token = this.#lexer.next()
  }

  document(): ParsedTree {
    const value = this.#value()
    const root = value !== null && this.#finish() ? value : null
    // The lexer is one token ahead, so its reports can come before ours.
    this.#errors.sort((a, b) => a.offset - b.offset)
    const moreErrors = Math.max(0, this.#errorCount - maxErrors[this.#dialect])
    return { root, errors: this.#errors, moreErrors, warnings: this.#warnings }
  }

  /** What may follow the document: in files commas, as Kea 3.0 takes them, else nothing. */
  #finish(): boolean {
    if (this.#dialect === 'file') {
      for (let comma = this.#take(','); comma !== null; comma = this.#take(',')) this.#extraComma(comma)
    }
    if (this.#token.kind === 'end') return true
    this.#unexpected('the end of the text')
    return false
  }

  #value(): JsonNode | null {
    const token = this.#token
    const { start, end } = token
    switch (token.kind) {
      case '{':
        return this.#map()
      case '[':
        return this.#list()
      case 'string':
        this.#advance()
        return { kind: 'string', value: token.value, start, end }
      case 'integer':
      case 'float':
        this.#advance()
        return { kind: token.kind, text: this.#text.slice(start, end), start, end }
      case 'boolean':
        this.#advance()
        return { kind: 'boolean', value: token.value, start, end }
      case 'null':
        this.#advance()
        return { kind: 'null', start, end }
      case 'word':
      case 'include':
      case '}':
      case ']':
      case ':':
      case ',':
      case 'end':
      case 'bad':
        return this.#unexpected('a value')
    }
  }

  #map(): MapNode | null {
    const start = this.#token.start
    const members: Member[] = []
    const firstAt = new Map<string, number>()
    if (!this.#enter()) return null
    while (this.#token.kind !== '}') {
      const member = this.#member()
      if (member === null) return null
      members.push(member)
      if (this.#dialect === 'file') this.#checkDuplicate(member, firstAt)
      if (!this.#separator('}')) return null
    }
    return { kind: 'map', members, start, end: this.#leave() }
  }

  #list(): ListNode | null {
    const start = this.#token.start
    const items: JsonNode[] = []
    if (!this.#enter()) return null
    while (this.#token.kind !== ']') {
      const item = this.#value()
      if (item === null) return null
      items.push(item)
      if (!this.#separator(']')) return null
    }
    return { kind: 'list', items, start, end: this.#leave() }
  }

  #member(): Member | null {
    const { start, end } = this.#token
    const key = this.#key()
    if (key === null) return null
    if (this.#take(':') === null) return this.#unexpected('a colon after the key')
    const value = this.#value()
    return value === null ? null : { key, keyStart: start, keyEnd: end, value }
  }

  #key(): string | null {
    const token = this.#token
    if (!beginsElement(token) || token.kind === '{' || token.kind === '[') {
      return this.#unexpected('a key in double quotes')
    }
    this.#advance()
    if (token.kind === 'string') return token.value
    this.#report(unquotedKey(token))
    return this.#text.slice(token.start, token.end)
  }

  #checkDuplicate(member: Member, firstAt: Map<string, number>): void {
    const first = firstAt.get(member.key)
    if (first === undefined) firstAt.set(member.key, member.keyStart)
    else this.#report(duplicateKey(member, first))
  }

  /** Steps into a map or list; the depth is checked before anything inside is looked at. */
  #enter(): boolean {
    const bracket = this.#token
    if (this.#open.length >= this.#maxDepth) {
      this.#report({
        offset: bracket.start,
        length: 1,
        text: `more than ${this.#maxDepth} maps and lists stand inside each other`,
        remedy: null,
      })
      return false
    }
    this.#open.push(bracket)
    this.#advance()
    for (let comma = this.#take(','); comma !== null; comma = this.#take(',')) {
      const offset = comma.start
      this.#report({ offset, length: 1, text: 'a comma stands before the first element', remedy: 'remove it' })
    }
    return true
  }

  /** Steps out of a map or list. @returns the offset behind its closing bracket */
  #leave(): number {
    const { end } = this.#token
    this.#open.pop()
    this.#advance()
    return end
  }

  /** What follows an element: commas, the closing bracket, or another element whose comma was forgotten. */
  #separator(close: '}' | ']'): boolean {
    const token = this.#token
    if (token.kind === close) return true
    if (token.kind === ',') {
      this.#commas(close)
      return true
    }
    if (!beginsElement(token)) {
      this.#unexpected(`a comma or ${close}`)
      return false
    }
    this.#report(missingComma(token))
    return true
  }

  #commas(close: '}' | ']'): void {
    for (let comma = this.#take(','); comma !== null; comma = this.#take(',')) {
      const next = this.#token.kind
      // In commands Kea takes one trailing comma in lists and none in maps.
      const harmless = this.#dialect === 'command' && next === close && close === ']'
      if ((next === close || next === ',') && !harmless) this.#extraComma(comma)
    }
  }

  #extraComma({ start }: Token): void {
    const problem = { offset: start, length: 1, text: 'there is a comma too many', remedy: 'remove it' }
    if (this.#dialect === 'file') this.#warnings.push(problem)
    else this.#report(problem)
  }

  #advance(): void {
    this.#token = this.#lexer.next()
  }

  /** Steps over the current token if it is the one asked for. */
  #take(kind: Token['kind']): Token | null {
    const token = this.#token
    if (token.kind !== kind) return null
    this.#advance()
    return token
  }

  /** Reports that the current token is not what had to come. @returns null, for the caller to hand on */
  #unexpected(expected: string): null {
    this.#report(unexpectedToken(this.#token, expected, this.#open.at(-1)))
    return null
  }

  #report(problem: Problem): void {
    // Some readers take numbers that are too large, so these must not push out what is wrong for all.
    if (problem.tooLarge === true) this.#errors.push(problem)
    else if (this.#errorCount++ < maxErrors[this.#dialect]) this.#errors.push(problem)
  }
}
