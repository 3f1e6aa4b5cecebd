// One handler module as the agent sees it: loads it in a process, calls it, answers what it asks, and starts it again
// when its process has ended.

import type { HookModuleConfig } from '../config/types.ts'
import { KeagateError, describeError } from '../errors.ts'
import { nodeToPrintable, printCompact } from '../json/text/print.ts'
import type { RawJson } from '../json/raw.ts'
import { rawJson } from '../json/raw.ts'
import type { Log, MessageId } from '../log/message.ts'
import type { AskDaemons } from './ask-daemons.ts'
import { lineInterval, maxAnswer, maxLines } from './bounds.ts'
import type { CallOutcome } from './call-queue.ts'
import { CallQueue, failedCall } from './call-queue.ts'
import type { JsonPayload } from './json-payload.ts'
import { LineQuota } from './line-quota.ts'
import type { MemoryReserve } from './memory.ts'
import type { Call, CallResult, FromChild, HookPoint, RegisteredCommand, Severity } from './messages.ts'
import { ModuleProcess } from './module-process.ts'
import { Questions } from './questions.ts'

export interface ModuleParts {
  readonly log: Log
  readonly ask: AskDaemons
  /** For commands and answers on their way. */
  readonly memory: MemoryReserve
}

/** Milliseconds until a process that ended is started again, at first and at most; doubled each time. */
const [minRestartDelay, maxRestartDelay] = [1000, 60_000]
/** Milliseconds that `stop` of a module may take. */
const stopTime = 5000
/** Log lines about failures, `maxLines` in `interval` milliseconds: one bad module must not fill the disk. */
const failureLimits = { maxLines: 100, interval: 1000 }

export class SupervisedModule {
  readonly #config: HookModuleConfig
  readonly #parts: ModuleParts
  readonly #calls: CallQueue
  readonly #questions: Questions
  readonly #lines = new LineQuota({ maxLines, interval: lineInterval }, (lines) => this.#sayLeftOut(lines))
  readonly #failures = new LineQuota(failureLimits, (lines) => this.#sayLeftOut(lines))
  #process: ModuleProcess | null = null
  /** Whether the process has loaded the module; before that it takes no calls. */
  #loaded = false
  #restartDelay = minRestartDelay
  #restart: NodeJS.Timeout | null = null
  #started = false
  #closed = false
  commands: readonly RegisteredCommand[] = []
  points: readonly HookPoint[] = []

