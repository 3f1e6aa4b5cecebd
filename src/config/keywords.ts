// Which keyword was probably meant: the nearest one allowed at a place, or the place where a known one belongs.

import type { ConfigSchema } from './schema-form.ts'

/** Longer than any keyword by far; nothing is compared with such a name. */
const LONGEST = 64

/** Places named for one keyword. */
const MOST = 3

/**
 * A sentence for an unknown keyword, or null where nothing comes near it.
 * @param root the schema of the whole configuration
 * @param section the schema of the map in which the keyword was found
 */
export function adviceFor(keyword: string, root: ConfigSchema, section: ConfigSchema): string | null {
  const near = nearestKeyword(keyword, allowedIn(section))
  if (near?.distance === 0) return `write "${near.keyword}"`
  const homes = homesOf(keyword, root).sort((a, b) => a.length - b.length)
  if (homes.length > 0) {
    return `it belongs in ${homes.slice(0, MOST).join(' or ')}${homes.length > MOST ? ', among others' : ''}`
  }
  return near === null ? null : `did you mean "${near.keyword}"?`
}

/** The keywords that a map should be written with. */
export function allowedIn(section: ConfigSchema): string[] {
  const properties = Object.entries(section.properties ?? {})
  return properties.filter(([, schema]) => schema !== false && schema.deprecated !== true).map(([keyword]) => keyword)
}

/** Whether a keyword is there after all, misspelt, which is named as unknown. Looks at the first `most` keys only. */
export function isMisspelt(keyword: string, section: ConfigSchema, keys: readonly string[], most: number): boolean {
  const allowed = allowedIn(section)
  return keys.slice(0, most).some((key) => !allowed.includes(key) && nearestKeyword(key, allowed)?.keyword === keyword)
}

/** The places where a keyword is known, as paths in which `*` stands for any name or number. */
export function homesOf(keyword: string, section: ConfigSchema, path = ''): string[] {
  const homes: string[] = []
  for (const [name, schema] of Object.entries(section.properties ?? {})) {
    if (schema === false || schema.deprecated === true) continue
    if (name === keyword) homes.push(path === '' ? 'the top level of the file' : path)
    homes.push(...homesOf(keyword, schema, `${path}/${name}`))
  }
  const nested = [section.items, section.additionalProperties]
  for (const schema of nested) if (typeof schema === 'object') homes.push(...homesOf(keyword, schema, `${path}/*`))
  return homes
}

/**
 * The keyword of fewest changes away; null where all are too far to have been meant. Letter case, `_` for `-` and
 * blanks around cost nothing.
 */
export function nearestKeyword(
  written: string,
  keywords: readonly string[],
): { readonly keyword: string; readonly distance: number } | null {
  if (written.length > LONGEST) return null
  let best: { keyword: string; distance: number } | null = null
  for (const keyword of keywords) {
    const distance = editDistance(folded(written), folded(keyword))
    if (distance < (best?.distance ?? 1 + Math.floor(keyword.length / 3))) best = { keyword, distance }
  }
  return best
}

function folded(keyword: string): string {
  return keyword.trim().toLowerCase().replaceAll('_', '-')
}

/** How many characters must be put in, left out, changed or swapped with their neighbour to make one from the other. */
export function editDistance(from: string, to: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + changed)
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current.push(cost)
    }
    beforeLast = last
    last = current
  }
  return at(last, to.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
