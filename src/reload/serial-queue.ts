// Changes of the configuration and tests of one, one after the other, so that no two are ever half done at once.

import { setImmediate } from 'node:timers/promises'
import { KeagateError } from '../errors.ts'

/** Changes that may wait for the one under way. Each holds a configuration of a client in memory. */
const maxWaiting = 16

export class SerialQueue {
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  /** Settles, and never rejects, when every change asked for so far has ended. */
  get settled(): Promise<unknown> {
    return this.#last
  }

  /** @throws KeagateError TOO_BUSY where so many changes wait that clients must not add to them */
  assertCapacity(): void {
    if (this.#waiting < maxWaiting) return
    const text = `${this.#waiting} changes of the configuration are waiting already`
    throw new KeagateError('TOO_BUSY', text, { remedy: 'try again when they are done' })
  }

  /** Runs what must not overlap a change of the configuration. @throws whatever it throws */
  run<T>(step: () => Promise<T>): Promise<T> {
    this.#waiting++
    // Between two of them everybody else gets a turn, however short the one before was.
    const turn = this.#last.then(() => setImmediate()).then(() => {
      this.#waiting--
      return step()
    })
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
