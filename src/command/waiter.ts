// Whoever waits for the answer to a command, as far as those who make the answer need to know.

export interface Waiter {
  /** Whether nobody waits for the answer any more. */
  gone(): boolean
  /**
   * Has `leave` called, once, when he goes away; who has gone already is told of by `gone` alone.
   * @returns what takes that back
   */
  whenGone(leave: () => void): () => void
  /**
   * Asks to keep so many more bytes of the answer in memory.
   * @returns false when that is more than the agent may keep for everybody; then nothing was granted
   */
  hold(bytes: number): boolean
  /** Why the latest `hold` was refused, where that is not for the memory of the whole agent. */
  readonly whyRefused?: string | null
  /** Gives back what was granted and is not kept after all. What is part of the answer is given back for the caller. */
  letGo(bytes: number): void
}
