// `service-groups`: each member must be a control socket, and no name may stand for two things.

import type { Sliced } from '../../in-slices.ts'
import type { JsonNode } from '../../json/text/node.ts'
import { pointer } from '../parse/section.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import { WordList } from '../schema/suggestions.ts'
import { maxElements } from '../schema/schema.ts'
import { maxServices, ServiceGroups } from '../service-groups.ts'

/** @param services the names of the control sockets */
export function* resolveServiceGroups(agent: Section, services: readonly string[]): Sliced<ServiceGroups> {
  const section = agent.section('service-groups')
  const known = new Set(services)
  const names = new Set(section?.node.members.map(({ key }) => key))
  const groups = new Map<string, readonly string[]>()
  for (const { key: group, value } of section?.node.members.slice(0, maxElements) ?? []) {
    yield
    if (section === null || value.kind !== 'list') continue
    if (known.has(group)) {
      const text = `${quoted(group)} is a control socket, too, so that a command for it could mean either`
      section.error(section.keySpot(group), text, 'give the group another name')
    }
    if (value.items.length === 0) section.error(group, `the group ${quoted(group)} has no members`, 'name control sockets')
    groups.set(group, membersOf(section, group, value.items.slice(0, maxServices), known, names))
  }
  return new ServiceGroups(groups)
}

function membersOf(
  section: Section,
  group: string,
  items: readonly JsonNode[],
  known: ReadonlySet<string>,
  groups: ReadonlySet<string>,
): readonly string[] {
  const members = new Set<string>()
  for (const [index, item] of items.entries()) {
    if (item.kind !== 'string') continue
    const { value: member } = item
    const at = { offset: item.start, path: pointer(pointer(section.path, group), String(index)) }
    if (members.has(member)) section.error(at, `the service ${quoted(member)} is named twice in this group`, 'keep one of them')
    else if (groups.has(member) && !known.has(member)) {
      section.error(at, `${quoted(member)} is a group itself`, 'name its members here: groups hold no groups')
    } else if (!known.has(member)) {
      const near = new WordList(known).nearest(member)
      const remedy = near === null ? 'add it to control-sockets' : `did you mean ${quoted(near.word)}?`
      section.error(at, `there is no control socket ${quoted(member)}`, remedy)
    }
    members.add(member)
  }
  return [...members]
}
