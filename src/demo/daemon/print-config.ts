// Parts of a configuration as `config-get` shows them: with every default, members in the order of their names.

import type { JsonNode } from '../../json/text/node.ts'
import type { Printable } from '../../json/text/print.ts'
import { CommandRefused } from './answer.ts'
import type { Defaults, serverExtras } from './config-defaults.ts'
import type { Fields } from './fields.ts'

/** Members by name. */
export type Shown = ReadonlyMap<string, Printable>

/** @param own members that win over what was given */
export function withDefaults(given: Fields, defaults: Defaults, own: Defaults = {}): Shown {
  const members = new Map<string, Printable>(Object.entries(defaults))
  for (const name of given.names) members.set(name, given.printable(name))
  for (const [name, value] of Object.entries(own)) members.set(name, value)
  return sorted(members)
}

export function sorted(members: ReadonlyMap<string, Printable>): Shown {
  return new Map([...members].sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** A copy without one of the members. */
export function without(shown: Shown, name: string): Shown {
  return new Map([...shown].filter(([key]) => key !== name))
}

/** @throws CommandRefused for a member that is in neither table, or has another type than there */
export function checkMembers(given: Fields, defaults: Defaults, extras: typeof serverExtras): void {
  for (const name of given.names) {
    const otherwise = Object.hasOwn(defaults, name) ? defaults[name] : undefined
    const extra = Object.hasOwn(extras, name) ? extras[name] : undefined
    const wanted = otherwise === undefined ? extra : kindOf(otherwise)
    if (wanted === undefined) throw new CommandRefused(`unsupported parameter '${name}'`)
    const kind = given.node(name)?.kind ?? 'null'
    if (kind !== wanted && !(kind === 'integer' && wanted === 'float')) {
      throw new CommandRefused(`'${name}' has to be of the type ${wanted}, not ${kind}`)
    }
  }
}

function kindOf(value: Printable): JsonNode['kind'] {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'float'
  return Array.isArray(value) ? 'list' : 'map'
}
