// The audit of one configuration: makes the records and says whether commands may run while none can be written.

import type { Decision } from '../access/decide.ts'
import { answerList } from '../command/answer.ts'
import type { Command } from '../command/handler.ts'
import { resultOf } from '../command/result-of.ts'
import type { AuditConfig } from '../config/types.ts'
import { nodeToPrintable, printCompact } from '../json/text/print.ts'
import type { RawJson } from '../json/raw.ts'
import { rawToString } from '../json/raw.ts'
import { parseJson } from '../json/text/parser.ts'
import { auditLine } from './record.ts'
import type { AuditAnswer, RefusedCaller } from './record.ts'
import type { AuditFile } from './audit-file.ts'

/** A command that has begun. */
export interface AuditEntry {
  readonly command: Command
  /** Milliseconds of the monotonic clock. */
  readonly begin: number
}

/** The outcome of a command. */
export interface CommandResult {
  /** The answers: one for each service, or one in all. */
  readonly elements: readonly RawJson[]
  /** Why it was refused; null: it was not. */
  readonly refusal: string | null
  /** What the access rules decided; null: they were not asked. */
  readonly decision: Pick<Decision, 'role' | 'rule'> | null
  /** Milliseconds that each service took, as far as they are known. */
  readonly times: readonly number[]
}

/** Hides secrets in a JSON value. */
export type Redact = (value: RawJson) => RawJson | Promise<RawJson>

/** Bytes of the largest arguments that are recorded; of larger ones only the size is recorded. */
const maxArguments = 65_536

export class Audit {
  readonly trail: AuditFile
  readonly #config: AuditConfig
  readonly #redact: Redact
  /** Different for each start of the process, so that no id is ever used twice. */
  readonly #series = Date.now().toString(36)
  #last = 0
  /** Commands that have no record yet. */
  readonly #running = new Set<AuditEntry>()

  /** @param redact hides secrets in arguments */
  constructor(config: AuditConfig, trail: AuditFile, redact: Redact) {
    this.#config = config
    this.trail = trail
    this.#redact = redact
  }

  /** Why no command may run now, or null. */
  get unavailableReason(): string | null {
    if (!this.trail.failing || this.#config.onFailure === 'continue') return null
    return 'no audit record can be written; see the log of the agent'
  }

  /** A command begins; the file stays open until it is `finished`. */
  begin(command: Command): AuditEntry {
    const entry = { command, begin: performance.now() }
    this.#running.add(entry)
    this.trail.enter()
    return entry
  }

  /**
   * Records a command that has ended.
   * @returns why its answer must not be given, or null
   */
  async finished(entry: AuditEntry, ending: CommandResult): Promise<string | null> {
    if (!this.#running.delete(entry)) return null
    try {
      const args = await this.#argumentsOf(entry.command)
      const written = await this.#write(this.#recordOf(entry, ending, args))
      const problem = 'it was run, but its audit record could not be written; see the log of the agent'
      return written || this.#config.onFailure === 'continue' ? null : problem
    } finally {
      this.trail.leave()
    }
  }

  /** @param args JSON text */
  #recordOf(entry: AuditEntry, ending: CommandResult, args: string | null): string {
    const { command, begin } = entry
    const { elements, refusal, decision, times } = ending
    const duration = performance.now() - begin
    return auditLine({
      role: decision?.role.name ?? null,
      allowed: refusal === null,
      reason: decision?.rule ?? refusal,
      answers: answersOf(command.services, elements, times, duration),
      sent: refusal === null ? answerList(elements).length : 0,
      caller: command.caller,
      command: command.name,
      services: command.services,
      arguments: args,
      received: command.arguments?.length ?? 0,
      duration,
      time: Date.now() - duration,
      id: this.#nextId(),
    })
  }

  /** @returns whether it was written */
  #write(line: string): Promise<boolean> {
    return new Promise((resolve) => this.trail.write(line, resolve))
  }

  /** The process ends: records the commands that are still running, then closes the file. */
  async stop(): Promise<void> {
    const ending = { elements: [], refusal: 'still running when the agent stopped', decision: null, times: [] }
    await Promise.all([...this.#running].map((entry) => this.finished(entry, ending)))
    await this.trail.close()
  }

  /**
   * Records a request that was refused before its command was read.
   * @param begin milliseconds of the monotonic clock
   */
  async refused(caller: RefusedCaller, reason: string, begin: number, sent: number): Promise<void> {
    const nothing = { role: null, command: null, services: [], answers: [], arguments: null, received: 0 }
    const duration = performance.now() - begin
    const when = { duration, time: Date.now() - duration, id: this.#nextId() }
    const line = auditLine({ caller, allowed: false, reason, sent, ...nothing, ...when })
    await this.#write(line)
  }

  #nextId(): string {
    return `${this.#series}-${(++this.#last).toString(36)}`
  }

  async #argumentsOf({ arguments: args }: Command): Promise<string | null> {
    if (!this.#config.arguments || args === null) return null
    if (args.length > maxArguments) return JSON.stringify(`${args.length} bytes, not recorded`)
    return oneLine(rawToString(await this.#redact(args)))
  }
}

/** @param inAll milliseconds of the whole command; given for a service whose own are not known */
function answersOf(
  services: readonly string[],
  elements: readonly RawJson[],
  times: readonly number[],
  inAll: number,
): AuditAnswer[] {
  return elements.map((element, index) => {
    const service = elements.length === services.length ? (services[index] ?? null) : null
    return { service, result: resultOf(element), duration: times[index] ?? inAll }
  })
}

/** The same value without the line ends and comments that a client may have sent; numbers keep every digit. */
function oneLine(text: string): string | null {
  const { root } = parseJson(text, { dialect: 'command' })
  return root === null ? null : printCompact(nodeToPrintable(root))
}
