// What a handler module asks daemons on behalf of a caller: nothing that he may not ask himself.

import type { Guard } from '../access/guard.ts'
import type { Waiter } from '../command/waiter.ts'
import type { Router } from '../forward/router.ts'
import { rawJson, rawToString } from '../json/raw.ts'
import type { Caller } from './api.ts'
import type { CallOutcome } from './thread-message.ts'

/** Bytes of all answers together; a thread gets them as one text. */
const largestAnswers = 33_554_432

export interface AskParts {
  readonly router: Router
  /** null: everybody may run everything. */
  readonly guard: Guard | null
}

/** Sends a command to services. Resolves to the JSON text of the list of their answers. Never rejects. */
export async function askDaemons(
  { router, guard }: AskParts,
  caller: Caller,
  command: string,
  services: readonly string[],
  argumentsText: string | null,
): Promise<CallOutcome> {
  const args = argumentsText === null ? null : rawJson(argumentsText)
  const asked = { name: command, services, arguments: args, caller }
  const decision = guard?.decide(asked) ?? null
  if (guard !== null && decision?.allowed === false) return { ok: false, reason: guard.refusalText(decision, asked) }
  const answers = await router.forward(asked, services, new ModuleWaiter())
  const seen = guard === null || decision === null ? answers : await guard.filter(decision, asked, answers)
  const texts = seen.map(rawToString)
  return { ok: true, text: `[${texts.join(',')}]` }
}

/** A module waits until it is answered, and takes no more than a thread can take. */
class ModuleWaiter implements Waiter {
  #held = 0

  gone(): boolean {
    return false
  }

  hold(bytes: number): boolean {
    if (this.#held + bytes > largestAnswers) return false
    this.#held += bytes
    return true
  }

  letGo(bytes: number): void {
    this.#held -= bytes
  }
}
