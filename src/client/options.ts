// The options of `keagate ask`, on the command line and in a line of the shell.

import { parseArgs } from 'node:util'
import { KeagateError, describeError } from '../errors.ts'
import type { AskTask } from './asking.ts'
import { readTimeout } from './profile/profile.ts'
import { readServices } from './request/command-text.ts'

export const askOptions = {
  service: { type: 'string', short: 's', multiple: true },
  json: { type: 'boolean', default: false },
  quiet: { type: 'boolean', short: 'q', default: false },
  timeout: { type: 'string', short: 't' },
  all: { type: 'boolean', short: 'a', default: false },
  watch: { type: 'string', short: 'w' },
  url: { type: 'string' },
  ca: { type: 'string' },
  cert: { type: 'string' },
  key: { type: 'string' },
  'server-name': { type: 'string' },
  user: { type: 'string', short: 'u' },
  password: { type: 'string' },
  'password-file': { type: 'string' },
  socket: { type: 'string' },
  config: { type: 'string', short: 'c' },
  profile: { type: 'string', short: 'p' },
} as const

/** What the words ask, with an empty command if they name none; or what is wrong with them. */
export type ReadWords = AskTask | string

/**
 * @param mistake describes an error that Node's `parseArgs` throws
 * @returns what is wrong with the words, or what they ask
 */
export function readAskWords(words: readonly string[], mistake: (error: unknown) => string): ReadWords {
  try {
    const { values, positionals } = parseArgs({ args: [...words], allowPositionals: true, options: askOptions })
    const { service, json, quiet, timeout, all, watch, ...where } = values
    const [command = '', ...others] = positionals
    if (all && watch !== undefined) return '--all does not go with --watch'
    if (command.includes('=') || command.startsWith('{')) return 'the command comes first, then its arguments'
    return {
      command,
      words: others,
      services: readServices(service ?? []),
      where: { ...where, ...(timeout === undefined ? {} : { timeout: readTimeout(timeout) }) },
      json,
      quiet,
      all,
      watch: watch === undefined ? null : readTimeout(watch),
    }
  } catch (error) {
    return error instanceof KeagateError ? describeError(error) : mistake(error)
  }
}
