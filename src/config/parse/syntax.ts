// Parses the text of a configuration to a tree. Mistakes of syntax are noted, and what stands around the configuration
// is taken away.

import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { treeWork } from '../../json/text/parser.ts'
import type { Dialect, Problem } from '../../json/text/parser.ts'
import type { Diagnostics, SourcePosition } from './diagnostics.ts'
import type { Sliced } from '../../in-slices.ts'
import { pointer } from './section.ts'

/** Deepest nesting of maps and lists: `config-get` can wrap it within the 100 levels that Kea's clients read. */
const DEEPEST = 98

/** @returns null, with an error, where the text is broken */
export function* parseConfig(text: string, dialect: Dialect, diagnostics: Diagnostics): Sliced<JsonNode | null> {
  const tree = yield* treeWork(text, { dialect, maxDepth: DEEPEST })
  for (const problem of tree.errors) {
    // Numbers of any length are taken, as in commands: what config-set took must be readable again after config-write.
    // In free maps they are only passed along, and every keyword has a range of its own.
    if (problem.tooLarge === true) continue
    diagnostics.error(spotOf(tree.root, problem), described(problem, diagnostics), problem.remedy)
    yield
  }
  diagnostics.countErrors(tree.moreErrors)
  for (const problem of tree.warnings) {
    diagnostics.warning('CTRL_AGENT_CONFIG_SYNTAX_WARNING', spotOf(tree.root, problem), problem.text, problem.remedy)
    yield
  }
  return tree.root
}

/** The same map without the `hash` that `config-get` puts beside the configuration. */
export function withoutHash(root: MapNode): MapNode {
  return { ...root, members: root.members.filter(({ key }) => key !== 'hash') }
}

function described({ text, other }: Problem, diagnostics: Diagnostics): string {
  return other === undefined ? text : `${text}; ${other.what} ${diagnostics.position(other.offset)}`
}

/** The place of a problem, with the path of the innermost value around it if there is a tree. */
function spotOf(root: JsonNode | null, { offset }: Problem): SourcePosition {
  let path = ''
  for (let inner = root; inner !== null; ) {
    const step = stepTowards(inner, offset)
    if (step === null) break
    path = pointer(path, step.key)
    inner = step.value
  }
  return { offset, path }
}

function stepTowards(node: JsonNode, offset: number): { readonly key: string; readonly value: JsonNode | null } | null {
  if (node.kind === 'map') {
    const member = node.members[lastBegunAt(node.members, offset, ({ keyStart }) => keyStart)]
    if (member === undefined || offset >= member.value.end) return null
    return { key: member.key, value: offset < member.value.start ? null : member.value }
  }
  if (node.kind !== 'list') return null
  const index = lastBegunAt(node.items, offset, ({ start }) => start)
  const item = node.items[index]
  return item === undefined || offset >= item.end ? null : { key: String(index), value: item }
}

/**
 * The index of the last part that begins at an offset or before it; -1 where none does. They are in the order of the
 * text.
 */
function lastBegunAt<Part>(parts: readonly Part[], offset: number, begin: (part: Part) => number): number {
  let [low, high] = [0, parts.length]
  while (low < high) {
    const middle = (low + high) >> 1
    const part = parts[middle]
    if (part !== undefined && begin(part) <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}
