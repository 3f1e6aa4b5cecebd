// Runs changes and tests of the configuration one after the other, so that no two overlap.

import { setImmediate } from 'node:timers/promises'
import { KeagateError } from '../errors.ts'

/** How many changes may wait for the one under way. Each of them keeps the configuration of a client in memory. */
const maxWaiting = 16

export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Resolves when all changes queued so far have ended; never rejects. */
  get settled(): Promise<unknown> {
    return this.#last
  }

  /** @throws KeagateError TOO_BUSY when so many changes wait that a client may not add another one */
  assertCapacity(): void {
    if (this.#waiting < maxWaiting) return
    const text = `${this.#waiting} changes of the configuration are waiting already`
    throw new KeagateError('TOO_BUSY', text, { remedy: 'try again when they are done' })
  }

  /** Runs a step that must not overlap a change of the configuration. @throws what the step throws */
  run<T>(step: () => Promise<T>): Promise<T> {
    this.#waiting++
    // Between two steps the event loop goes around once, however short the first one was, so that clients are served.
    const turn = this.#last.then(() => setImmediate()).then(() => {
      this.#waiting--
      return step()
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
