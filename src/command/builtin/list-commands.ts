// `list-commands`: what the agent itself can do. What a daemon can do, the daemon lists.

import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { RawJson } from '../../json/raw.ts'
import type { Handler } from '../handler.ts'

/** @param names all command names in ascending order; a function, as the list holds this very command */
export function listCommands(names: () => readonly string[]): Handler {
  let listed: readonly string[] | null = null
  let reply = answer(RESULT_SUCCESS)
  const run = (): RawJson => {
    const current = names()
    // Lists never change; without handler modules there is one for as long as the configuration is in force.
    if (current !== listed) reply = answer(RESULT_SUCCESS, undefined, current)
    listed = current
    return reply
  }
  return { name: 'list-commands', access: 'read', run }
}
