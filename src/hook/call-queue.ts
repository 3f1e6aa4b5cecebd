// The calls of one handler module that have not ended: their order, their deadlines, and on whose behalf they are made.

import type { RawJson } from '../json/raw.ts'
import type { Caller } from './api.ts'
import { maxArguments, maxCalls } from './bounds.ts'
import type { MemoryReserve } from './memory.ts'
import type { Call } from './messages.ts'

/** How a call ended. */
export type CallOutcome =
  | {
      readonly ok: true
      /** The answer; null: none was given. */
      readonly answer: RawJson | null
      /** Why the caller is refused; null: the caller is not. */
      readonly refusal: string | null
    }
  | {
      readonly ok: false
      readonly reason: string
      /** Whether callers may read the reason. What a module throws may hold anything. */
      readonly forCallers: boolean
    }

/** @param forCallers true only for reasons in the agent's own words */
export function failedCall(reason: string, forCallers = false): CallOutcome {
  return { ok: false, reason, forCallers }
}

interface PendingCall {
  readonly id: number
  readonly call: Call
  /** Who sent the command of the call; null: the call has no command on whose behalf the module could ask. */
  readonly caller: Caller | null
  readonly payload: RawJson | null
  /** Bytes of the payload. */
  readonly size: number
  sent: boolean
  settle(outcome: CallOutcome): void
}

export interface CallQueueParts {
  /** Milliseconds that each call may take. */
  readonly timeout: number
  readonly memory: MemoryReserve
  send(id: number, call: Call, payload: RawJson | null): void
}

/**
 * Bytes of arguments of all calls that a module has been sent and not answered; further calls wait. Parsed, 4 MiB of
 * JSON take up to 100 MiB of the heap, so clients who send many such commands together would end the process. Calls of
 * up to `smallCall` bytes may take `forSmallCalls` more.
 */
const maxInHand = maxArguments
const smallCall = 64 * 1024
const forSmallCalls = 1024 * 1024

const tooManyCalls = `it has ${maxCalls} commands to do already`
const noMemory = 'there is no memory for its commands now; try again later'

/** Bytes that a call takes besides its arguments: names, caller, bookkeeping. */
const callSize = 2048

export class CallQueue {
  readonly #parts: CallQueueParts
  readonly #pending = new Map<number, PendingCall>()
  /** Not sent yet, in the order they came. Some may have ended meanwhile. */
  readonly #waiting: PendingCall[] = []
  #inHand = 0
  #lastId = 0
  #onEmpty: (() => void) | null = null

  constructor(parts: CallQueueParts) {
    this.#parts = parts
  }

  /** Makes a call, when its turn comes. Never rejects. @param payload the arguments of its command */
  run(call: Call, payload: RawJson | null): Promise<CallOutcome> {
    if (this.#pending.size >= maxCalls) return Promise.resolve(failedCall(tooManyCalls, true))
    const size = payload?.length ?? 0
    const reservation = this.#parts.memory.tryReserve(size + callSize)
    if (reservation === null) return Promise.resolve(failedCall(noMemory, true))
    return new Promise((resolve) => {
      const id = ++this.#lastId
      const { timeout } = this.#parts
      const settle = (outcome: CallOutcome): void => {
        clearTimeout(deadline)
        reservation.release()
        resolve(outcome)
      }
      const late = failedCall(`it took longer than ${timeout} ms`)
      const deadline = setTimeout(() => this.settle(id, late), timeout).unref()
      const caller = 'command' in call ? call.command.caller : null
      const pending = { id, call, caller, payload, size, sent: false, settle }
      this.#pending.set(id, pending)
      const overtakes = size <= smallCall || this.#waiting.length === 0
      if (overtakes && this.#fits(size)) this.#send(pending)
      else this.#waiting.push(pending)
    })
  }

  /** Ends a call, unless it has ended before. */
  settle(id: number, outcome: CallOutcome): void {
    const pending = this.#pending.get(id)
    if (pending === undefined) return
    this.#pending.delete(id)
    if (pending.sent) this.#inHand -= pending.size
    pending.settle(outcome)
    this.#sendWaiting()
    if (this.#pending.size === 0) this.#onEmpty?.()
  }

  settleAll(outcome: CallOutcome): void {
    for (const id of [...this.#pending.keys()]) this.settle(id, outcome)
  }

  /** Who sent the command of a call that has not ended; null for any other number. */
  callerOf(id: number): Caller | null {
    return this.#pending.get(id)?.caller ?? null
  }

  /** Settles when no call is under way. */
  async empty(): Promise<void> {
    if (this.#pending.size > 0) await new Promise<void>((resolve) => (this.#onEmpty = resolve))
  }

  #fits(size: number): boolean {
    const limit = size <= smallCall ? maxInHand + forSmallCalls : maxInHand
    return size === 0 || this.#inHand === 0 || this.#inHand + size <= limit
  }

  #send(pending: PendingCall): void {
    pending.sent = true
    this.#inHand += pending.size
    this.#parts.send(pending.id, pending.call, pending.payload)
  }

  #sendWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const over = !this.#pending.has(next.id)
      if (!over && !this.#fits(next.size)) return
      this.#waiting.shift()
      if (!over) this.#send(next)
    }
  }
}
