// One handler module as the agent sees it: starts its thread, calls it, watches it, and starts it again when it died.

import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import type { HookModuleConfig } from '../config/types.ts'
import { KeagateError, describeError } from '../errors.ts'
import { nodeToPrintable, printCompact } from '../json/print.ts'
import type { Log, MessageId } from '../log/message.ts'
import { sourceRoot } from '../source-root.ts'
import type { Caller } from './api.ts'
import { readFromThread } from './from-thread.ts'
import type { Call, CallOutcome, FromThread, HookPoint, ThreadData, ToThread } from './thread-message.ts'

/** Sends a command to daemons with the rights of a caller. Never rejects. */
export type AskDaemons = (
  caller: Caller,
  command: string,
  services: readonly string[],
  argumentsText: string | null,
) => Promise<CallOutcome>

export interface HostParts {
  readonly log: Log
  readonly ask: AskDaemons
}

/** Milliseconds without a sign of life after which a thread that has something to do is stuck in a computation. */
const silence = 5000
/** Milliseconds until a thread that died is started again; doubled each time, up to the second. */
const [firstPause, longestPause] = [1000, 60_000]
/** Milliseconds that a module gets to end. */
const stopTime = 5000
/** MiB of heap; what needs more ends its own thread and nothing else. */
const heapLimit = 256

interface Waiting {
  readonly settle: (outcome: CallOutcome) => void
  readonly deadline: NodeJS.Timeout
}

export class ModuleHost {
  readonly #config: HookModuleConfig
  readonly #parts: HostParts
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #lastCall = 0
  #aliveAt = 0
  #watch: NodeJS.Timeout | null = null
  #pause = firstPause
  #restart: NodeJS.Timeout | null = null
  #onQuiet: (() => void) | null = null
  #started = false
  #closed = false
  commands: readonly { readonly name: string; readonly access: 'read' | 'write' }[] = []
  points: readonly HookPoint[] = []

  private constructor(config: HookModuleConfig, parts: HostParts) {
    this.#config = config
    this.#parts = parts
  }

  /**
   * Loads a module and checks its parameters; nothing of it runs before `start`.
   * @throws KeagateError HOOK_UNUSABLE when it cannot be loaded
   */
  static async load(config: HookModuleConfig, parts: HostParts): Promise<ModuleHost> {
    const host = new ModuleHost(config, parts)
    const problem = await host.#open()
    if (problem === null) return host
    await host.close()
    throw new KeagateError('HOOK_UNUSABLE', `the module ${config.path} cannot be used: ${problem}`, { at: config.place })
  }

  /** The module's name as the operator wrote it. */
  get library(): string {
    return this.#config.library
  }

  /** Where the configuration names it: a JSON pointer. */
  get place(): string {
    return this.#config.place
  }

  /** The configuration with this module is in force. */
  async start(): Promise<void> {
    this.#started = true
    const outcome = await this.call({ kind: 'start' })
    if (!outcome.ok) this.#fail(outcome.reason)
  }

  /** Runs one function of the module, at most for its time. Never rejects. */
  call(call: Call): Promise<CallOutcome> {
    const worker = this.#worker
    if (worker === null) return Promise.resolve({ ok: false, reason: 'it is not running' })
    return new Promise((resolve) => {
      const id = ++this.#lastCall
      const late = (): void => this.#settle(id, { ok: false, reason: `it took longer than ${this.#config.timeout} ms` })
      this.#waiting.set(id, { settle: resolve, deadline: setTimeout(late, this.#config.timeout).unref() })
      this.#startWatch()
      send(worker, { kind: 'call', id, call })
    })
  }

