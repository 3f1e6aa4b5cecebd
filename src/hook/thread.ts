// The thread of one handler module: loads it, checks its parameters, runs its functions when the agent calls.

import { parentPort, workerData } from 'node:worker_threads'
import { pathToFileURL } from 'node:url'
import type { Answer, Caller, CommandHandler, HandlerModule, Json, LoadedModule, ModuleContext, ReceivedCommand } from './api.ts'
import { parameterMistakes } from './parameters.ts'
import type { Call, CallOutcome, CommandMessage, FromThread, HookPoint, ThreadData, ToThread } from './thread-message.ts'

/** How often the thread says that it is not stuck; milliseconds. */
const aliveInterval = 500
/** Longest text of a reason or a log line; characters. */
const longestText = 2000
/** Lines of log in one such interval: a module in a circle must not fill the agent's memory or disk. */
const mostLines = 1000
/** Questions to daemons under way at once. */
const mostAsked = 256

const port = parentPort
if (port === null) throw new Error('this file runs in a thread of its own')

// The host gives nothing else.
const { path, parameters } = workerData as ThreadData
const asked = new Map<number, { resolve(answers: readonly Json[]): void; reject(error: Error): void }>()
let lastAsk = 0
/** Who sent each command that the module was given: nobody else can be asked for. */
const callers = new WeakMap<object, Caller>()
/** Since the thread last said that it is not stuck. */
let [linesSent, linesLeftOut] = [0, 0]

process.on('unhandledRejection', (reason) => send({ kind: 'leaked', reason: textOf(reason) }))
process.on('uncaughtException', (error) => send({ kind: 'leaked', reason: textOf(error) }))

const loaded = await load()
if (loaded !== null) {
  const { module, commands } = loaded
  // Does not keep the thread alive: the port does.
  setInterval(sayAlive, aliveInterval).unref()
  port.on('message', (message: ToThread) => {
    if (message.kind === 'asked') settleAsk(message.id, message.outcome)
    else void run(module, commands, message.call).then((outcome) => send({ kind: 'called', id: message.id, outcome }))
  })
}

function sayAlive(): void {
  send({ kind: 'alive' })
  if (linesLeftOut > 0) send({ kind: 'log', severity: 'WARN', text: `${linesLeftOut} lines more were left out` })
  linesSent = 0
  linesLeftOut = 0
}

function send(message: FromThread): void {
  port?.postMessage(message)
}

async function load(): Promise<{ module: LoadedModule; commands: ReadonlyMap<string, CommandHandler> } | null> {
  try {
    // Whatever the file exports, it is looked at with care.
    const exported = (await import(pathToFileURL(path).href)) as Partial<HandlerModule>
    if (typeof exported.load !== 'function') throw new Error('it has no export named "load"')
    const values = JSON.parse(parameters) as ModuleContext['parameters']
    const mistakes = await parameterMistakes(values, exported.parameters)
    if (mistakes.length > 0) throw new Error(mistakes.join('; '))
    const module = await exported.load({ parameters: values, log, ask })
    if (typeof module !== 'object') throw new Error('its load function did not return an object')
    const commands = new Map(Object.entries(module.commands ?? {}))
    for (const [name, handler] of commands) checkCommand(name, handler)
    const list = [...commands].map(([name, { access }]) => ({ name, access }))
    send({ kind: 'loaded', commands: list, points: pointsOf(module) })
    return { module, commands }
  } catch (error) {
    send({ kind: 'not-loaded', reason: textOf(error) })
    return null
  }
}

function checkCommand(name: string, handler: Partial<CommandHandler>): void {
  if (typeof handler.run !== 'function') throw new Error(`its command ${name} has no function "run"`)
  if (handler.access !== 'read' && handler.access !== 'write') {
    throw new Error(`its command ${name} does not say "read" or "write" as its access`)
  }
}

function pointsOf(module: LoadedModule): HookPoint[] {
  const points: HookPoint[] = []
  if (module.authenticated !== undefined) points.push('authenticated')
  if (module.commandReceived !== undefined) points.push('command-received')
  if (module.commandProcessed !== undefined) points.push('command-processed')
  return points
}

async function run(
  module: LoadedModule,
  commands: ReadonlyMap<string, CommandHandler>,
  call: Call,
): Promise<CallOutcome> {
  try {
    return { ok: true, text: textFor(call.kind, await invoke(module, commands, call)) }
  } catch (error) {
    return { ok: false, reason: textOf(error) }
  }
}

