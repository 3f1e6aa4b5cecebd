// `list-commands`: the commands of the agent itself and of its modules. A daemon lists its own.

import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { RawJson } from '../../json/raw.ts'
import type { Handler } from '../handler.ts'

/** @param names gives all command names in ascending order; a function, because the list includes this command */
export function listCommands(names: () => readonly string[]): Handler {
  let listed: readonly string[] | null = null
  let reply = answer(RESULT_SUCCESS)
  const run = (): RawJson => {
    const current = names()
    // A list never changes, so the answer is reused for the same one. Without modules, a configuration has only one.
    if (current !== listed) reply = answer(RESULT_SUCCESS, undefined, current)
    listed = current
    return reply
  }
  return { name: 'list-commands', access: 'read', run }
}
