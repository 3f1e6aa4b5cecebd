// Which keyword was probably meant: the nearest one allowed at a place, or the place where a known one belongs.

import type { ConfigSchema } from './schema-types.ts'

/** Characters, far more than any keyword has; a longer name is not compared with anything. */
const LONGEST = 64

/** More changed characters than this make another word, however long the word is. */
const maxChanges = 5

/** How many places are named for one keyword. */
const MOST = 3

/**
 * A sentence for an unknown keyword, or null where nothing comes near it.
 * @param root the schema of the whole configuration
 * @param section the schema of the map in which the keyword was found
 */
export function suggestionFor(keyword: string, root: ConfigSchema, section: ConfigSchema): string | null {
  const near = nearestWord(keyword, allowedIn(section))
  if (near?.distance === 0) return `write "${near.word}"`
  const homes = placesOf(keyword, root).sort((a, b) => a.length - b.length)
  if (homes.length > 0) {
    return `it belongs in ${homes.slice(0, MOST).join(' or ')}${homes.length > MOST ? ', among others' : ''}`
  }
  return near === null ? null : `did you mean "${near.word}"?`
}

/** The keywords that a map should be written with. */
export function allowedIn(section: ConfigSchema): string[] {
  const properties = Object.entries(section.properties ?? {})
  return properties.filter(([, schema]) => schema !== false && schema.deprecated !== true).map(([keyword]) => keyword)
}

/** Whether a keyword is there, but misspelt, and so reported as unknown. Looks at the first `most` keys only. */
export function isMisspelt(keyword: string, section: ConfigSchema, keys: readonly string[], most: number): boolean {
  const allowed = allowedIn(section)
  const known = new Set(allowed)
  const wanted = new WordList([keyword])
  const words = new WordList(allowed)
  return [...new Set(keys)].slice(0, most).some((key) => {
    // Hardly any key comes near this one keyword, so `wanted` is asked first.
    return !known.has(key) && wanted.nearest(key) !== null && words.nearest(key)?.word === keyword
  })
}

/** The places where a keyword is known, as paths in which `*` stands for any name or number. */
export function placesOf(keyword: string, section: ConfigSchema, path = ''): string[] {
  const homes: string[] = []
  for (const [name, schema] of Object.entries(section.properties ?? {})) {
    if (schema === false || schema.deprecated === true) continue
    if (name === keyword) homes.push(path === '' ? 'the top level of the file' : path)
    homes.push(...placesOf(keyword, schema, `${path}/${name}`))
  }
  const nested = [section.items, section.additionalProperties]
  for (const schema of nested) if (typeof schema === 'object') homes.push(...placesOf(keyword, schema, `${path}/*`))
  return homes
}

export interface NearWord {
  readonly word: string
  /** How many changes it takes; 0 where only letter case, `_` for `-` or blanks around differ. */
  readonly distance: number
}

/** Words of which one may have been meant. Prepared once for many questions. */
export class WordList {
  readonly #words: readonly { readonly word: string; readonly folded: string; readonly max: number }[]

  constructor(words: Iterable<string>) {
    this.#words = Array.from(words, (word) => {
      return { word, folded: folded(word), max: Math.min(maxChanges, Math.floor(word.length / 3)) }
    })
  }

  /** The word that takes the fewest changes, the first of several; null where all take too many to have been meant. */
  nearest(written: string): NearWord | null {
    if (written.length > LONGEST) return null
    const from = folded(written)
    let best: NearWord | null = null
    for (const { word, folded, max } of this.#words) {
      const limit: number = best === null ? max : Math.min(max, best.distance - 1)
      const distance: number = limit < 0 ? Infinity : editDistance(from, folded, limit)
      if (distance <= limit) best = { word, distance }
    }
    return best
  }
}

/** The same for words that are asked only once. */
export function nearestWord(written: string, words: Iterable<string>): NearWord | null {
  return new WordList(words).nearest(written)
}

function folded(keyword: string): string {
  return keyword.trim().toLowerCase().replaceAll('_', '-')
}

/**
 * How many characters must be put in, left out, changed or swapped with their neighbour to make one from the other.
 * @param limit where it takes more than this, the answer is Infinity, and is most often found out early
 */
export function editDistance(from: string, to: string, limit = Infinity): number {
  if (Math.abs(from.length - to.length) > limit) return Infinity
  let beforeLast: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  let lowestBefore = 0
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    // Only `limit` columns to the left and right of the diagonal can stay within the limit.
    const begin = Math.max(1, row - limit)
    const end = Math.min(to.length, row + limit)
    let lowest = begin === 1 ? row : Infinity
    for (let column = begin; column <= end; column++) {
      const changed = from[row - 1] === to[column - 1] ? 0 : 1
      let cost = Math.min(at(last, column) + 1, at(current, column - 1) + 1, at(last, column - 1) + changed)
      const swapped = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1)
      current[column] = cost
      if (cost < lowest) lowest = cost
    }
    // A swap goes on from the row before the last, so two rows must be too far.
    if (lowest > limit && lowestBefore >= limit) return Infinity
    lowestBefore = lowest
    beforeLast = last
    last = current
  }
  const distance = at(last, to.length)
  return distance <= limit ? distance : Infinity
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity
}
