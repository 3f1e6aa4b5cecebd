// Completes the word that is being typed.

import { argumentNames } from '../commands/help.ts'
import { askOptions } from '../options.ts'

export interface Knowledge {
  /** The commands that the service lists, and those of Kea's table. */
  readonly commands: readonly string[]
  readonly services: readonly string[]
  readonly profiles: readonly string[]
}

/** The commands of the shell itself. */
export const builtins = ['use', 'help', 'json', 'profile', 'exit'] as const

/** Options that name the server or the user: the shell has the same ones for all lines. */
const placeOptions: ReadonlySet<string> = new Set([
  'url', 'ca', 'cert', 'key', 'server-name', 'user', 'password', 'password-file', 'socket', 'config', 'profile',
])

const lineOptions = Object.keys(askOptions).filter((name) => !placeOptions.has(name)).map((name) => `--${name}`)

/** @returns what Node's `readline` expects: the words that fit, and the part of the line that they replace */
export function complete(line: string, { commands, services, profiles }: Knowledge): [string[], string] {
  const words = line.trimStart().split(/\s+/)
  const word = words.at(-1) ?? ''
  const [command = ''] = words
  const before = words.at(-2) ?? ''
  const fitting = (all: readonly string[], end = ' '): [string[], string] => {
    return [all.filter((each) => each.startsWith(word)).map((each) => each + end), word]
  }
  if (words.length === 1) return fitting([...builtins, ...commands])
  if (command === 'use') return listed(word, services)
  if (command === 'help') return fitting(commands)
  if (command === 'profile') return fitting(profiles)
  if (command === 'json') return fitting(['on', 'off'])
  if (before === '-s' || before === '--service') return listed(word, services)
  if (word.startsWith('-')) return fitting(lineOptions)
  const given = words.slice(1).map((each) => each.split('=')[0])
  return fitting(argumentNames(command).filter((name) => !given.slice(0, -1).includes(name)), '=')
}

/** Completes the last of several names with commas between them. */
function listed(word: string, names: readonly string[]): [string[], string] {
  const given = word.split(',')
  const last = given.pop() ?? ''
  return [names.filter((name) => name.startsWith(last) && !given.includes(name)), last]
}
