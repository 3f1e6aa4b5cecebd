// Reads the words after `keagate certs COMMAND`. Options may stand before, between and after the other words.

import { parseArgs } from 'node:util'
import { nearestWord } from '../config/schema/suggestions.ts'
import { KeagateError } from '../errors.ts'
import type { KeyKind } from './certificate.ts'

/** How an option is given: alone, once with a value, or any number of times, also with commas between values. */
export type OptionKind = 'flag' | 'value' | 'list'

export type OptionTable = Readonly<Record<string, OptionKind>>

export interface Options {
  readonly words: readonly string[]
  flag(name: string): boolean
  value(name: string): string | null
  list(name: string): readonly string[]
}

/** @throws KeagateError (CERTS_USAGE) */
export function readOptions(words: readonly string[], table: OptionTable): Options {
  const known = new Map(Object.entries(table))
  const { tokens } = parseArgs({
    args: [...words],
    options: Object.fromEntries(
      Object.entries(table).map(([name, kind]) => [name, { type: kind === 'flag' ? 'boolean' : 'string' } as const]),
    ),
    strict: false,
    tokens: true,
  })
  const given = new Map<string, string[]>()
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value = null, inlineValue = false } = token
    const kind = known.get(name)
    if (kind === undefined || !rawName.startsWith('--')) throw usageError(`unknown option ${shown(rawName)}${nearOption(rawName, known.keys())}`)
    if (kind === 'flag' && value !== null) throw usageError(`option --${name} takes no value`)
    // The next option is not taken as the value of one whose value was forgotten.
    if (kind !== 'flag' && (value === null || value === '' || (!inlineValue && value.startsWith('--')))) {
      throw usageError(`option --${name} needs a value`)
    }
    const before = given.get(name) ?? []
    if (kind === 'value' && before.length > 0) throw usageError(`option --${name} is given twice`)
    given.set(name, [...before, ...(kind === 'list' ? (value ?? '').split(',') : [value ?? ''])])
  }
  return {
    words: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
    flag: (name) => given.has(name),
    value: (name) => given.get(name)?.[0] ?? null,
    list: (name) => given.get(name) ?? [],
  }
}

/** A whole number from 1 to `most`. */
export function numberOption(options: Options, name: string, most: number, otherwise: number): number {
  const text = options.value(name)
  if (text === null) return otherwise
  const number = Number(text)
  if (/^\d{1,9}$/.test(text) && number >= 1 && number <= most) return number
  throw usageError(`option --${name} takes a whole number from 1 to ${most}, not ${shown(text)}`)
}

export function keyOption(options: Options): KeyKind {
  const kind = options.value('key') ?? 'p256'
  if (kind === 'p256' || kind === 'rsa') return kind
  throw usageError(`option --key takes p256 or rsa, not ${shown(kind)}`)
}

export function usageError(text: string): KeagateError {
  return new KeagateError('CERTS_USAGE', text)
}

function nearOption(written: string, known: Iterable<string>): string {
  const near = nearestWord(written, Array.from(known, (name) => `--${name}`))
  return near === null ? '' : `; did you mean ${near.word}?`
}

/** A word of the command line for a message: on one line, and cut to 100 characters. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, 100))
}
