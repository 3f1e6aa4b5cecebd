// Finds lists of a role that never count, because the list that goes first has all their commands. Most often this is
// a `reject-commands` beside an `accept-commands` that goes first.

import type { Mention } from './parse-list.ts'
import { Matcher } from './match.ts'
import type { AccessConfig, AccessList } from './types.ts'
import type { ServiceGroups } from '../service-groups.ts'
import { agentService } from './types.ts'
import type { Sliced } from '../../in-slices.ts'
import type { Section } from '../parse/section.ts'

/** A role with both lists. */
interface Pair {
  readonly section: Section
  /** The keyword of the second list. */
  readonly key: 'accept-commands' | 'reject-commands'
  readonly first: AccessList
  readonly second: AccessList
  /** Whether the second list has any command, and whether it has one that the first has not. */
  has: boolean
  counts: boolean
}

/**
 * How many lists, and lists inside lists, are looked at in total; a thousand roles with short lists of their own take a
 * third of that. Rules that take more are not warned of.
 */
const maxSteps = 3_000_000

/** Warns of each list that never counts. Lists must not lead back to themselves. */
export function* checkUnreachableRules(
  section: Section,
  config: AccessConfig,
  mentions: readonly Mention[],
  { services, serviceGroups }: { readonly services: readonly string[]; readonly serviceGroups: ServiceGroups },
): Sliced<void> {
  const pairs = pairsOf(section, config)
  let open = pairs
  let steps = 0
  const places = servicesToTry(services, serviceGroups, mentions)
  for (const command of commandsToTry(config, mentions)) {
    for (const service of places) {
      if (open.length === 0) break
      const matcher = new Matcher(config.lists, {
        command, service, groups: serviceGroups.groupsOf(service), definition: config.known.get(command),
      })
      for (const pair of open) look(pair, matcher)
      open = open.filter(({ counts }) => !counts)
      steps += matcher.steps
      if (steps > maxSteps) return
      yield
    }
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

/**
 * Every command that a list names. Of the other known commands, one for each access right and hook: no list can tell
 * apart those that have the same.
 */
function commandsToTry(config: AccessConfig, mentions: readonly Mention[]): Iterable<string> {
  const named = namesOf('command', mentions)
  const others = new Map<string, string>()
  for (const [name, { access, hook }] of config.known) if (!named.has(name)) others.set(`${access} ${hook}`, name)
  return [...others.values(), ...named]
}

/** Every service that a list names, by itself or by a group, and one that stands for all others. */
function servicesToTry(
  services: readonly string[],
  serviceGroups: ServiceGroups,
  mentions: readonly Mention[],
): readonly string[] {
  const named = namesOf('service', mentions)
  const isNamed = (service: string): boolean =>
    [service, ...serviceGroups.groupsOf(service)].some((name) => named.has(name))
  const all = [...services, agentService]
  return [...all.filter(isNamed), ...all.filter((service) => !isNamed(service)).slice(0, 1)]
}

function namesOf(wanted: Mention['what'], mentions: readonly Mention[]): Set<string> {
  const names = new Set<string>()
  for (const { what, name } of mentions) if (what === wanted) names.add(name)
  return names
}

function look(pair: Pair, matcher: Matcher): void {
  if (!matcher.has(pair.second)) return
  pair.has = true
  pair.counts = !matcher.has(pair.first)
}
