// Checks the shape of a configuration against the schema and turns what Ajv finds into sentences with a position.

import { createRequire } from 'node:module'
import type { Ajv as AjvClass, ErrorObject, ValidateFunction } from 'ajv'
import type { JsonNode, MapNode, Member } from '../json/node.ts'
import type { Findings, Spot } from './findings.ts'
import type { ConfigSchema } from './schema-form.ts'
import { configSchema, mostElements } from './schema.ts'
import { integerOf, pointer } from './section.ts'
import { sentenceFor } from './sentence.ts'
import { ajvOptions, preparedShapeCheck } from './shape-check.ts'

/** Fewer are shown, and a text of a million mistakes must not cost a million sentences. */
const MOST = 200

const compiled = new Map<ConfigSchema, ValidateFunction>()

/**
 * Names every unknown keyword, missing keyword, wrong type and value out of range.
 * @param path JSON pointer of `root` in the configuration
 */
export function validateShape(root: JsonNode, findings: Findings, schema = configSchema, path = ''): void {
  const value = plainValue(root)
  if (schema === configSchema && preparedShapeCheck()?.(value) === true) return
  const validate = compiled.get(schema) ?? compile(schema)
  compiled.set(schema, validate)
  if (validate(value)) return
  for (const error of (validate.errors ?? []).slice(0, MOST)) {
    const place = nodeAt(root, error.instancePath)
    const sentence = place === null ? null : sentenceFor(error, place)
    if (place === null || sentence === null) continue
    findings.error(spotOf(error, place, path + error.instancePath), sentence.text, sentence.remedy)
  }
}

/** Loads Ajv, which the start with a right configuration does without. */
function compile(schema: ConfigSchema): ValidateFunction {
  const { Ajv } = createRequire(import.meta.url)('ajv') as { Ajv: typeof AjvClass }
  return new Ajv(ajvOptions).compile(schema)
}

/**
 * The tree as Ajv wants it. Maps have no prototype, so no key is special. Numbers written as floats become NaN, which
 * is no integer: `8000.0` is not a port, as in Kea. Of a map or list with more elements than any may have, the first
 * too many is enough.
 */
function plainValue(node: JsonNode): unknown {
  switch (node.kind) {
    case 'map': {
      // The library gives created objects no type.
      const map = Object.create(null) as Record<string, unknown>
      const values = new Map(node.members.map(({ key, value }) => [key, value]))
      for (const [key, value] of [...values].slice(0, mostElements + 1)) map[key] = plainValue(value)
      return map
    }
    case 'list':
      return node.items.slice(0, mostElements + 1).map(plainValue)
    case 'integer':
      return integerOf(node.text)
    case 'float':
      return NaN
    case 'null':
      return null
    case 'string':
    case 'boolean':
      return node.value
  }
}

/** The node that a JSON pointer leads to. */
function nodeAt(root: JsonNode, path: string): JsonNode | null {
  let node: JsonNode | undefined = root
  for (const step of path.split('/').slice(1)) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    if (node.kind === 'map') node = lastMember(node, key)?.value
    else if (node.kind === 'list') node = node.items[Number(key)]
    else return null
    if (node === undefined) return null
  }
  return node
}

/** A keyword that should not be there is shown at the keyword, everything else at the value. */
function spotOf(error: ErrorObject, node: JsonNode, path: string): Spot {
  // The two of Ajv's parameters that name a keyword; each error has its own.
  const params = error.params as { additionalProperty?: string; propertyName?: string }
  const keyword = params.additionalProperty ?? params.propertyName
  if (keyword === undefined || node.kind !== 'map') return { offset: node.start, path }
  return { offset: lastMember(node, keyword)?.keyStart ?? node.start, path: pointer(path, keyword) }
}

function lastMember(map: MapNode, key: string): Member | undefined {
  const known = membersByKey.get(map) ?? new Map(map.members.map((member) => [member.key, member]))
  membersByKey.set(map, known)
  return known.get(key)
}

/** A map of thousands of mistakes is asked for each of them. */
const membersByKey = new WeakMap<MapNode, ReadonlyMap<string, Member>>()
