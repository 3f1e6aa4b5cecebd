// The words after the command's name, as the arguments of the command: JSON text that keeps every digit of a number.

import { clientUsage } from '../error.ts'
import { assign, printNested } from './nested.ts'
import type { NestedMap } from './nested.ts'
import { readKey } from './key.ts'
import { checkedMap, readValue } from './value.ts'

/** Where arguments can be read from. */
export interface ArgumentSources {
  /** @throws Error of the system */
  readFile(name: string): string
  readStdin(): Promise<string>
}

/**
 * @param words `KEY=VALUE` each, or one alone: JSON text, `@FILE`, or `-` for standard input
 * @returns the text of a JSON map; null without words
 * @throws {KeagateError} CLIENT_USAGE
 */
export async function readArguments(words: readonly string[], sources: ArgumentSources): Promise<string | null> {
  const [first, second] = words
  if (first === undefined) return null
  if (first === '-' || first.startsWith('@') || first.trimStart().startsWith('{')) {
    if (second !== undefined) throw clientUsage(`nothing can follow ${shown(first)}`, 'it stands for all arguments; put the rest into it')
    if (first === '-') return checkedMap('standard input', await sources.readStdin())
    if (!first.startsWith('@')) return checkedMap('the arguments', first)
    return checkedMap(first.slice(1), sources.readFile(first.slice(1)))
  }
  const map: NestedMap = new Map()
  for (const word of words) {
    const { path, rest } = readKey(word)
    assign(map, path, readValue(rest), word)
  }
  return printNested(map)
}

/** A word for a message, cut to 60 characters. */
export function shown(word: string): string {
  return JSON.stringify(word.length > 60 ? `${word.slice(0, 60)}...` : word)
}
