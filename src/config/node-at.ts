// Finds what a JSON pointer leads to in a parsed text. For a text full of mistakes this happens thousands of times.

import type { JsonNode, MapNode, Member } from '../json/text/node.ts'

/** The node that a JSON pointer leads to; null where there is none. */
export function nodeAt(root: JsonNode, path: string): JsonNode | null {
  let node: JsonNode | null = root
  for (const step of stepsOf(path)) {
    node = inside(node, step)
    if (node === null) return null
  }
  return node
}

/** The innermost node that a JSON pointer passes on its way; the pointer may lead further than the text does. */
export function nodeOnTheWay(root: JsonNode, path: string): JsonNode {
  let node = root
  for (const step of stepsOf(path)) {
    const next = inside(node, step)
    if (next === null) break
    node = next
  }
  return node
}

/** The member with a key; of a repeated key the last one, as Kea reads it. */
export function lastMember(map: MapNode, key: string): Member | undefined {
  const known = membersByKey.get(map) ?? new Map(map.members.map((member) => [member.key, member]))
  membersByKey.set(map, known)
  return known.get(key)
}

const membersByKey = new WeakMap<MapNode, ReadonlyMap<string, Member>>()

function inside(node: JsonNode, step: string): JsonNode | null {
  if (node.kind === 'map') return lastMember(node, step)?.value ?? null
  return node.kind === 'list' ? (node.items[Number(step)] ?? null) : null
}

/** RFC 6901 section 4. */
function stepsOf(path: string): string[] {
  return path.split('/').slice(1).map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}
