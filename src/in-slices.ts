// Long work beside the event loop: it yields between its steps, and the caller decides whether others get a turn.

import { setImmediate } from 'node:timers/promises'

/** Work that may be interrupted wherever it yields. Nothing is handed in or out there. */
export type Sliced<Result> = Generator<undefined, Result, undefined>

/**
 * Milliseconds of work in a row. A request needs a few iterations of the event loop, so this is a fraction of what its
 * sender may notice.
 */
const slice = 5

/** Runs work to its end at once: where there are no clients who wait. @throws whatever it throws */
export function atOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** Runs work beside everything else: after each slice the event loop goes around once. @throws whatever it throws */
export async function inSlices<Result>(work: Sliced<Result>): Promise<Result> {
  for (let begin = performance.now(); ; ) {
    const step = work.next()
    if (step.done === true) return step.value
    if (performance.now() - begin < slice) continue
    await setImmediate()
    begin = performance.now()
  }
}
