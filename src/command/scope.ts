// What a command may use while its answer is made, and until when the answer is wanted.

/** Memory that one request may take of what all share. */
export interface Reservation {
  /** Reserves so many more bytes. @returns false when that is more than all may have; then nothing was reserved */
  tryReserve(bytes: number): boolean
  /** Why the latest reservation was refused, where that is not for the memory of the whole agent. */
  readonly whyRefused?: string | null
  /** Gives bytes back; at most what is reserved. */
  release(bytes: number): void
}

export interface CommandScope {
  /** Aborted when the client has gone away: what was not sent to a daemon yet may be dropped. */
  readonly signal: AbortSignal
  /** For the bytes of the answer. Its owner releases those of an answer that was delivered. */
  readonly memory: Reservation
}

/** Calls back once when a signal is aborted later on. @returns what takes that back */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  signal.addEventListener('abort', callback, { once: true })
  return () => signal.removeEventListener('abort', callback)
}
