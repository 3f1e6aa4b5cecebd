// Reads one access list, in each of its forms, and notes every name in it for `check.ts`.

import type { JsonNode, ListNode, Member } from '../../json/text/node.ts'
import type { AccessList } from './types.ts'
import type { Remedy, SourcePosition } from '../parse/diagnostics.ts'
import { nearestWord } from '../schema/suggestions.ts'
import { maxElements } from '../schema/schema.ts'
import { pointer } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'

/** A name in a list, and where it stands. */
export interface Mention extends SourcePosition {
  readonly what: 'list' | 'command' | 'hook' | 'service'
  readonly name: string
}

export interface AccessListNotes {
  mention(mention: Mention): void
  error(at: SourcePosition, text: string, remedy: Remedy): void
}

const kinds = ['not', 'and', 'or', 'commands', 'access', 'hook', 'services'] as const
const forms = `write a name, or a map with one of ${kinds.join(', ')}`

/** @returns null, with an error, where the value is no access list */
export function readAccessList(node: JsonNode, path: string, notes: AccessListNotes): AccessList | null {
  const spot = { offset: node.start, path }
  if (node.kind === 'string') {
    notes.mention({ ...spot, what: 'list', name: node.value })
    return { kind: 'name', name: node.value }
  }
  if (node.kind !== 'map') return refused(notes, spot, 'an access list must be a string or a map', forms)
  const [member] = node.members
  if (member === undefined) return refused(notes, spot, 'this access list is an empty map', forms)
  if (node.members.length > 1) {
    const text = `an access list has one entry, but this one has ${node.members.length}`
    return refused(notes, spot, text, 'join them with "and" or "or"')
  }
  return readKind(member, pointer(path, member.key), notes)
}

function readKind({ key, keyStart, value }: Member, path: string, notes: AccessListNotes): AccessList | null {
  const spot = { offset: value.start, path }
  switch (key) {
    case 'not': {
      const list = readAccessList(value, path, notes)
      return list === null ? null : { kind: 'not', list }
    }
    case 'and':
    case 'or': {
      const items = itemsOf(value, spot, key, notes)
      // An empty `and` would match everything, which is hardly meant.
      if (items?.items.length === 0) return refused(notes, spot, `${key} has nothing to join`, 'write NONE or ALL')
      const lists = items?.items.map((item, index) => readAccessList(item, `${path}/${index}`, notes))
      return lists?.every((list) => list !== null) === true ? { kind: key, lists } : null
    }
    case 'command':
    case 'commands':
    case 'services': {
      const kind = key === 'services' ? 'services' : 'commands'
      const names = namesOf(value, spot, key, notes)
      return names === null ? null : { kind, names }
    }
    case 'access':
      if (value.kind === 'string' && (value.value === 'read' || value.value === 'write')) {
        return { kind: 'access', access: value.value }
      }
      return refused(notes, spot, 'access must be "read" or "write"', null)
    case 'hook':
      if (value.kind !== 'string') return refused(notes, spot, 'hook must be a string', 'name one hook library')
      if (value.value !== '') notes.mention({ ...spot, what: 'hook', name: value.value })
      return { kind: 'hook', hook: value.value }
    default: {
      const remedy = (): string => {
        const near = nearestWord(key, kinds)
        return near === null ? forms : `did you mean "${near.word}"?`
      }
      return refused(notes, { offset: keyStart, path }, `${quoted(key)} is no kind of access list`, remedy)
    }
  }
}

function namesOf(
  value: JsonNode,
  spot: SourcePosition,
  key: string,
  notes: AccessListNotes,
): ReadonlySet<string> | null {
  const names = new Set<string>()
  const list = itemsOf(value, spot, key, notes)
  const what = key === 'services' ? 'service' : 'command'
  for (const [index, item] of (list?.items ?? []).entries()) {
    const path = `${spot.path}/${index}`
    const offset = item.start
    if (item.kind !== 'string') return refused(notes, { offset, path }, `${key} must be a list of strings`, null)
    notes.mention({ offset, path, what, name: item.value })
    names.add(item.value)
  }
  return list === null ? null : names
}

function itemsOf(value: JsonNode, spot: SourcePosition, key: string, notes: AccessListNotes): ListNode | null {
  if (value.kind !== 'list') return refused(notes, spot, `${key} must be a list`, 'put it in square brackets')
  if (value.items.length <= maxElements) return value
  return refused(notes, spot, `${key} has more than ${maxElements} elements`, null)
}

function refused(notes: AccessListNotes, at: SourcePosition, text: string, remedy: Remedy): null {
  notes.error(at, text, remedy)
  return null
}