function invoke(module: LoadedModule, commands: ReadonlyMap<string, CommandHandler>, call: Call): unknown {
  switch (call.kind) {
    case 'run':
      return commands.get(call.command.name)?.run(received(call.command))
    case 'authenticated':
      return module.authenticated?.(call.caller)
    case 'command-received':
      return module.commandReceived?.(received(call.command))
    case 'command-processed':
      return module.commandProcessed?.({ ...received(call.command), results: call.results, duration: call.duration })
    case 'start':
      return module.start?.()
    case 'stop':
      return module.stop?.()
  }
}

/** What a function returned as the JSON text that the agent takes. @throws Error when it is not what was asked for */
function textFor(kind: Call['kind'], returned: unknown): string | null {
  switch (kind) {
    case 'run':
      return answerText(returned)
    case 'command-received':
      return returned === undefined || returned === null ? null : answerText(returned)
    case 'authenticated':
      if (returned === undefined || returned === null) return null
      if (typeof returned !== 'string') throw new Error('what it returned is neither nothing nor a text')
      return JSON.stringify(returned.slice(0, longestText))
    case 'command-processed':
    case 'start':
    case 'stop':
      return null
  }
}

/** Whatever came back, only a whole answer map goes on, with Kea's three members in Kea's order. */
function answerText(returned: unknown): string {
  if (typeof returned !== 'object' || returned === null) throw new Error('what it returned is not an answer map')
  const { arguments: args, result, text } = returned as Partial<Record<keyof Answer, unknown>>
  if (!Number.isSafeInteger(result)) throw new Error('the answer that it returned has no integer "result"')
  if (text !== undefined && typeof text !== 'string') throw new Error('the "text" that it returned is not a text')
  return JSON.stringify({ arguments: args, result, text })
}

/** Arguments are read only when the module looks at them. */
function received({ argumentsText, ...command }: CommandMessage): ReceivedCommand {
  const given = {
    ...command,
    argumentsText: argumentsText ?? undefined,
    get arguments() {
      return argumentsText === null ? undefined : (JSON.parse(argumentsText) as Json)
    },
  }
  callers.set(given, command.caller)
  return given
}

/** Most modules are plain JavaScript, so what they give is looked at. */
function log(severity: unknown, text: unknown): void {
  if (linesSent++ >= mostLines) linesLeftOut++
  else send({ kind: 'log', severity: severities.find((known) => known === severity) ?? 'INFO', text: textOf(text) })
}

const severities = ['DEBUG', 'INFO', 'WARN', 'ERROR'] as const

async function ask(on: unknown, command: unknown, services: unknown, args?: unknown): Promise<readonly Answer[]> {
  const caller = typeof on === 'object' && on !== null ? callers.get(on) : undefined
  if (caller === undefined) throw new TypeError('ask goes on a command that the module was given')
  if (typeof command !== 'string') throw new TypeError('the command to ask is a text')
  if (!isListOfTexts(services) || services.length === 0) throw new TypeError('the services to ask are a list of names')
  if (asked.size >= mostAsked) throw new Error(`more than ${mostAsked} questions to daemons are under way`)
  // Declared as a string; undefined for what JSON has no way to write, such as a function.
  const argumentsText = (args === undefined ? null : JSON.stringify(args)) as string | null | undefined
  if (argumentsText === undefined) throw new TypeError('the arguments to ask with are no JSON')
  const id = ++lastAsk
  const answers = new Promise<readonly Json[]>((resolve, reject) => asked.set(id, { resolve, reject }))
  send({ kind: 'ask', id, caller, command, services, argumentsText })
  // What daemons answer are answer maps; a module that relies on more looks itself.
  return (await answers) as unknown as readonly Answer[]
}

function isListOfTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function settleAsk(id: number, outcome: CallOutcome): void {
  const waiting = asked.get(id)
  asked.delete(id)
  if (outcome.ok) waiting?.resolve(JSON.parse(outcome.text ?? '[]') as readonly Json[])
  else waiting?.reject(new Error(outcome.reason))
}

/** Whatever was thrown, also what throws when it is looked at. */
function textOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error).slice(0, longestText)
  } catch {
    return 'something that cannot be shown'
  }
}
