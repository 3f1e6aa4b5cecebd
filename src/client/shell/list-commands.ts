// The commands that a service lists.

import { memberOf } from '../../json/text/node.ts'
import { parseJson } from '../../json/text/parser.ts'
import type { Door } from '../door.ts'
import { exchange } from '../exchange.ts'
import { commandText } from '../request/command-text.ts'

/** Milliseconds until the request is given up; it runs in the background. */
const timeoutMs = 3000

/** Empty if there is no usable answer. */
export async function commandsOf(door: Door, services: readonly string[]): Promise<readonly string[]> {
  try {
    const body = Buffer.from(commandText({ command: 'list-commands', services, arguments: null }))
    const { body: answer } = await exchange({ ...door, timeoutMs }, body)
    const { root } = parseJson(answer.toString('utf8'), { dialect: 'command' })
    const map = root?.kind === 'list' ? root.items[0] : root
    const names = map?.kind === 'map' ? memberOf(map, 'arguments') : undefined
    if (names?.kind !== 'list') return []
    // Only names that need no quotes in a line.
    return names.items.flatMap((name) => (name.kind === 'string' && /^[a-z0-9][\w-]{0,99}$/i.test(name.value) ? [name.value] : []))
  } catch {
    return []
  }
}
