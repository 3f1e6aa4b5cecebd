// The form of a sub-command of `keagate certs`, and what all sub-commands share.

import path from 'node:path'
import { codeOf, reasonOf, certsError } from './error.ts'
import type { Color } from '../process/terminal-color.ts'
import type { Authority } from './authority.ts'
import { openAuthority } from './authority.ts'
import { sweep } from './directory.ts'
import { finishInit } from './init-directory.ts'
import { locked } from './lock.ts'
import type { OptionTable, Options } from './options.ts'
import { usageError } from './options.ts'

export interface CertsContext {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadableStream
  /** How keagate is called here, as words for a shell. */
  readonly program: string
  readonly now: Date
  /** @param color used on a terminal only */
  print(text: string, color?: Color): void
}

export interface CertsCommand {
  /** What follows `keagate certs`, and one line for each option. At most a screen. */
  readonly usage: string
  readonly options: OptionTable
  run(options: Options, context: CertsContext): Promise<void>
}

/** The directory that `--dir` names, or the working directory. Absolute. */
export function directoryOf(options: Options): string {
  return path.resolve(options.value('dir') ?? '.')
}

/** Runs the work with the authority of the directory, locked and after cleaning up what killed commands left. */
export async function withAuthority(
  directory: string,
  now: Date,
  work: (authority: Authority) => Promise<void>,
): Promise<void> {
  await explained(directory, () =>
    locked(directory, async () => {
      finishInit(directory, now)
      sweep(directory)
      await work(openAuthority(directory, now))
    }),
  )
}

/** Turns an error of the operating system into one that names the directory. */
export async function explained<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    const code = codeOf(error)
    if (code === null || code.startsWith('CERTS_')) throw error
    throw certsError(`cannot work in ${directory}: ${reasonOf(error)}`, remedyFor(code), error)
  }
}

function remedyFor(code: string): string {
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return 'run this as the owner of the directory'
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'make room on the disk and run this again'
  if (code === 'ENOENT') return 'name the directory of your authority with --dir DIR'
  return 'put that right and run this again; what was there is as it was'
}

/** For sub-commands that take no words. */
export function noWords(options: Options): void {
  const [word] = options.words
  if (word !== undefined) throw usageError(`unexpected word ${JSON.stringify(word)}`)
}

/** The one word that a sub-command needs. */
export function oneWord(options: Options, what: string): string {
  const [word, second] = options.words
  if (word === undefined) throw usageError(`${what} is missing`)
  if (second !== undefined) throw usageError(`unexpected word ${JSON.stringify(second)}`)
  return word
}

/** As `2027-12-26`. */
export function dateText(date: Date): string {
  return date.toISOString().slice(0, 10)
}
