// `list-commands`: what the agent itself can do. What a daemon can do, the daemon lists.

import { answer, RESULT_SUCCESS } from '../answer.ts'
import type { Handler } from '../handler.ts'

/** @param names all command names in ascending order; a function, as the list holds this very command */
export function listCommands(names: () => readonly string[]): Handler {
  return { name: 'list-commands', access: 'read', run: () => answer(RESULT_SUCCESS, undefined, names()) }
}
