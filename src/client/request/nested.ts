// Maps and lists that are put together member by member, with JSON text at their leaves.

import { clientUsage } from '../error.ts'
import type { Step } from './key.ts'

/** A string is JSON text. */
export type Nested = string | NestedMap | Nested[]
export type NestedMap = Map<string, Nested>

/** The most levels of an argument: Kea itself stops at a depth of 100. */
const maxDepth = 100

/**
 * Puts a value into the map. Lists are filled from the front: an index may be at most the length of its list.
 * @param path begins with a name
 * @param word for the message; its value is not repeated
 * @throws {KeagateError} CLIENT_USAGE if another value is there already, or an index is too large
 */
export function assign(map: NestedMap, path: readonly Step[], value: string, word: string): void {
  if (path.length > maxDepth) throw clientUsage(`an argument has more than ${maxDepth} levels`)
  let at: NestedMap | Nested[] = map
  for (const [index, step] of path.entries()) {
    const next = path[index + 1]
    const place = placeIn(at, step, word)
    if (next === undefined) {
      if (place.get() !== undefined) throw conflict(word, 'is given twice')
      place.set(value)
      return
    }
    const found = place.get() ?? (isName(next) ? new Map<string, Nested>() : [])
    if (typeof found === 'string' || Array.isArray(found) === isName(next)) throw conflict(word, 'is of two kinds')
    place.set(found)
    at = found
  }
}

interface Place {
  get(): Nested | undefined
  set(value: Nested): void
}

function placeIn(at: NestedMap | Nested[], step: Step, word: string): Place {
  if (isName(step)) {
    if (Array.isArray(at)) throw conflict(word, 'is of two kinds')
    return { get: () => at.get(step.name), set: (value) => void at.set(step.name, value) }
  }
  if (!Array.isArray(at)) throw conflict(word, 'is of two kinds')
  const index = step === 'append' ? at.length : step.index
  if (index > at.length) throw conflict(word, `skips an item: the next one is [${at.length}]`)
  return { get: () => at[index], set: (value) => void (at[index] = value) }
}

function isName(step: Step): step is { readonly name: string } {
  return step !== 'append' && 'name' in step
}

export function printNested(value: Nested): string {
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[ ${value.map(printNested).join(', ')} ]`
  return `{ ${Array.from(value, ([name, inside]) => `${JSON.stringify(name)}: ${printNested(inside)}`).join(', ')} }`
}

function conflict(word: string, what: string): Error {
  return clientUsage(`argument ${JSON.stringify(word.slice(0, word.indexOf('=')))} ${what}`)
}
