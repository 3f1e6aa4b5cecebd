// Gives each map of a schema a definition of its own. Ajv makes one function of each definition, and one of all the
// rest: without definitions that is a single function of 275 kB, all of which a start would have to compile.

import type { ConfigSchema } from './schema-types.ts'

/** The name of the schema that holds the definitions. */
const maps = 'maps'

type Schema = Readonly<Record<string, unknown>>

/** @returns schemas for Ajv by name: those given, and the one that holds the definitions that they refer to */
export function withDefinitions(shapes: Readonly<Record<string, ConfigSchema>>): Readonly<Record<string, Schema>> {
  const definitions: Record<string, Schema> = {}
  // By content: the maps that two shapes have in common are defined once.
  const names = new Map<string, string>()
  const refer = (schema: ConfigSchema | false): Schema | false => {
    if (schema === false || schema.properties === undefined) return schema && divided(schema)
    const content = JSON.stringify(schema)
    const name = names.get(content) ?? `${maps}-${names.size}`
    if (!names.has(content)) {
      names.set(content, name)
      definitions[name] = divided(schema)
    }
    return { $ref: `${maps}#/$defs/${name}` }
  }
  const divided = (schema: ConfigSchema): Schema => {
    const { properties, items, additionalProperties, ...rest } = schema
    return {
      ...rest,
      ...(properties && { properties: mapValues(properties, refer) }),
      ...(items && { items: refer(items) }),
      ...(additionalProperties !== undefined && { additionalProperties: refer(additionalProperties) }),
    }
  }
  return { ...mapValues(shapes, divided), [maps]: { $defs: definitions } }
}

function mapValues<From, To>(values: Readonly<Record<string, From>>, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]))
}
