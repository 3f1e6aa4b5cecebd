// `comment` is short for a `comment` inside `user-context`; this is where the two become one map.

import type { MapNode, Member } from '../../json/text/node.ts'
import type { Section } from './section.ts'
import type { UserContext } from '../types.ts'

/**
 * The notes of a map, as Kea merges them in files: a `comment` of the map wins over one in a `user-context` after it.
 * After a `user-context` that has one, it is an error: a repetition.
 */
export function userContextOf(section: Section): UserContext {
  const context = section.map('user-context')
  const comment = section.string('comment')
  if (comment === null) return context
  const inner = context?.members.findLast((member) => member.key === 'comment')
  if (inner !== undefined && section.spot('user-context').offset < section.spot('comment').offset) {
    section.error(
      section.keySpot('comment'),
      `"comment" is given twice, the first time in the user-context at ${section.keyPosition('user-context')}`,
      'keep one of them',
    )
  }
  return withComment(section, context, comment)
}

function withComment(section: Section, context: MapNode | null, comment: string): MapNode {
  const { node } = section
  const member: Member = {
    key: 'comment',
    keyStart: node.start,
    keyEnd: node.start,
    value: { kind: 'string', value: comment, start: node.start, end: node.end },
  }
  const others = (context?.members ?? []).filter((other) => other.key !== 'comment')
  return { kind: 'map', start: node.start, end: node.end, members: [member, ...others] }
}
