// Sends what a handler module asks daemons on behalf of a caller, if the caller may ask the same without the module.

import type { Decision } from '../access/decide.ts'
import type { Guard } from '../access/guard.ts'
import type { Audit } from '../audit/audit.ts'
import type { Command } from '../command/handler.ts'
import type { CommandScope } from '../command/scope.ts'
import { neverAborted } from '../command/scope.ts'
import type { Router } from '../forward/router.ts'
import type { RawJson } from '../json/raw.ts'
import { joinRaw, rawJson } from '../json/raw.ts'
import type { Caller } from './api.ts'
import { maxAnswer } from './bounds.ts'
import type { MemoryReserve, Reservation } from './memory.ts'

export interface AskParts {
  readonly router: Router
  /** null: every client may run every command. */
  readonly guard: Guard | null
  /** null: commands are not recorded. */
  readonly audit: Audit | null
}

export interface Question {
  readonly caller: Caller
  readonly command: string
  readonly services: readonly string[]
  /** One map or one list that has been checked; null: none. */
  readonly arguments: RawJson | null
}

export type AskOutcome =
  /** The JSON list of the answers. `release` gives its memory back: call it once. */
  | { readonly ok: true; readonly answers: RawJson; release(): void }
  | { readonly ok: false; readonly reason: string }

/** Sends a command to daemons with the rights of its caller. Never rejects. */
export type AskDaemons = (question: Question, memory: MemoryReserve) => Promise<AskOutcome>

/** @param memory for the answers */
export async function askDaemons(parts: AskParts, question: Question, memory: MemoryReserve): Promise<AskOutcome> {
  const { command, services, caller } = question
  const asked = { name: command, services, arguments: question.arguments, caller }
  const { audit, guard } = parts
  const decision = guard?.decide(asked) ?? null
  const refusal =
    guard !== null && decision?.allowed === false
      ? guard.refusalText(decision, asked)
      : (audit?.unavailableReason ?? null)
  const ticket = audit?.begin(asked) ?? null
  const times: number[] = []
  const reserved = new AnswersMemory(memory)
  const elements = refusal === null ? await seen(parts, asked, decision, reserved, times) : []
  const problem = ticket === null ? null : await audit?.finished(ticket, { elements, refusal, decision, times })
  const reason = refusal ?? problem ?? null
  if (reason === null) return { ok: true, answers: jsonList(elements), release: () => reserved.releaseAll() }
  reserved.releaseAll()
  return { ok: false, reason }
}

/** What the daemons answer, as the caller may see it. */
async function seen(
  { router, guard }: AskParts,
  asked: Command,
  decision: Decision | null,
  memory: CommandScope['memory'],
  times: number[],
): Promise<readonly RawJson[]> {
  const scope = { signal: neverAborted, memory }
  const answers = await router.forward(asked, asked.services, scope, times)
  return guard === null || decision === null ? answers : guard.filter(decision, asked, answers)
}

function jsonList(elements: readonly RawJson[]): RawJson {
  const pieces = elements.flatMap((element, index) => [index === 0 ? open : comma, element])
  return joinRaw([...pieces, close])
}

const open = rawJson('[')
const comma = rawJson(',')
const close = rawJson(']')

/** The memory for all answers to one question, limited to what the process of a module can take. */
class AnswersMemory {
  whyRefused: string | null = null
  readonly #memory: MemoryReserve
  readonly #reservations: Reservation[] = []
  /** Bytes of all answers together. */
  #reserved = 0

  constructor(memory: MemoryReserve) {
    this.#memory = memory
  }

  tryReserve(bytes: number): boolean {
    if (this.#reserved + bytes > maxAnswer) {
      this.whyRefused = `all answers together are larger than ${maxAnswer} bytes, which are the most that a module is given`
      return false
    }
    const reservation = this.#memory.tryReserve(bytes)
    this.whyRefused = null
    if (reservation === null) return false
    this.#reservations.push(reservation)
    this.#reserved += bytes
    return true
  }

  /** These bytes no longer count toward the limit; `releaseAll` gives their memory back with all the rest. */
  release(bytes: number): void {
    this.#reserved -= bytes
  }

  releaseAll(): void {
    for (const reservation of this.#reservations.splice(0)) reservation.release()
  }
}
