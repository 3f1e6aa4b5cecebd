// The maps of the configuration and their keywords, as the pages about them show them.

import type { ConfigSchema } from '../../src/config/schema/schema-types.ts'
import { configSchema } from '../../src/config/schema/schema.ts'

export interface Place {
  /** Such as `Control-agent/control-sockets/NAME`. */
  readonly name: string
  readonly description: string
  readonly keywords: readonly Keyword[]
}

export interface Keyword {
  readonly name: string
  readonly needed: boolean
  /** The values that it takes, in words; code between backquotes. */
  readonly kind: string
  readonly fallback: string | null
  readonly description: string
}

/** Every map with keywords of its own, from the outside in. `comment` and `user-context` are left out. */
export function keywordPlaces(): Place[] {
  const agent = configSchema.properties?.['Control-agent']
  if (agent === undefined || agent === false) throw new Error('no Control-agent')
  return placesOf('Control-agent', agent)
}

function placesOf(name: string, schema: ConfigSchema): Place[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([keyword, each]) => {
    return each === false || each.deprecated === true ? [] : placesOf(`${name}/${keyword}`, each)
  })
  const free = schema.additionalProperties
  const named = free === false || free === undefined ? [] : placesOf(`${name}/NAME`, free)
  const items = schema.items === undefined ? [] : placesOf(`${name}/*`, schema.items)
  const own = schema.properties === undefined || free !== false ? [] : [placeOf(name, schema)]
  return [...own, ...inner, ...named, ...items]
}

function placeOf(name: string, schema: ConfigSchema): Place {
  const keywords = Object.entries(schema.properties ?? {}).flatMap(([keyword, each]): Keyword[] => {
    if (each === false || each.deprecated === true || keyword === 'comment' || keyword === 'user-context') return []
    const needed = schema.required?.includes(keyword) === true
    const fallback = each.default === undefined ? null : String(each.default)
    return [{ name: keyword, needed, kind: kindOf(each), fallback, description: each.description ?? '' }]
  })
  return { name, description: schema.description ?? '', keywords }
}

function kindOf({ type, enum: values, minimum, maximum, items }: ConfigSchema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ')
  if (minimum !== undefined) return `${minimum} to ${maximum ?? 'any'}`
  return items === undefined ? [type].flat().join(' or ').replace('object', 'map').replace('array', 'list') : 'list'
}
