// The shell: reads lines and runs the commands in them, until Ctrl-D.

import { createInterface } from 'node:readline'
import type { Interface } from 'node:readline'
import { keaCommands } from '../../config/access/kea-commands.ts'
import { describeError } from '../../errors.ts'
import { escapeForLog } from '../../log/escape.ts'
import type { AskContext, AskTask } from '../asking.ts'
import { commandHelp } from '../commands/help.ts'
import { describeTarget } from '../door.ts'
import { readAskWords } from '../options.ts'
import { readProfiles } from '../profile/profile-file.ts'
import { readServices, usualServices } from '../request/command-text.ts'
import { askAt, openPlace, told } from '../ask.ts'
import type { Place } from '../ask.ts'
import { builtins, complete } from './complete.ts'
import type { Knowledge } from './complete.ts'
import { maxLines, readHistory, writeHistory } from './history.ts'
import { commandsOf } from './list-commands.ts'
import { servicesOf } from './list-services.ts'
import { splitWords } from './words.ts'

interface Session {
  place: Place
  /** The services for lines that name none. */
  services: readonly string[]
  json: boolean
  /** The commands that the service lists. */
  commands: readonly string[]
  /** Services and groups that the agent says it has; empty: not known. */
  known: readonly string[]
}

/** Resolves to the exit code. @param task without a command */
export async function runShell(task: AskTask, context: AskContext): Promise<number> {
  const { stdin, stdout, env } = context
  let place: Place
  try {
    place = await openPlace(task, context)
  } catch (error) {
    return told(error, context)
  }
  const session: Session = { place, services: task.services, json: task.json, commands: [], known: [] }
  const lines = createInterface({
    input: stdin,
    output: stdout,
    history: readHistory(env),
    historySize: maxLines,
    removeHistoryDuplicates: true,
    completer: (line: string) => complete(line, knowledgeOf(session, context)),
  })
  let history: readonly string[] = []
  lines.on('history', (all: readonly string[]) => (history = [...all]))
  stdout.write(`${describeTarget(place.door.target)}; "help" says what there is, Ctrl-D ends it\n`)
  const learned = Promise.all([learn(session), learnServices(session)])
  await untilClosed(lines, session, context)
  await learned
  if (history.length > 0) writeHistory(env, history)
  return 0
}

async function untilClosed(lines: Interface, session: Session, context: AskContext): Promise<void> {
  let running: AbortController | null = null
  const closed = new AbortController()
  lines.once('close', () => {
    closed.abort()
    running?.abort()
  })
  const prompt = (): void => {
    lines.setPrompt(`${session.services.length === 0 ? 'keagate' : escapeForLog(session.services.join(','))}> `)
    lines.prompt()
  }
  lines.on('SIGINT', () => {
    if (running !== null) {
      running.abort()
      return
    }
    context.stdout.write('^C\n')
    // Clears what was typed.
    lines.write(null, { ctrl: true, name: 'e' })
    lines.write(null, { ctrl: true, name: 'u' })
    prompt()
  })
  prompt()
  for await (const line of lines) {
    running = new AbortController()
    // A terminal that is resized has the prompt written again, which would stand in the middle of the answer.
    lines.setPrompt('')
    const isLast = await runLine(line, session, context, running.signal)
    running = null
    // A prompt would open the input again.
    if (isLast || closed.signal.aborted) break
    prompt()
  }
  lines.close()
  context.stdout.write('\n')
}

/** @returns whether the shell is to end */
async function runLine(line: string, session: Session, context: AskContext, signal: AbortSignal): Promise<boolean> {
  const { stdout } = context
  const say = (text: string): void => void stdout.write(`${text}\n`)
  const words = splitWords(line)?.map(({ text }) => text)
  if (words === undefined) say('a quote is not closed')
  const [name, argument = ''] = words ?? []
  if (words === undefined || name === undefined) return false
  switch (name) {
    case 'exit':
    case 'quit':
      return true
    case 'use':
      try {
        session.services = argument === '' ? [] : readServices([argument])
        session.commands = []
        void learn(session)
      } catch (error) {
        told(error, context)
      }
      return false
    case 'json':
      session.json = argument !== 'off'
      return false
    case 'profile':
      try {
        session.place = await openPlace(taskFor(argument), context, false)
        session.services = []
        say(describeTarget(session.place.door.target))
        session.known = []
        void learn(session)
        void learnServices(session)
      } catch (error) {
        told(error, context)
      }
      return false
    case 'help':
      say((argument === '' ? shellHelp : commandHelp(argument, stdout.columns || 80) ?? ['no such command']).join('\n'))
      return false
    default:
      await askLine(words, session, context, signal)
      return false
  }
}

async function askLine(
  words: readonly string[],
  { place, services, json }: Session,
  context: AskContext,
  signal: AbortSignal,
): Promise<void> {
  const task = readAskWords(words, (error) => describeError(error).replace(/\. .*$/s, ''))
  const { timeout, ...elsewhere } = typeof task === 'string' ? {} : task.where
  if (typeof task === 'string') context.stdout.write(`${escapeForLog(task)}\n`)
  else if (Object.keys(elsewhere).length > 0) context.stdout.write('use "profile NAME" to ask elsewhere\n')
  else if (task.words[0] === '-') context.stdout.write('the shell has standard input\n')
  else {
    const door = timeout === undefined ? place.door : { ...place.door, timeoutMs: timeout * 1000 }
    const named = task.services.length > 0 ? task.services : services
    await askAt({ ...task, services: named, json: task.json || json }, context, { ...place, door }, signal)
  }
}

const shellHelp = [
  'COMMAND [KEY=VALUE...]   asks, with the options -s, --all, --watch, --timeout and --json of "keagate ask"',
  'use SERVICE[,SERVICE]    where commands go that name no service; "use" alone: the agent',
  'help COMMAND             what a command does and takes',
  'json on, json off        answers as they came, or as tables',
  'profile NAME             asks elsewhere',
  'exit                     or Ctrl-D; Ctrl-C stops a command',
]

function taskFor(profile: string): AskTask {
  return { command: '', words: [], services: [], where: { profile }, json: false, quiet: true, all: false, watch: null }
}

/** Fetches the names of the commands, for completion. */
async function learn(session: Session): Promise<void> {
  const { place, services } = session
  const commands = await commandsOf(place.door, services.slice(0, 1))
  // A slow answer may come after "use" or "profile".
  if (session.place === place && session.services === services) session.commands = commands
}

/** Fetches the names of the services, for completion. */
async function learnServices(session: Session): Promise<void> {
  const { place } = session
  const services = await servicesOf(place.door)
  if (session.place === place) session.known = services
}

function knowledgeOf({ commands, services, known: found }: Session, { env }: AskContext): Knowledge {
  let profiles: readonly string[] = []
  try {
    profiles = [...readProfiles(env).profiles.keys()]
  } catch {
    // The error is shown when a profile is used.
  }
  const known = new Set([...commands, ...keaCommands.keys()])
  for (const name of builtins) known.delete(name)
  const all = new Set([...(found.length > 0 ? found : usualServices), ...services])
  return { commands: [...known].sort(), services: [...all], profiles }
}
