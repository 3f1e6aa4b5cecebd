// How all sub-commands read a request for help, and describe a mistake in their words.

import { describeError } from '../errors.ts'
import { meant } from './arguments.ts'

/** Whether the words ask for the usage text. */
export function asksForHelp(words: readonly string[]): boolean {
  return words.includes('--help') || words.includes('-h')
}

/**
 * What is wrong with the words, on one line.
 * @param error thrown by Node's `parseArgs`
 * @param options the table that it was given
 */
export function mistakeIn(error: unknown, options: Readonly<Record<string, unknown>>): string {
  // Only Node's first sentence: the others explain what else the word could be meant as.
  const text = describeError(error).replace(/\. .*$/s, '')
  const option = /^Unknown option '(--[^']*)'/.exec(text)?.[1]
  return option === undefined ? text : `${text}${meant(option, Object.keys(options).map((name) => `--${name}`))}`
}
