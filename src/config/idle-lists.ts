// Lists of a role that never count, because the list that goes before them has all that they have: most often a
// `reject-commands` beside an `accept-commands` that nobody told to wait.

import type { Mention } from './access-list.ts'
import { matches } from './access-match.ts'
import type { AccessConfig, AccessList } from './access-types.ts'
import { agentService } from './access-types.ts'
import type { Section } from './section.ts'

/** A role with both lists. */
interface Pair {
  readonly section: Section
  /** The keyword of the second list, and what would make it the first. */
  readonly key: 'accept-commands' | 'reject-commands'
  readonly first: AccessList
  readonly second: AccessList
  /** Whether the second list has something at all, and something that the first has not. */
  has: boolean
  counts: boolean
}

/** Warns of each. The lists must not lead back to themselves. */
export function checkIdleLists(
  section: Section,
  config: AccessConfig,
  mentions: readonly Mention[],
  { services }: { readonly services: readonly string[] },
): void {
  const pairs = pairsOf(section, config)
  if (pairs.length === 0) return
  const named = mentions.flatMap(({ what, name }) => (what === 'command' ? [name] : []))
  for (const command of new Set([...config.known.keys(), ...named])) {
    for (const service of [...services, agentService]) look(pairs, command, service, config)
  }
  for (const { section, key, has, counts } of pairs) {
    if (!has || counts) continue
    const [before, remedy] = key === 'reject-commands' ? ['accept-commands', 'reject'] : ['reject-commands', 'accept']
    const text = `${key} never counts: ${before} goes first and has all of it`
    section.warning('KEAGATE_CONFIG_WARNING', key, text, `set "list-match-first": "${remedy}"`)
  }
}

function pairsOf(section: Section, config: AccessConfig): Pair[] {
  const sections = [...(section.sections('roles') ?? []), section.section('default-role'), section.section('unknown-role')]
  return [...config.roles, config.defaultRole, config.unknownRole].flatMap((role, index): Pair[] => {
    const at = sections[index]
    const { acceptCommands: accept, rejectCommands: reject } = role ?? { acceptCommands: null, rejectCommands: null }
    if (role === null || at === null || at === undefined || accept === null || reject === null) return []
    const [key, first, second] =
      role.listMatchFirst === 'accept' ? (['reject-commands', accept, reject] as const) : (['accept-commands', reject, accept] as const)
    return [{ section: at, key, first, second, has: false, counts: false }]
  })
}

function look(pairs: readonly Pair[], command: string, service: string, config: AccessConfig): void {
  // Each named list is looked at once, or lists made of the same lists twice would cost twice as much at every step.
  const seen = new Map<string, boolean>()
  const named = (name: string): boolean => {
    const before = seen.get(name)
    if (before !== undefined) return before
    const found = config.lists.get(name)
    const result = found !== undefined && matches(found, question)
    seen.set(name, result)
    return result
  }
  const question = { command, service, definition: config.known.get(command), named }
  for (const pair of pairs) {
    if (pair.counts || !matches(pair.second, question)) continue
    pair.has = true
    pair.counts = !matches(pair.first, question)
  }
}
