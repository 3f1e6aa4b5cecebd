// What a command may use while its answer is made, and until when the answer is wanted.

import { setMaxListeners } from 'node:events'

/** The part that one request has of the memory that all requests share. */
export interface Reservation {
  /** Reserves this many more bytes. @returns false when too few are left; then nothing was reserved */
  tryReserve(bytes: number): boolean
  /** Why the latest reservation was refused, unless the memory of the whole agent was the reason. */
  readonly whyRefused?: string | null
  /** Gives bytes back, at most as many as are reserved. */
  release(bytes: number): void
}

export interface CommandScope {
  /** Aborted when the client has gone away: a command that was not sent to a daemon yet may be dropped. */
  readonly signal: AbortSignal
  /** For the bytes of the answer. The owner of the reservation releases them once the answer is delivered. */
  readonly memory: Reservation
}

/** For the signal of a scope. Node warns of more than ten listeners; here each daemon that is waited for has one. */
export function newAbortController(): AbortController {
  const controller = new AbortController()
  setMaxListeners(0, controller.signal)
  return controller
}

/** The signal for commands that no client waits for. */
export const neverAborted: AbortSignal = newAbortController().signal

/** Calls back once if the signal is aborted later. @returns a function that cancels this */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
