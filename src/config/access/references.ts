// Checks named access lists that are made of each other: none may lead back to itself, or stand too deep to be asked.

import type { AccessList } from './types.ts'
import type { Section } from '../parse/section.ts'
import { shortened } from '../schema/messages.ts'

export const predefinedLists: ReadonlySet<string> = new Set(['ALL', 'NONE', 'READ', 'WRITE'])

/** How many lists may stand inside each other, also by their names; Kea's own format allows a hundred without names. */
const maxDepth = 500

/** How many circles are described. Taking one step out often ends several. */
const maxCircles = 10

/** How many names of a circle are shown. */
const maxNames = 12

/** @returns whether every list can be asked about commands */
export function checkReferences(section: Section, lists: ReadonlyMap<string, AccessList>): boolean {
  const circles: (readonly string[])[] = []
  const depths = new Map<string, number>()
  const open = new Map<string, number>()
  const path: string[] = []
  const visit = (name: string): void => {
    const list = lists.get(name)
    if (list === undefined || depths.has(name) || circles.length >= maxCircles) return
    const begin = open.get(name)
    if (begin !== undefined) {
      circles.push([...path.slice(begin), name])
      return
    }
    open.set(name, path.length)
    path.push(name)
    for (const inner of new Set(namesIn(list))) visit(inner)
    path.pop()
    open.delete(name)
    depths.set(name, depthOf(list, depths))
  }
  for (const name of lists.keys()) visit(name)
  for (const circle of circles) {
    const text = `access lists lead back to themselves: ${shownPath(circle)}`
    section.error('access-control-lists', text, 'take one step out')
  }
  if (circles.length > 0) return false
  const [deepest] = [...depths].find(([, depth]) => depth > maxDepth) ?? []
  if (deepest === undefined) return true
  const text = `the list ${shortened(deepest)} leads through more than ${maxDepth} lists, one inside the other`
  section.error('access-control-lists', text, 'make it of fewer lists')
  return false
}

/** The names of lists that a list is made of. */
function namesIn(list: AccessList): string[] {
  switch (list.kind) {
    case 'name':
      return predefinedLists.has(list.name) ? [] : [list.name]
    case 'not':
      return namesIn(list.list)
    case 'and':
    case 'or':
      return list.lists.flatMap(namesIn)
    case 'commands':
    case 'services':
    case 'access':
    case 'hook':
      return []
  }
}

/** @param depths of the named lists that it is made of */
function depthOf(list: AccessList, depths: ReadonlyMap<string, number>): number {
  switch (list.kind) {
    case 'name':
      return 1 + (depths.get(list.name) ?? 0)
    case 'not':
      return 1 + depthOf(list.list, depths)
    case 'and':
    case 'or':
      return 1 + list.lists.reduce((most, inner) => Math.max(most, depthOf(inner, depths)), 0)
    case 'commands':
    case 'services':
    case 'access':
    case 'hook':
      return 1
  }
}

function shownPath(names: readonly string[]): string {
  const shown = names.map((name) => shortened(name))
  if (names.length <= maxNames) return shown.join(' > ')
  const half = maxNames / 2
  return [...shown.slice(0, half), `(${names.length - maxNames} more)`, ...shown.slice(-half)].join(' > ')
}
