// Kea's own role-based access library, which only its subscribers have: named in `hooks-libraries`, it stands for
// `access-control` with the same parameters.

import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { memberOf } from '../../json/text/node.ts'
import type { Diagnostics } from '../parse/diagnostics.ts'
import type { Sliced } from '../../in-slices.ts'
import { maxModules } from '../schema/schema.ts'
import type { Section } from '../parse/section.ts'
import { validateConfig } from '../schema/validate.ts'

/** Whether it is the library of the agent, or that of all daemons since Kea 2.7.2. */
export function isRbacLibrary(library: string): boolean {
  return /^(?:.*\/)?lib(?:ca|dhcp)_rbac\.so(?:\.\d+)*$/s.test(library)
}

export function rbacEntries(agent: Section): Section[] {
  return (agent.sections('hooks-libraries') ?? []).filter((entry) => isRbacLibrary(entry.string('library') ?? ''))
}

/** Reports every mistake of shape in the library's parameters; those of every other library are free-form. */
export function* validateRbacParameters(root: JsonNode, diagnostics: Diagnostics): Sliced<void> {
  const agent = mapAt(root, 'Control-agent')
  const libraries = agent === null ? undefined : memberOf(agent, 'hooks-libraries')
  if (libraries?.kind !== 'list') return
  // A longer list is refused as such.
  for (const [index, entry] of libraries.items.slice(0, maxModules).entries()) {
    const library = entry.kind === 'map' ? memberOf(entry, 'library') : undefined
    const parameters = mapAt(entry, 'parameters')
    if (library?.kind !== 'string' || !isRbacLibrary(library.value) || parameters === null) continue
    yield* validateConfig(parameters, diagnostics, 'access', `/Control-agent/hooks-libraries/${index}/parameters`)
  }
}

function mapAt(node: JsonNode, key: string): MapNode | null {
  const value = node.kind === 'map' ? memberOf(node, key) : undefined
  return value?.kind === 'map' ? value : null
}
