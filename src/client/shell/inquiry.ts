// What the shell asks by itself, in the background, to know what words there are.

import { memberOf } from '../../json/text/node.ts'
import type { JsonNode } from '../../json/text/node.ts'
import { parseJson } from '../../json/text/parser.ts'
import type { Door } from '../door.ts'
import { exchange } from '../exchange.ts'
import { commandText } from '../request/command-text.ts'

/** Milliseconds. */
const timeoutMs = 3000

/** The arguments of the first answer; undefined where they cannot be had. */
export async function inquire(door: Door, command: string, services: readonly string[]): Promise<JsonNode | undefined> {
  try {
    const body = Buffer.from(commandText({ command, services, arguments: null }))
    const { body: answer } = await exchange({ ...door, timeoutMs }, body)
    const { root } = parseJson(answer.toString('utf8'), { dialect: 'command' })
    const map = root?.kind === 'list' ? root.items[0] : root
    return map?.kind === 'map' ? memberOf(map, 'arguments') : undefined
  } catch {
    return undefined
  }
}

/** Whether a name can stand in a line as it is. */
export function isWord(name: string): boolean {
  return /^[a-z0-9][\w.-]{0,99}$/i.test(name)
}
