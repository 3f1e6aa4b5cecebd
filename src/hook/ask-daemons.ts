// What a handler module asks daemons on behalf of a caller: nothing that he may not ask himself.

import type { Decision } from '../access/decide.ts'
import type { Guard } from '../access/guard.ts'
import type { Audit } from '../audit/audit.ts'
import type { Command } from '../command/handler.ts'
import type { CommandScope, Reservation } from '../command/scope.ts'
import type { Router } from '../forward/router.ts'
import type { RawJson } from '../json/raw.ts'
import { rawJson, rawToString } from '../json/raw.ts'
import type { Caller } from './api.ts'
import type { CallOutcome } from './thread-message.ts'

/** Bytes of all answers together; a thread gets them as one text. */
const largestAnswers = 33_554_432

export interface AskParts {
  readonly router: Router
  /** null: everybody may run everything. */
  readonly guard: Guard | null
  /** null: commands are not recorded. */
  readonly audit: Audit | null
}

/** Sends a command to services. Resolves to the JSON text of the list of their answers. Never rejects. */
export async function askDaemons(
  parts: AskParts,
  caller: Caller,
  command: string,
  services: readonly string[],
  argumentsText: string | null,
): Promise<CallOutcome> {
  const args = argumentsText === null ? null : rawJson(argumentsText)
  const asked = { name: command, services, arguments: args, caller }
  const { audit, guard } = parts
  const decision = guard?.decide(asked) ?? null
  const refusal = guard !== null && decision?.allowed === false ? guard.refusalText(decision, asked) : (audit?.obstacle ?? null)
  const ticket = audit?.begin(asked) ?? null
  const times: number[] = []
  const elements = refusal === null ? await seen(parts, asked, decision, times) : []
  const problem = ticket === null ? null : await audit?.finished(ticket, { elements, refusal, decision, times })
  const reason = refusal ?? problem ?? null
  return reason === null ? { ok: true, text: `[${elements.map(rawToString).join(',')}]` } : { ok: false, reason }
}

/** What the daemons answer, as the caller may see it. */
async function seen(
  { router, guard }: AskParts,
  asked: Command,
  decision: Decision | null,
  times: number[],
): Promise<readonly RawJson[]> {
  const answers = await router.forward(asked, asked.services, moduleScope(), times)
  return guard === null || decision === null ? answers : guard.filter(decision, asked, answers)
}

/** A module waits until it is answered, and takes no more than a thread can take. */
function moduleScope(): CommandScope {
  return { signal: new AbortController().signal, memory: new ThreadMemory() }
}

class ThreadMemory implements Reservation {
  #reserved = 0

  tryReserve(bytes: number): boolean {
    if (this.#reserved + bytes > largestAnswers) return false
    this.#reserved += bytes
    return true
  }

  release(bytes: number): void {
    this.#reserved -= bytes
  }
}
