// All handler modules of one configuration: their commands as handlers, and the points at which they are asked.

import { answer, quoteName, RESULT_ERROR } from '../command/answer.ts'
import type { CallerContext } from '../command/caller.ts'
import type { Command, Handler } from '../command/handler.ts'
import type { HookModuleConfig } from '../config/types.ts'
import { KeagateError } from '../errors.ts'
import type { RawJson } from '../json/raw.ts'
import { maxArguments } from './bounds.ts'
import type { CallOutcome } from './call-queue.ts'
import type { CommandMessage, HookPoint } from './messages.ts'
import type { ModuleParts } from './supervised-module.ts'
import { SupervisedModule } from './supervised-module.ts'

/** Commands that no module may answer, as in Kea. */
const reserved: ReadonlySet<string> = new Set(['list-commands'])

/** How many processes are started at once: each start blocks the agent for some milliseconds, and takes a processor. */
const startsAtOnce = 2

export type Access = 'read' | 'write' | null

export class Modules {
  readonly #modules: readonly SupervisedModule[]
  readonly #log: ModuleParts['log']
  readonly #handlers: ReadonlyMap<string, Handler>
  #commands = 0
  #onLast: (() => void) | null = null

  private constructor(modules: readonly SupervisedModule[], parts: ModuleParts) {
    this.#modules = modules
    this.#log = parts.log
    this.#handlers = new Map(
      modules.flatMap((module) => module.commands.map(({ name, access }) => [name, handlerOf(module, name, access)])),
    )
  }

  /**
   * Loads every module, or none. Nothing of them is in force before `start`.
   * @throws KeagateError HOOK_UNUSABLE when one cannot be loaded, or two claim one command
   */
  static async load(configs: readonly HookModuleConfig[], parts: ModuleParts): Promise<Modules> {
    const modules: SupervisedModule[] = []
    try {
      for (let from = 0; from < configs.length; from += startsAtOnce) {
        const started = configs.slice(from, from + startsAtOnce).map((config) => SupervisedModule.load(config, parts))
        const outcomes = await Promise.allSettled(started)
        for (const outcome of outcomes) if (outcome.status === 'fulfilled') modules.push(outcome.value)
        for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
      }
      const clash = clashOf(modules)
      if (clash !== null) throw clash
    } catch (error) {
      await Promise.all(modules.map((module) => module.close()))
      throw error
    }
    return new Modules(modules, parts)
  }

  /** Whether there is any module. */
  get present(): boolean {
    return this.#modules.length > 0
  }

  /** The commands that modules registered; they take precedence over all others. */
  names(): readonly string[] {
    return [...this.#handlers.keys()]
  }

  /** The commands that modules registered, as handlers. */
  handlers(): Iterable<Handler> {
    return this.#handlers.values()
  }

  find(name: string): Handler | undefined {
    return this.#handlers.get(name)
  }

  async start(): Promise<void> {
    await Promise.all(this.#modules.map((module) => module.start()))
    for (const { library, commands, points } of this.#modules) {
      const what = [...commands.map(({ name }) => name), ...points].join(', ') || 'nothing registered'
      this.#log.write('HOOKS_LIBRARY_LOADED', { library, what })
    }
  }

  /** A command begins that may need the modules until `leave`. */
  enter(): void {
    this.#commands++
  }

  leave(): void {
    this.#commands--
    if (this.#commands === 0) this.#onLast?.()
  }

  /** Lets commands under way end, then every module. */
  async close(): Promise<void> {
    if (this.#commands > 0) await new Promise<void>((resolve) => (this.#onLast = resolve))
    await Promise.all(this.#modules.map((module) => module.close()))
  }

  /** Asks whether a caller is let in: null, or the reason of the refusal. A module that fails refuses every caller. */
  async authenticated(caller: CallerContext): Promise<string | null> {
    for (const module of this.#at('authenticated')) {
      const outcome = await module.call({ kind: 'authenticated', caller })
      if (!outcome.ok) return failed(module, outcome)
      if (outcome.refusal !== null) return outcome.refusal
    }
    return null
  }

  /**
   * Asks for an answer in place of the command's own; null: it is to run. If a module fails, that is an error answer.
   */
  async received(command: Command, access: Access): Promise<RawJson | null> {
    for (const module of this.#at('command-received')) {
      const call = { kind: 'command-received', command: messageOf(command, access) } as const
      const outcome = await module.call(call, payloadOf(command))
      if (!outcome.ok) return failureAnswer(command.name, failed(module, outcome))
      if (outcome.answer !== null) return outcome.answer
    }
    return null
  }

  /** Tells the modules how a command ended. @param duration milliseconds */
  processed(command: Command, access: Access, results: readonly (number | null)[], duration: number): void {
    for (const module of this.#at('command-processed')) {
      const call = { kind: 'command-processed', command: messageOf(command, access), results, duration } as const
      void module.call(call, payloadOf(command)).then((outcome) => (outcome.ok ? null : failed(module, outcome)))
    }
  }

  #at(point: HookPoint): SupervisedModule[] {
    return this.#modules.filter(({ points }) => points.includes(point))
  }
}

function handlerOf(module: SupervisedModule, name: string, access: 'read' | 'write'): Handler {
  return {
    name,
    access,
    run: async (command) => {
      const outcome = await module.call({ kind: 'run', command: messageOf(command, access) }, payloadOf(command))
      if (outcome.ok && outcome.answer !== null) return outcome.answer
      return failureAnswer(name, failed(module, outcome.ok ? gaveNothing : outcome))
    },
  }
}

type Failure = Extract<CallOutcome, { ok: false }>

const gaveNothing: Failure = { ok: false, reason: 'it gave no answer', forCallers: true }

/** Logs a failure. @returns what callers may read: what a module throws stays in the log, as it may hold anything */
function failed(module: SupervisedModule, { reason, forCallers }: Failure): string {
  module.fail(reason)
  return `the module ${module.library} failed${forCallers ? `: ${reason}` : ''}`
}

function failureAnswer(name: string, reason: string): RawJson {
  return answer(RESULT_ERROR, `the command ${quoteName(name)} cannot be answered: ${reason}; see the log of the agent`)
}

function clashOf(modules: readonly SupervisedModule[]): KeagateError | null {
  const owners = new Map<string, string>()
  for (const { library, commands, place } of modules) {
    for (const { name } of commands) {
      const owner = owners.get(name)
      owners.set(name, library)
      if (owner === undefined && !reserved.has(name)) continue
      const whose = owner === undefined ? 'only the agent itself may answer' : `${owner} registers too`
      const text = `the module ${library} registers the command ${name}, which ${whose}`
      return new KeagateError('HOOK_UNUSABLE', text, { at: place })
    }
  }
  return null
}

function messageOf({ name, services, caller, arguments: args }: Command, access: Access): CommandMessage {
  return { name, services, access, caller, argumentsSize: args?.length ?? null }
}

/** The arguments, if they are not too large for a module. */
function payloadOf({ arguments: args }: Command): RawJson | null {
  return args === null || args.length > maxArguments ? null : args
}
