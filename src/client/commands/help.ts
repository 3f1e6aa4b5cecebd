// Describes a command in a few lines: what it does, its arguments, its access right, and which programs have it.

import { keaCommands } from '../../config/access/kea-commands.ts'
import { wrap } from '../render/text.ts'
import { descriptions } from './descriptions.ts'

/** Null: Kea has no such command. */
export function commandHelp(name: string, width: number): readonly string[] | null {
  const command = keaCommands.get(name)
  if (command === undefined) return null
  const described = descriptions().get(name)
  const words = described?.arguments.map((each) => (each.optional ? `[${each.name}=]` : `${each.name}=`)) ?? []
  const { access, hook, programs } = command
  return [
    ...(described === undefined ? [] : wrap(`${name}: ${described.summary}`, width)),
    ...wrap(`arguments: ${words.length === 0 ? 'none, or not known here' : words.join(' ')}`, width),
    `access: ${access}${access === 'write' ? ', changes something' : ''}`,
    ...(programs === null ? [] : wrap(`of: ${programs.join(', ')}`, width)),
    ...(hook === '' ? [] : [`hook library: libdhcp_${hook}.so`]),
  ]
}

/** Names of the arguments that a command takes, as far as they are known. */
export function argumentNames(name: string): readonly string[] {
  return descriptions().get(name)?.arguments.map((each) => each.name) ?? []
}
