// Reads Kea's folder of command descriptions (`share/kea/api`): one JSON file for each command. Only the name, the
// access right and the hook are used.

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { memberOf } from '../../json/text/node.ts'
import { parseJson } from '../../json/text/parser.ts'
import type { Sliced } from '../../in-slices.ts'
import type { CommandDefinition } from './kea-commands.ts'
import { readRegularFile } from '../resolve/regular-file.ts'

export type ApiFiles =
  | { readonly kind: 'read'; readonly commands: ReadonlyMap<string, CommandDefinition> }
  /** There is no such folder, or no description in it. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'bad'; readonly reason: string }

/** How many files the folder may hold; Kea has two hundred. */
const maxFiles = 2000

/** Bytes of the largest file; Kea's largest is far smaller. */
const largest = 1_048_576

/** Reads every `*.json` in the folder. Never throws. */
export function* readApiFiles(folder: string): Sliced<ApiFiles> {
  const commands = new Map<string, CommandDefinition>()
  try {
    const files = readdirSync(folder).filter((file) => file.endsWith('.json') && !file.startsWith('_'))
    if (files.length > maxFiles) return { kind: 'bad', reason: `it holds more than ${maxFiles} files` }
    for (const file of files) {
      const read = readRegularFile(join(folder, file), largest)
      const described = read.ok ? description(read.bytes.toString('utf8')) : null
      if (described === null) return { kind: 'bad', reason: `${file} in it is no description of a command` }
      commands.set(described.name, described.definition)
      yield
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT') return { kind: 'absent' }
    return { kind: 'bad', reason: `it cannot be read (${code})` }
  }
  return commands.size === 0 ? { kind: 'absent' } : { kind: 'read', commands }
}

/** @returns null where there is no name or no access right */
function description(text: string): { readonly name: string; readonly definition: CommandDefinition } | null {
  const { root } = parseJson(text, { dialect: 'command' })
  if (root?.kind !== 'map') return null
  const [name, access, hook] = ['name', 'access', 'hook'].map((key) => memberOf(root, key))
  if (name?.kind !== 'string' || access?.kind !== 'string') return null
  const right = access.value
  if (right !== 'read' && right !== 'write') return null
  return { name: name.value, definition: { access: right, hook: hook?.kind === 'string' ? hook.value : '', programs: null } }
}
