// A deadline that can be moved on with every byte, without a new timer each time.

export interface Timed {
  /** The deadline has passed. */
  onTimeout(): void
}

/** Milliseconds that a timer can take at most. */
const maxTimeout = 2 ** 31 - 1

/**
 * The timer is set again only for an earlier deadline. If the deadline has moved on, the timer fires too early and is
 * then set for the time that is left.
 */
export class Deadline {
  readonly #timed: Timed
  #due = 0
  #timer: NodeJS.Timeout | null = null
  #timerDue = 0

  constructor(timed: Timed) {
    this.#timed = timed
  }

  /** @param due on the scale of `performance.now()` */
  set(due: number): void {
    this.#due = due
    if (this.#timer === null || due < this.#timerDue) this.#arm()
  }

  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  fired(): void {
    this.#timer = null
    if (performance.now() < this.#due) this.#arm()
    else this.#timed.onTimeout()
  }

  #arm(): void {
    this.clear()
    const milliseconds = Math.min(Math.max(Math.ceil(this.#due - performance.now()), 1), maxTimeout)
    this.#timerDue = this.#due
    this.#timer = setTimeout(fire, milliseconds, this)
  }
}

function fire(deadline: Deadline): void {
  deadline.fired()
}
