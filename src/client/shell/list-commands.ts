// The commands that a service lists.

import type { Door } from '../door.ts'
import { inquire, isWord } from './inquiry.ts'

/** Empty if there is no usable answer. */
export async function commandsOf(door: Door, services: readonly string[]): Promise<readonly string[]> {
  const names = await inquire(door, 'list-commands', services)
  if (names?.kind !== 'list') return []
  return names.items.flatMap((name) => (name.kind === 'string' && isWord(name.value) ? [name.value] : []))
}
