// Asks one command, from its words to the exit code. Notes go to standard error, answers to standard output.

import { readFileSync } from 'node:fs'
import { keaCommands } from '../config/access/kea-commands.ts'
import { KeagateError, describeError, systemText } from '../errors.ts'
import { escapeForLog, escapeJson } from '../log/escape.ts'
import { clientUsage, ClientError } from './error.ts'
import { BodyCollector } from './body-collector.ts'
import type { AskContext, AskTask, Asking } from './asking.ts'
import type { Door } from './door.ts'
import { describeTarget } from './door.ts'
import { exitCodes } from './exit-code.ts'
import { askAllPages } from './paging/all-pages.ts'
import { passOn } from './pass-on.ts'
import type { Profile } from './profile/profile.ts'
import { openDoor } from './profile/open-door.ts'
import { decideWhere } from './profile/where.ts'
import { readArguments } from './request/arguments.ts'
import { commandText, onlyService } from './request/command-text.ts'
import type { CommandRequest } from './request/command-text.ts'
import { linesOf, showAnswer, writeLines } from './show-answer.ts'
import { askSecret, untilInterrupted } from './terminal.ts'
import { watch } from './watch.ts'

/** Resolves to the exit code. */
export async function ask(task: AskTask, context: AskContext): Promise<number> {
  try {
    const place = await openPlace(task, context)
    return await untilInterrupted((signal) => askAt(task, context, place, signal))
  } catch (error) {
    return told(error, context)
  }
}

/** Where commands are sent, and the profile that says so. */
export interface Place {
  readonly door: Door
  readonly profile: Profile
}

/**
 * Finds out where commands are sent. A note names the server if no option does.
 * @param mayAsk whether a password can be asked for at the terminal
 * @throws {KeagateError} CLIENT_USAGE
 */
export async function openPlace(task: AskTask, context: AskContext, mayAsk = true): Promise<Place> {
  const note = (text: string): void => {
    if (!task.quiet) context.stderr.write(`keagate ask: ${escapeForLog(text)}\n`)
  }
  const where = decideWhere(task.where, context.env)
  if (task.where.password !== undefined) note(visiblePassword)
  const prompt = mayAsk && where.profile.user !== undefined ? passwordPrompt(context) : null
  const door = await openDoor(where, prompt)
  if (where.from !== null) note(`asking ${describeTarget(door.target)}, from ${where.from}`)
  return { door, profile: where.profile }
}

/** Resolves to the exit code. Errors are written to standard error. */
export async function askAt(task: AskTask, context: AskContext, place: Place, signal: AbortSignal): Promise<number> {
  try {
    const given = await readArguments(task.words, sourcesOf(context))
    const request = { command: task.command, services: servicesOf(task, place), arguments: given }
    return await answer(request, { task, context, door: place.door, signal })
  } catch (error) {
    return told(error, context)
  }
}

const visiblePassword =
  'warning: other users of this machine can read a password on the command line; put it into a file and name that with --password-file'

async function answer(request: CommandRequest, asking: Asking): Promise<number> {
  const body = Buffer.from(commandText(request))
  const { task, context } = asking
  if (task.watch !== null) return watch(request, body, asking, task.watch)
  if (task.all) return allPages(request, asking)
  if (task.json || context.stdout.isTTY !== true) return passOn(body, asking)
  return showAnswer(request, body, asking)
}

async function allPages(request: CommandRequest, asking: Asking): Promise<number> {
  const { task, context: { stdout } } = asking
  if (stdout.isTTY !== true) return askAllPages(request, asking, (piece) => void stdout.write(piece))
  const collector = new BodyCollector(undefined)
  const show = (): void => {
    const body = collector.body()
    if (body.length === 0) return
    if (task.json) stdout.write(escapeJson(body.toString('utf8')))
    else writeLines(stdout, linesOf(request, body, asking).lines)
  }
  try {
    return await askAllPages(request, asking, (piece) => {
      if (!collector.take(piece)) throw collector.tooLong()
    })
  } finally {
    show()
  }
}

/** Writes an error to standard error, on one line. @returns the exit code for it */
export function told(error: unknown, { stderr }: AskContext): number {
  if (error instanceof ClientError && error.kind === 'aborted') return exitCodes.interrupted
  if (!(error instanceof KeagateError)) throw error
  stderr.write(`keagate ask: ${escapeForLog(describeError(error))}\n`)
  return error instanceof ClientError ? exitCodes.unanswered : exitCodes.failure
}

function servicesOf({ command, services }: AskTask, { profile, door: { target } }: Place): readonly string[] {
  if ('socketPath' in target) {
    if (services.length > 0) throw clientUsage('a daemon asked at its own socket has no services', 'leave out -s')
    return []
  }
  if (services.length > 0) return services
  if (profile.service !== undefined) return profile.service
  const only = onlyService(keaCommands.get(command)?.programs)
  return only === null ? [] : [only]
}

function sourcesOf(context: AskContext): Parameters<typeof readArguments>[1] {
  return {
    readFile(name) {
      try {
        return readFileSync(name, 'utf8')
      } catch (error) {
        throw clientUsage(`${name} cannot be read: ${systemText(error)}`)
      }
    },
    async readStdin() {
      const chunks: Buffer[] = []
      for await (const chunk of context.stdin) chunks.push(Buffer.from(chunk))
      return Buffer.concat(chunks).toString('utf8')
    },
  }
}

function passwordPrompt(context: AskContext): ((user: string) => Promise<string>) | null {
  const { stdin, stderr } = context
  if (stdin.isTTY !== true) return null
  return async (user) => {
    const typed = await askSecret({ stdin, stderr }, `Password of ${escapeForLog(user)}: `)
    if (typed === null || typed === '') throw clientUsage('no password was typed')
    return typed
  }
}
