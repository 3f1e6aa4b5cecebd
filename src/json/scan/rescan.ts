// Scans a text that was scanned before, a large one in turns with other work.

import { setImmediate } from 'node:timers/promises'
import { Automaton } from './automaton.ts'
import type { RawJson } from '../raw.ts'
import type { ScanHandler } from './types.ts'

/** Bytes to work on before other work gets its turn: well under a millisecond. */
export const stepSize = 64 * 1024

/** Bytes. The steps for a text of up to this length are done at once. */
const smallText = 4 * stepSize

/** Work in steps that returns its result. */
export type Steps<T> = Generator<undefined, T, undefined>

/**
 * Reports the keys and values of a text to the handler, as the scanner does.
 * @throws Error where the text is not JSON, because the handler may then have missed something
 */
export function* walk(text: RawJson, handler: ScanHandler): Steps<void> {
  const automaton = new Automaton('checked', handler)
  let base = 0
  let left = stepSize
  for (const chunk of text.chunks) {
    for (let from = 0; from < chunk.length; from += stepSize) {
      const piece = chunk.length <= stepSize ? chunk : chunk.subarray(from, from + stepSize)
      automaton.run(piece, base + from)
      if (automaton.problem !== null) throw notJson(automaton.problem.offset)
      left -= piece.length
      if (left > 0) continue
      left = stepSize
      yield
    }
    base += chunk.length
  }
  if (automaton.ending(base) !== null) throw notJson(base)
}

function notJson(offset: number): Error {
  return new Error(`a text that should be JSON is not, at byte ${offset}`)
}

/** Does all steps: for a small text at once, for a large one in turns with other work. */
export function allSteps<T>(steps: Steps<T>, text: RawJson): T | Promise<T> {
  if (text.length > smallText) return inTurns(steps)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

async function inTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await setImmediate()
  }
}
