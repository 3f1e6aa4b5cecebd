// Long work that does not block the event loop: it yields between its steps, and there the caller may let others run.

import { setImmediate } from 'node:timers/promises'

/** Work that may be interrupted wherever it yields. No values pass in or out there. */
export type Sliced<Result> = Generator<undefined, Result, undefined>

/**
 * Milliseconds of work in a row. A request needs a few iterations of the event loop, so this is a fraction of what its
 * sender may notice.
 */
const slice = 5

/** Runs work to its end at once, for callers without waiting clients. @throws what the work throws */
export function atOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const step = work.next()
    if (step.done === true) return step.value
  }
}

/** Runs work in slices: after each slice the event loop goes around once. @throws what the work throws */
export async function inSlices<Result>(work: Sliced<Result>): Promise<Result> {
  for (let begin = performance.now(); ; ) {
    const step = work.next()
    if (step.done === true) return step.value
    if (performance.now() - begin < slice) continue
    await setImmediate()
    begin = performance.now()
  }
}
