// All handler modules of one configuration: their commands as handlers, and the points at which they are asked.

import { answer, quoteName, RESULT_ERROR } from '../command/answer.ts'
import type { CallerContext } from '../command/context.ts'
import type { Command, Handler } from '../command/handler.ts'
import type { HookModuleConfig } from '../config/types.ts'
import { KeagateError } from '../errors.ts'
import type { RawJson } from '../json/raw.ts'
import { rawJson, rawToString } from '../json/raw.ts'
import type { HostParts } from './host.ts'
import { ModuleHost } from './host.ts'
import type { CallOutcome, CommandMessage, HookPoint } from './thread-message.ts'

/** As in Kea, not a module's to answer. */
const reserved: ReadonlySet<string> = new Set(['list-commands'])

export type Access = 'read' | 'write' | null

export class Modules {
  readonly #hosts: readonly ModuleHost[]
  readonly #log: HostParts['log']
  readonly #handlers: ReadonlyMap<string, Handler>
  #commands = 0
  #onLast: (() => void) | null = null

  private constructor(hosts: readonly ModuleHost[], parts: HostParts) {
    this.#hosts = hosts
    this.#log = parts.log
    this.#handlers = new Map(
      hosts.flatMap((host) => host.commands.map(({ name, access }) => [name, this.#handler(host, name, access)])),
    )
  }

  /**
   * Loads every module, or none. Nothing of them is in force before `start`.
   * @throws KeagateError HOOK_UNUSABLE when one cannot be loaded, or two claim one command
   */
  static async load(configs: readonly HookModuleConfig[], parts: HostParts): Promise<Modules> {
    const outcomes = await Promise.allSettled(configs.map((config) => ModuleHost.load(config, parts)))
    const hosts = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    const clash = clashOf(hosts)
    if (failed === undefined && clash === null) return new Modules(hosts, parts)
    await Promise.all(hosts.map((host) => host.close()))
    throw failed === undefined ? clash : failed.reason
  }

  /** Whether there is any module. */
  get any(): boolean {
    return this.#hosts.length > 0
  }

  /** The commands that modules registered; they go before all others. */
  names(): readonly string[] {
    return [...this.#handlers.keys()]
  }

  /** The same as handlers. */
  handlers(): Iterable<Handler> {
    return this.#handlers.values()
  }

  find(name: string): Handler | undefined {
    return this.#handlers.get(name)
  }

  async start(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.start()))
    for (const { library, commands, points } of this.#hosts) {
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
    await Promise.all(this.#hosts.map((host) => host.close()))
  }

  /** Asks whether a caller may come in. Resolves to the reason why not, or null. A module that fails lets nobody in. */
  async authenticated(caller: CallerContext): Promise<string | null> {
    for (const host of this.#at('authenticated')) {
      const outcome = await host.call({ kind: 'authenticated', caller })
      if (!outcome.ok) return this.#failed(host, outcome)
      if (outcome.text !== null) return String(JSON.parse(outcome.text))
    }
    return null
  }

  /** Asks for an answer in the place of the command's own; null: it is to run. A module that fails is an error answer. */
  async received(command: Command, access: Access): Promise<RawJson | null> {
    for (const host of this.#at('command-received')) {
      const outcome = await host.call({ kind: 'command-received', command: messageOf(command, access) })
      if (!outcome.ok) return answer(RESULT_ERROR, failureText(command.name, this.#failed(host, outcome)))
      if (outcome.text !== null) return rawJson(outcome.text)
    }
    return null
  }

  /** Tells what a command came to. @param duration milliseconds */
  processed(command: Command, access: Access, results: readonly (number | null)[], duration: number): void {
    for (const host of this.#at('command-processed')) {
      void host
        .call({ kind: 'command-processed', command: messageOf(command, access), results, duration })
        .then((outcome) => (outcome.ok ? null : this.#failed(host, outcome)))
    }
  }

  #at(point: HookPoint): ModuleHost[] {
    return this.#hosts.filter(({ points }) => points.includes(point))
  }

  #handler(host: ModuleHost, name: string, access: 'read' | 'write'): Handler {
    return {
      name,
      access,
      run: async (command) => {
        const outcome = await host.call({ kind: 'run', command: messageOf(command, access) })
        if (outcome.ok && outcome.text !== null) return rawJson(outcome.text)
        const failure = outcome.ok ? ({ ok: false, reason: 'it gave no answer' } as const) : outcome
        return answer(RESULT_ERROR, failureText(name, this.#failed(host, failure)))
      },
    }
  }

  #failed(host: ModuleHost, { reason }: Extract<CallOutcome, { ok: false }>): string {
    this.#log.write('KEAGATE_MODULE_FAILED', { library: host.library, reason })
    return `the module ${host.library} failed`
  }
}

/** The reason stays in the log: what a module throws may hold anything. */
function failureText(name: string, reason: string): string {
  return `the command ${quoteName(name)} cannot be answered: ${reason}; see the log of the agent`
}

function clashOf(hosts: readonly ModuleHost[]): KeagateError | null {
  const owners = new Map<string, string>()
  for (const { library, commands, place } of hosts) {
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

function messageOf(command: Command, access: Access): CommandMessage {
  const { name, services, caller } = command
  const argumentsText = command.arguments === null ? null : rawToString(command.arguments)
  return { name, services, argumentsText, access, caller }
}
