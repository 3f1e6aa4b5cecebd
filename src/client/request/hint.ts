// What a misspelt command may have been.

import { keaCommands } from '../../config/access/kea-commands.ts'
import { nearestWord } from '../../config/schema/suggestions.ts'

/** Empty where Kea has the command, or none that comes near it. */
export function hintFor(command: string): string {
  if (keaCommands.has(command)) return ''
  const near = nearestWord(command, [...keaCommands.keys()])
  return near === null ? '' : `did you mean ${near.word}?`
}
