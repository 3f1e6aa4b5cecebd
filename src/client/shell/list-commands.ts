// The commands that a service says it has.

import type { Door } from '../door.ts'
import { inquire, isWord } from './inquiry.ts'

/** Empty where they cannot be had. */
export async function commandsOf(door: Door, services: readonly string[]): Promise<readonly string[]> {
  const names = await inquire(door, 'list-commands', services)
  if (names?.kind !== 'list') return []
  return names.items.flatMap((name) => (name.kind === 'string' && isWord(name.value) ? [name.value] : []))
}
