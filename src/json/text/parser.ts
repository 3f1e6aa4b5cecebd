// Turns tokens into values that know their places in the text. After a mistake it reads on where that is possible; at
// the first one where it is not, it stops.

import { atOnce } from '../../in-slices.ts'
import type { Sliced } from '../../in-slices.ts'
import { Lexer } from './lexer.ts'
import type { JsonNode, Member } from './node.ts'
import type { Dialect, ParseError } from './parse-error.ts'
import { duplicateKey, missingComma, unexpectedToken, unquotedKey } from './syntax-errors.ts'
import { beginsElement } from './token.ts'
import type { Token } from './token.ts'

export type { Dialect, ParseError as Problem } from './parse-error.ts'

export interface ParsedJson {
  /** null where the text could not be read to its end. A tree may be there although there are errors. */
  readonly root: JsonNode | null
  /** The first errors, in the order of the text. A text with an error must not be used. */
  readonly errors: readonly ParseError[]
  /** How many more errors there are than those in `errors`. */
  readonly moreErrors: number
  readonly warnings: readonly ParseError[]
}

/** How many containers may be inside each other, as the daemons count them (Kea 3.0). */
const defaultDepth = 100

/**
 * How many errors are kept: a megabyte of commas must not become a million errors. Fewer are shown for a file.
 */
const maxErrors: Readonly<Record<Dialect, number>> = { command: 100, file: 1000 }

export interface TreeOptions {
  readonly dialect: Dialect
  /** How many containers may be inside each other. */
  readonly maxDepth?: number
}

/** Reads one JSON document. Never throws. */
export function parseJson(text: string, options: TreeOptions): ParsedJson {
  return atOnce(treeWork(text, options))
}

/** The same in steps, for a process that serves clients meanwhile. */
export function treeWork(text: string, { dialect, maxDepth = defaultDepth }: TreeOptions): Sliced<ParsedJson> {
  return new Parser(text, dialect, maxDepth).document()
}

/** A map or list whose end has not come yet. */
interface OpenContainer {
  readonly kind: '{' | '['
  readonly close: '}' | ']'
  readonly start: number
  readonly around: OpenContainer | null
  readonly members: Member[]
  readonly items: JsonNode[]
  /** The key of the next value; only for maps. */
  key: Omit<Member, 'value'>
  /** Where each key comes first; null where a repeated key is no mistake. */
  readonly firstAt: Map<string, number> | null
}

const noKey: OpenContainer['key'] = { key: '', keyStart: 0, keyEnd: 0 }

/** How many values are read in one step. */
const stride = 256

class Parser {
  readonly #text: string
  readonly #dialect: Dialect
  readonly #maxDepth: number
  readonly #lexer: Lexer
  readonly #errors: ParseError[] = []
  /** How many errors there were, not counting numbers that are too large. */
  #errorCount = 0
  readonly #warnings: ParseError[] = []
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

  *document(): Sliced<ParsedJson> {
    const value = yield* this.#value()
    const root = value !== null && this.#finish() ? value : null
    // The lexer is one token ahead, so its reports can come before those about the token before.
    this.#errors.sort((a, b) => a.offset - b.offset)
    const moreErrors = Math.max(0, this.#errorCount - maxErrors[this.#dialect])
    return { root, errors: this.#errors, moreErrors, warnings: this.#warnings }
  }

  /** Reads what may follow the document: commas in files, as Kea 3.0 accepts them, else nothing. */
  #finish(): boolean {
    if (this.#dialect === 'file') {
      for (let comma = this.#take(','); comma !== null; comma = this.#take(',')) this.#extraComma(comma)
    }
    if (this.#token.kind === 'end') return true
    this.#unexpected('the end of the text')
    return false
  }

  /** Reads a value with everything inside it, without recursion, so that it can be interrupted at any place. */
  *#value(): Sliced<JsonNode | null> {
    let open: OpenContainer | null = null
    for (let step = 1; ; step++) {
      if (step % stride === 0) yield
      let value: JsonNode | null
      if (open !== null && this.#token.kind === open.close) {
        value = this.#leave(open)
        open = open.around
      } else {
        if (open?.kind === '{' && !this.#readKey(open)) return null
        const { kind } = this.#token
        if (kind === '{' || kind === '[') {
          open = this.#enter(kind, open)
          if (open === null) return null
          continue
        }
        value = this.#scalar()
      }
      if (value === null || open === null) return value
      this.#add(open, value)
      if (!this.#separator(open.close)) return null
    }
  }

  #scalar(): JsonNode | null {
    const token = this.#token
    const { start, end } = token
    switch (token.kind) {
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
      case '{':
      case '[':
      case '}':
      case ']':
      case ':':
      case ',':
      case 'end':
      case 'bad':
        return this.#unexpected('a value')
    }
  }

  #add(open: OpenContainer, value: JsonNode): void {
    if (open.kind === '[') {
      open.items.push(value)
      return
    }
    const { key, keyStart, keyEnd } = open.key
    const member = { key, keyStart, keyEnd, value }
    open.members.push(member)
    if (open.firstAt !== null) this.#checkDuplicate(member, open.firstAt)
  }

  /** Reads a key and the colon after it. @returns whether both are there */
  #readKey(open: OpenContainer): boolean {
    const { start, end } = this.#token
    const key = this.#key()
    if (key === null) return false
    open.key = { key, keyStart: start, keyEnd: end }
    if (this.#take(':') !== null) return true
    this.#unexpected('a colon after the key')
    return false
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

  /** Steps into a map or list; the depth is checked before anything inside is looked at. @returns null: too deep */
  #enter(kind: '{' | '[', around: OpenContainer | null): OpenContainer | null {
    const bracket = this.#token
    const { start } = bracket
    if (this.#open.length >= this.#maxDepth) {
      const text = `more than ${this.#maxDepth} maps and lists stand inside each other`
      this.#report({ offset: start, length: 1, text, remedy: null })
      return null
    }
    this.#open.push(bracket)
    this.#advance()
    for (let comma = this.#take(','); comma !== null; comma = this.#take(',')) {
      const offset = comma.start
      this.#report({ offset, length: 1, text: 'a comma stands before the first element', remedy: 'remove it' })
    }
    const firstAt = kind === '{' && this.#dialect === 'file' ? new Map<string, number>() : null
    return { kind, close: kind === '{' ? '}' : ']', start, around, members: [], items: [], key: noKey, firstAt }
  }

  /** Steps out of a map or list. */
  #leave({ kind, members, items, start }: OpenContainer): JsonNode {
    const { end } = this.#token
    this.#open.pop()
    this.#advance()
    return kind === '{' ? { kind: 'map', members, start, end } : { kind: 'list', items, start, end }
  }

  /** Reads what follows an element: commas, the closing bracket, or another element whose comma was forgotten. */
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

  /** Steps over the current token if it is of this kind. */
  #take(kind: Token['kind']): Token | null {
    const token = this.#token
    if (token.kind !== kind) return null
    this.#advance()
    return token
  }

  /** Reports that the current token is not the expected one. @returns null, which the caller can return */
  #unexpected(expected: string): null {
    this.#report(unexpectedToken(this.#token, expected, this.#open.at(-1)))
    return null
  }

  #report(problem: ParseError): void {
    // Some callers accept numbers that are too large, so these do not count: they must not push out other errors.
    if (problem.tooLarge === true) this.#errors.push(problem)
    else if (this.#errorCount++ < maxErrors[this.#dialect]) this.#errors.push(problem)
  }
}
