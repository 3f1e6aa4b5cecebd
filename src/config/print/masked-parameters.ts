// Secrets in the parameters of handler modules, by Kea's rule for hook libraries: values whose key ends in `password`
// or `secret`; here also in `password-hash`. How they are shown, and what `*****` means when it comes back.

import type { JsonNode, MapNode } from '../../json/text/node.ts'
import type { Printable } from '../../json/text/print.ts'
import { nodeToPrintable, printCompact } from '../../json/text/print.ts'
import type { SourcePosition } from '../parse/diagnostics.ts'
import { maskedPassword } from './masked-password.ts'
import { pointer } from '../parse/section.ts'

export function isSecretKey(key: string): boolean {
  return /(?:password|secret|password-hash)$/i.test(key)
}

/** The parameters with `*****` in the place of each secret, of whatever type. */
export function printMasked(node: JsonNode): Printable {
  switch (node.kind) {
    case 'map':
      return new Map(
        node.members.map(({ key, value }) => [key, isSecretKey(key) ? maskedPassword : printMasked(value)]),
      )
    case 'list':
      return node.items.map(printMasked)
    case 'string':
    case 'integer':
    case 'float':
    case 'boolean':
    case 'null':
      return nodeToPrintable(node)
  }
}

/** The first place where `*****` stands for a secret; null where every secret is written out. */
export function maskedParameter(node: JsonNode, path: string): SourcePosition | null {
  const inside = node.kind === 'map' ? node.members : node.kind === 'list' ? node.items.map((value) => ({ key: null, value })) : []
  for (const [index, { key, value }] of inside.entries()) {
    const at = pointer(path, key ?? String(index))
    const secret = key !== null && isSecretKey(key)
    if (secret && value.kind === 'string' && value.value === maskedPassword) return { offset: value.start, path: at }
    const found = secret ? null : maskedParameter(value, at)
    if (found !== null) return found
  }
  return null
}

/**
 * The parameters with the secrets in force where `*****` stands. Only where all other parameters are the same: else a
 * client that may change an address, but not read the file that has the secret for it, could have the secret sent to
 * another address.
 * @param known the parameters in force of the same module
 * @returns null where none of these are the same otherwise
 */
export function unmaskParameters(parameters: MapNode, known: readonly MapNode[]): MapNode | null {
  const shown = printCompact(printMasked(parameters))
  const same = known.find((candidate) => shownParameters(candidate) === shown)
  return same === undefined ? null : (merged(parameters, same) as MapNode) // a map and a map give a map
}

/** Kept, because parameters in force are compared with every module of a new configuration. */
function shownParameters(parameters: MapNode): string {
  const text = shownTexts.get(parameters) ?? printCompact(printMasked(parameters))
  shownTexts.set(parameters, text)
  return text
}

const shownTexts = new WeakMap<MapNode, string>()

/** Both have the same shape, except for the values of secrets. */
function merged(node: JsonNode, kept: JsonNode): JsonNode {
  if (node.kind === 'map' && kept.kind === 'map') {
    const members = node.members.map((member, index) => {
      const { key, value } = member
      const before = kept.members[index]?.value
      if (before === undefined) return member
      if (!isSecretKey(key)) return { ...member, value: merged(value, before) }
      return value.kind === 'string' && value.value === maskedPassword ? { ...member, value: before } : member
    })
    return { ...node, members }
  }
  if (node.kind !== 'list' || kept.kind !== 'list') return node
  return { ...node, items: node.items.map((item, index) => merged(item, kept.items[index] ?? item)) }
}