  /** Lets calls under way end, then the module, then its thread. */
  async close(): Promise<void> {
    if (this.#closed) return
    if (this.#started && this.#worker !== null) {
      // No longer than the time that each call has.
      if (this.#waiting.size > 0) await new Promise<void>((resolve) => (this.#onQuiet = resolve))
      const outcome = await Promise.race([this.call({ kind: 'stop' }), after(stopTime)])
      if (outcome !== null && !outcome.ok) this.#fail(outcome.reason)
    }
    this.#closed = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    await this.#worker?.terminate()
    this.#giveUp('it has been stopped')
    if (this.#started) this.#parts.log.write('HOOKS_LIBRARY_CLOSED', { library: this.#config.library })
  }

  /** @returns null once it is loaded, or why it is not */
  #open(): Promise<string | null> {
    const data: ThreadData = {
      path: this.#config.path,
      parameters: this.#config.parameters === null ? '{}' : printCompact(nodeToPrintable(this.#config.parameters)),
    }
    const worker = new Worker(threadFile, {
      workerData: data,
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: heapLimit },
    })
    this.#worker = worker
    this.#aliveAt = performance.now()
    for (const stream of [worker.stdout, worker.stderr]) {
      createInterface({ input: stream }).on('line', (line) => this.#say('INFO', line))
    }
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(`it did not load within ${this.#config.timeout} ms`), this.#config.timeout)
      const loaded = (problem: string | null): void => {
        clearTimeout(late)
        resolve(problem)
      }
      let strange = false
      worker.on('message', (sent: unknown) => {
        const message = readFromThread(sent)
        if (message !== null) this.#receive(worker, message, loaded)
        else if (!strange) this.#fail('it uses the port of its thread, which only the agent may; what it sends is ignored')
        strange ||= message === null
      })
      worker.on('error', (error: unknown) => {
        this.#fail(describeError(error))
        loaded(describeError(error))
      })
      worker.on('exit', () => {
        loaded('its thread ended')
        this.#died(worker)
      })
    })
  }

  #receive(worker: Worker, message: FromThread, loaded: (problem: string | null) => void): void {
    this.#aliveAt = performance.now()
    switch (message.kind) {
      case 'loaded':
        this.commands = message.commands
        this.points = message.points
        loaded(null)
        break
      case 'not-loaded':
        loaded(message.reason)
        break
      case 'called':
        this.#pause = firstPause
        this.#settle(message.id, message.outcome)
        break
      case 'log':
        this.#say(message.severity, message.text)
        break
      case 'leaked':
        this.#fail(message.reason)
        break
      case 'ask':
        void this.#parts.ask(message.caller, message.command, message.services, message.argumentsText).then(
          (outcome) => send(worker, { kind: 'asked', id: message.id, outcome }),
        )
        break
      case 'alive':
        break
    }
  }

  #settle(id: number, outcome: CallOutcome): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    this.#waiting.delete(id)
    clearTimeout(waiting.deadline)
    waiting.settle(outcome)
    if (this.#waiting.size === 0) this.#onQuiet?.()
  }

  /** While somebody waits: a thread that says nothing computes without a pause, and nothing else of it can run. */
  #startWatch(): void {
    if (this.#watch !== null) return
    this.#aliveAt = performance.now()
    this.#watch = setInterval(() => {
      if (this.#waiting.size === 0) this.#endWatch()
      else if (performance.now() - this.#aliveAt > silence) {
        this.#fail(`it computed for more than ${silence} ms without a pause and was ended`)
        void this.#worker?.terminate()
      }
    }, silence / 5).unref()
  }

  #endWatch(): void {
    if (this.#watch !== null) clearInterval(this.#watch)
    this.#watch = null
  }

  #died(worker: Worker): void {
    if (this.#worker !== worker) return
    this.#worker = null
    this.#giveUp('its thread ended')
    if (this.#closed || !this.#started) return
    this.#fail(`its thread ended; it is started again in ${this.#pause / 1000} s`)
    this.#restart = setTimeout(() => void this.#openAgain(), this.#pause).unref()
    this.#pause = Math.min(2 * this.#pause, longestPause)
  }

  async #openAgain(): Promise<void> {
    const problem = await this.#open()
    if (problem === null) await this.start()
    else {
      this.#fail(problem)
      await this.#worker?.terminate()
    }
  }

  #giveUp(reason: string): void {
    this.#endWatch()
    for (const id of [...this.#waiting.keys()]) this.#settle(id, { ok: false, reason })
  }

  #fail(reason: string): void {
    this.#parts.log.write('KEAGATE_MODULE_FAILED', { library: this.#config.library, reason })
  }

  #say(severity: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR', text: string): void {
    this.#parts.log.write(messageOf[severity], { library: this.#config.library, text })
  }
}

const messageOf = {
  DEBUG: 'KEAGATE_MODULE_DEBUG',
  INFO: 'KEAGATE_MODULE_INFO',
  WARN: 'KEAGATE_MODULE_WARN',
  ERROR: 'KEAGATE_MODULE_ERROR',
} as const satisfies Readonly<Record<string, MessageId>>

/** With the ending of the language that this file runs in. */
const threadFile = new URL(`hook/thread${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, sourceRoot)

function send(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}

function after(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds).unref()
  })
}