  private constructor(config: HookModuleConfig, parts: ModuleParts) {
    this.#config = config
    this.#parts = parts
    this.#calls = new CallQueue({
      timeout: config.timeout,
      memory: parts.memory,
      send: (id, call, payload) => this.#process?.send({ kind: 'call', id, call }, payload),
    })
    this.#questions = new Questions(parts, (call) => this.#calls.callerOf(call))
  }

  /**
   * Loads a module and checks its parameters; nothing of it is called before `start`.
   * @throws KeagateError HOOK_UNUSABLE when it cannot be loaded; then no process is left
   */
  static async load(config: HookModuleConfig, parts: ModuleParts): Promise<SupervisedModule> {
    const module = new SupervisedModule(config, parts)
    const problem = await module.#open()
    if (problem === null) return module
    await module.close()
    const text = `the module ${config.path} cannot be used: ${problem}`
    throw new KeagateError('HOOK_UNUSABLE', text, { at: config.place })
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
    if (this.#process === null) {
      this.#restartLater('its process ended')
      return
    }
    const outcome = await this.call({ kind: 'start' })
    if (!outcome.ok) this.fail(outcome.reason)
  }

  /** Calls one function of the module. Never rejects. @param payload the arguments of the command */
  call(call: Call, payload: RawJson | null = null): Promise<CallOutcome> {
    return this.#loaded ? this.#calls.run(call, payload) : Promise.resolve(failedCall('it is not running'))
  }

  /** Logs what went wrong with the module. */
  fail(reason: string): void {
    if (!this.#failures.take()) return
    this.#parts.log.write('KEAGATE_MODULE_FAILED', { library: this.library, reason })
  }

  /** Lets calls under way end, then the module, then its process. */
  async close(): Promise<void> {
    if (this.#closed) return
    if (this.#started && this.#process !== null) {
      // This takes no longer than the time limit of a call.
      await this.#calls.empty()
      const outcome = await Promise.race([this.call({ kind: 'stop' }), after(stopTime)])
      if (outcome !== null && !outcome.ok) this.fail(outcome.reason)
    }
    this.#closed = true
    if (this.#restart !== null) clearTimeout(this.#restart)
    await this.#process?.end('it has been stopped')
    if (this.#started) this.#parts.log.write('HOOKS_LIBRARY_CLOSED', { library: this.library })
  }

  /** @returns null once it is loaded, or why it is not */
  #open(): Promise<string | null> {
    return new Promise((resolve) => {
      const { path, timeout } = this.#config
      const late = setTimeout(() => resolve(`it did not load within ${timeout} ms`), timeout)
      const loaded = (problem: string | null): void => {
        clearTimeout(late)
        resolve(problem)
      }
      try {
        const started = new ModuleProcess(path, {
          memory: this.#parts.memory,
          quota: this.#lines,
          events: {
            message: (message, payload) => this.#receive(started, message, payload, loaded),
            printed: (line) => this.#say('INFO', line),
            ended: (reason) => {
              loaded(reason)
              this.#ended(started, reason)
            },
          },
        })
        this.#process = started
        started.send({ kind: 'load', path }, rawJson(this.#parameters()))
      } catch (error) {
        const problem = `its process cannot be started: ${describeError(error)}`
        loaded(problem)
        if (this.#started) this.#restartLater(problem)
      }
    })
  }

  #parameters(): string {
    const { parameters } = this.#config
    return parameters === null ? '{}' : printCompact(nodeToPrintable(parameters))
  }

  #receive(
    process: ModuleProcess,
    message: FromChild,
    payload: JsonPayload | null,
    loaded: (problem: string | null) => void,
  ): void {
    if (message.kind === 'ask') {
      this.#questions.answer(process, message, payload)
      return
    }
    switch (message.kind) {
      case 'loaded':
        this.commands = message.commands
        this.points = message.points
        process.expectAnswers()
        this.#loaded = true
        loaded(null)
        break
      case 'not-loaded':
        loaded(message.reason)
        break
      case 'called':
        this.#restartDelay = minRestartDelay
        this.#calls.settle(message.id, outcomeOf(message.result, payload))
        break
      case 'log':
        if (this.#lines.take()) this.#say(message.severity, message.text)
        break
      case 'unhandled':
        this.fail(message.reason)
        break
      case 'pong':
        break
    }
    payload?.release()
  }

  #ended(process: ModuleProcess, reason: string): void {
    if (this.#process !== process) return
    this.#process = null
    this.#loaded = false
    this.#calls.settleAll(failedCall(reason))
    if (this.#started) this.#restartLater(reason)
  }

  #restartLater(reason: string): void {
    if (this.#closed) return
    this.fail(`${reason}; it is started again in ${this.#restartDelay / 1000} s`)
    this.#restart = setTimeout(() => void this.#openAgain(), this.#restartDelay).unref()
    this.#restartDelay = Math.min(2 * this.#restartDelay, maxRestartDelay)
  }

  async #openAgain(): Promise<void> {
    const problem = await this.#open()
    if (problem === null) await this.start()
    else await this.#process?.end(problem)
  }

  #sayLeftOut(lines: number): void {
    this.#say('WARN', `${lines} lines more were left out`)
  }

  #say(severity: Severity, text: string): void {
    this.#parts.log.write(messageOf[severity], { library: this.library, text })
  }
}

const messageOf = {
  DEBUG: 'KEAGATE_MODULE_DEBUG',
  INFO: 'KEAGATE_MODULE_INFO',
  WARN: 'KEAGATE_MODULE_WARN',
  ERROR: 'KEAGATE_MODULE_ERROR',
} as const satisfies Readonly<Record<string, MessageId>>

function outcomeOf(result: CallResult, payload: JsonPayload | null): CallOutcome {
  switch (result.kind) {
    case 'nothing':
      return { ok: true, answer: null, refusal: null }
    case 'refusal':
      return { ok: true, answer: null, refusal: result.text }
    case 'failure':
      return failedCall(result.reason)
    case 'too-large':
      return failedCall(`its answer has ${result.bytes} bytes, and ${maxAnswer} are the most that are taken`, true)
    case 'answer': {
      const answer = payload?.finish() ?? { ok: false, problem: 'there is none' }
      if (!answer.ok) return failedCall(`its answer cannot be used: ${answer.problem}`, true)
      return answer.isMap ? { ok: true, answer: answer.json, refusal: null } : failedCall('its answer is no map', true)
    }
  }
}

function after(milliseconds: number): Promise<null> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(null), milliseconds).unref()
  })
}
