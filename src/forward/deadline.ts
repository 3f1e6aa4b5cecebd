// A deadline that moves on with every byte, at the price of one timer.

export interface Timed {
  /** The deadline has passed. */
  onTimeout(): void
}

/** Milliseconds that a timer can take at most. */
const maxTimeout = 2 ** 31 - 1

/** The timer is moved only to an earlier time; one that fires before a deadline that has moved on looks again. */
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
