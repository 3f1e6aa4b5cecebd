// Prints values as JSON text in Kea's layout, with standard escapes; non-ASCII characters stay as they are, and numbers
// keep every digit.

import { unicodeEscape } from './literal.ts'
import type { JsonNode } from './node.ts'

/** A number to print as written. */
export class NumberText {
  readonly text: string

  /** @param text a number of standard JSON */
  constructor(text: string) {
    this.text = text
  }
}

/** What can be printed. Members that are undefined are left out. */
export type Printable =
  | null
  | boolean
  | number
  | bigint
  | string
  | NumberText
  | readonly Printable[]
  | ReadonlyMap<string, Printable>
  | { readonly [key: string]: Printable | undefined }

/** Makes a parsed value printable. Of a repeated key the last value counts; numbers become those of standard JSON. */
export function nodeToPrintable(node: JsonNode): Printable {
  switch (node.kind) {
    case 'map':
      return new Map(node.members.map(({ key, value }) => [key, nodeToPrintable(value)]))
    case 'list':
      return node.items.map(nodeToPrintable)
    case 'integer':
    case 'float':
      return new NumberText(standardNumber(node.kind, node.text))
    case 'string':
    case 'boolean':
      return node.value
    case 'null':
      return null
  }
}

/** Kea's form on the wire: `{ "a": 1, "b": [ 1, 2 ] }`, empty `{  }` and `[  ]`; keys in the order given. */
export function printCompact(value: Printable): string {
  if (!isContainer(value)) return printScalar(value)
  const text = new Text()
  text.compact(value)
  return text.whole
}

/**
 * Kea's form of `config-write`: two blanks for each level, lists of scalars on one line, no line end after the last
 * line. Values in more than ten levels are on one line too: otherwise their blanks could be a hundred times as long as
 * the values.
 */
export function printPretty(value: Printable): string {
  const text = new Text()
  text.pretty(value, 0)
  return text.whole
}

/** How many levels are indented, each on lines of its own; no keyword of a configuration is deeper. */
const maxIndented = 10

/** Text that only grows at its end: a text put together level by level would be copied once for each level. */
class Text {
  whole = ''

  compact(value: Printable): void {
    if (!isContainer(value)) this.whole += printScalar(value)
    else if (isList(value)) this.#list(value, '[ ', ', ', ' ]', null)
    else this.#map(value, '{ ', ', ', ' }', null)
  }

  /** @param level how many maps and lists are around the value */
  pretty(value: Printable, level: number): void {
    if (!isContainer(value) || level >= maxIndented) {
      this.compact(value)
      return
    }
    const [line, end] = [`\n${'  '.repeat(level + 1)}`, `\n${'  '.repeat(level)}`]
    if (!isList(value)) {
      if (isEmpty(value)) this.whole += '{ }'
      else this.#map(value, `{${line}`, `,${line}`, `${end}}`, level + 1)
    } else if (value.length === 0) this.whole += '[ ]'
    else if (!value.some(isContainer)) this.compact(value)
    else this.#list(value, `[${line}`, `,${line}`, `${end}]`, level + 1)
  }

  /** @param level of the items; null: they are on the same line */
  #list(list: List, open: string, between: string, close: string, level: number | null): void {
    let before = open
    for (const item of list) {
      this.whole += before
      this.#inside(item, level)
      before = between
    }
    this.whole += before === open ? open + close : close
  }

  #map(map: MapValue, open: string, between: string, close: string, level: number | null): void {
    let before = open
    for (const [key, value] of entriesOf(map)) {
      if (value === undefined) continue
      this.whole += `${before}${printString(key)}: `
      this.#inside(value, level)
      before = between
    }
    this.whole += before === open ? open + close : close
  }

  #inside(value: Printable, level: number | null): void {
    if (level === null) this.compact(value)
    else this.pretty(value, level)
  }
}

type List = readonly Printable[]
type Members = { readonly [key: string]: Printable | undefined }
type MapValue = ReadonlyMap<string, Printable> | Members
type Container = List | MapValue

function isContainer(value: Printable): value is Container {
  return typeof value === 'object' && value !== null && !(value instanceof NumberText)
}

function isList(value: Container): value is List {
  return Array.isArray(value)
}

// A type guard of our own: Array.isArray and instanceof alone would give the members the type `any`.
function isMap(value: Container): value is ReadonlyMap<string, Printable> {
  return value instanceof Map
}

function entriesOf(map: MapValue): Iterable<readonly [string, Printable | undefined]> {
  return isMap(map) ? map : Object.entries(map)
}

function isEmpty(map: MapValue): boolean {
  for (const [, value] of entriesOf(map)) if (value !== undefined) return false
  return true
}

function printScalar(value: Exclude<Printable, Container>): string {
  if (value instanceof NumberText) return value.text
  if (typeof value === 'string') return printString(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`JSON has no way to write ${value}`)
  return String(value)
}

const escapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

const special = /["\\\u0000-\u001f\u007f]/

function printString(text: string): string {
  if (!special.test(text)) return `"${text}"`
  const escape = (character: string): string => escapes.get(character) ?? unicodeEscape(character)
  return `"${text.replace(/["\\\u0000-\u001f\u007f]/g, escape)}"`
}

/**
 * The same number as standard JSON writes it: `+1` becomes `1.0` (a float to Kea), `-.5` becomes `-0.5`, `5.` becomes
 * `5.0`, `007` becomes `7`. No significant digit is lost.
 */
function standardNumber(kind: 'integer' | 'float', text: string): string {
  const sign = text.startsWith('-') ? '-' : ''
  const unsigned = text.replace(/^[+-]/, '')
  const exponentAt = unsigned.search(/[eE]/)
  const mantissa = exponentAt === -1 ? unsigned : unsigned.slice(0, exponentAt)
  const exponent = exponentAt === -1 ? '' : unsigned.slice(exponentAt)
  const [whole = '', fraction] = mantissa.split('.')
  const digits = whole.replace(/^0+/, '') || '0'
  if (fraction !== undefined) return `${sign}${digits}.${fraction || '0'}${exponent}`
  return kind === 'float' && exponent === '' ? `${sign}${digits}.0` : `${sign}${digits}${exponent}`
}
