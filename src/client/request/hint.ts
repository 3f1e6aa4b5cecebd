// A hint for a misspelled command.

import { keaCommands } from '../../config/access/kea-commands.ts'
import { nearestWord } from '../../config/schema/suggestions.ts'

/** Empty if Kea has the command, or has none with a similar name. */
export function hintFor(command: string): string {
  if (keaCommands.has(command)) return ''
  const near = nearestWord(command, [...keaCommands.keys()])
  return near === null ? '' : `did you mean ${near.word}?`
}
