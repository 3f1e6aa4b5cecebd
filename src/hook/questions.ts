// Answers what one handler module asks of daemons while it runs a command. Its process only says for which call it
// asks. The caller of that call, and so what may be asked, is known only here. The right to ask ends with the call.

import type { Caller } from './api.ts'
import type { AskDaemons, AskOutcome } from './ask-daemons.ts'
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
    if (this.#underWay >= maxQuestions) {
      payload?.release()
      void process.end(`it has more than ${maxQuestions} questions to daemons under way and was ended`)
      return
    }
    // Counted until the process has taken the answer, so that one that asks and never reads cannot fill the memory.
    this.#underWay++
    const answered = (): void => {
      this.#underWay--
    }
    void this.#ask(question, payload).then((outcome) => {
      payload?.release()
      const { id } = question
      if (!outcome.ok) process.send({ kind: 'asked', id, problem: outcome.reason }, null, answered)
      else {
        process.send({ kind: 'asked', id, problem: null }, outcome.answers, () => {
          outcome.release()
          answered()
        })
      }
    })
  }

  async #ask(question: Question, payload: JsonPayload | null): Promise<AskOutcome> {
    const { call, command, services } = question
    const caller = this.#callerOf(call)
    const problem = problemOf(question)
    if (caller === null) return { ok: false, reason: noSuchCall }
    if (problem !== null) return { ok: false, reason: problem }
    const args = payload?.finish() ?? null
    if (args?.ok === false) return { ok: false, reason: `the arguments cannot be sent: ${args.problem}` }
    return this.#parts.ask({ caller, command, services, arguments: args?.json ?? null }, this.#parts.memory)
  }
}

const noSuchCall = 'the command on whose behalf it asks has ended, or never was there'

/** @returns what is wrong with a question, or null */
function problemOf({ command, services }: Question): string | null {
  if (command.length > maxName) return `the name of a command takes at most ${maxName} characters`
  if (services.length === 0) return 'no service is named'
  return services.length > maxServices ? `more than ${maxServices} services are named` : null
}
