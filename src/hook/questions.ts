// What one handler module asks of daemons while it runs a command. Its process only says for which call it asks: who the
// caller of that is, and so what may be asked, is known here alone. The right ends with the call.

import type { RawJson } from '../json/raw.ts'
import type { Caller } from './api.ts'
import type { AskDaemons } from './ask-daemons.ts'
import { maxQuestions } from './bounds.ts'
import type { JsonPayload } from './json-payload.ts'
import type { MemoryReserve } from './memory.ts'
import type { FromChild } from './messages.ts'
import type { ModuleProcess } from './module-process.ts'

type Question = Extract<FromChild, { kind: 'ask' }>

/** As for clients: members of `service`, and characters of a command's name. */
const maxServices = 64
const maxName = 4096

export interface QuestionParts {
  readonly ask: AskDaemons
  readonly memory: MemoryReserve
}

export class Questions {
  readonly #parts: QuestionParts
  readonly #callerOf: (call: number) => Caller | null
  #underWay = 0

  /** @param callerOf who sent the command of a call that runs; null for any other number */
  constructor(parts: QuestionParts, callerOf: (call: number) => Caller | null) {
    this.#parts = parts
    this.#callerOf = callerOf
  }

  /** Answers a question, sooner or later. @param payload its arguments, which are released here */
  answer(process: ModuleProcess, question: Question, payload: JsonPayload | null): void {
    const caller = this.#callerOf(question.call)
    const args = argumentsOf(payload)
    const problem = problemOf(question) ?? (typeof args === 'string' ? args : null)
    if (caller === null || problem !== null || typeof args === 'string') {
      payload?.release()
      const ended = 'the command on whose behalf it asks has ended, or never was there'
      process.send({ kind: 'asked', id: question.id, problem: problem ?? ended })
      return
    }
    if (this.#underWay >= maxQuestions) {
      payload?.release()
      void process.end(`it has more than ${maxQuestions} questions to daemons under way and was ended`)
      return
    }
    this.#underWay++
    void this.#ask(process, question, caller, args).finally(() => {
      this.#underWay--
      payload?.release()
    })
  }

  async #ask(process: ModuleProcess, question: Question, caller: Caller, args: RawJson | null): Promise<void> {
    const { id, command, services } = question
    const outcome = await this.#parts.ask({ caller, command, services, arguments: args }, this.#parts.memory)
    if (!outcome.ok) process.send({ kind: 'asked', id, problem: outcome.reason })
    else process.send({ kind: 'asked', id, problem: null }, outcome.answers, () => outcome.release())
  }
}

/** @returns what is wrong with them, or the arguments; null: there are none */
function argumentsOf(payload: JsonPayload | null): RawJson | string | null {
  if (payload === null) return null
  const args = payload.finish()
  return args.ok ? args.json : `the arguments cannot be sent: ${args.problem}`
}

function problemOf({ command, services }: Question): string | null {
  if (command.length > maxName) return `the name of a command takes at most ${maxName} characters`
  if (services.length === 0) return 'no service is named'
  return services.length > maxServices ? `more than ${maxServices} services are named` : null
}
