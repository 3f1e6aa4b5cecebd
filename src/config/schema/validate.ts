// Checks the shape of a configuration against the schema and turns what Ajv finds into sentences with a position.

import type { ErrorObject } from 'ajv'
import type { JsonNode } from '../../json/text/node.ts'
import type { Diagnostics, SourcePosition } from '../parse/diagnostics.ts'
import type { Sliced } from '../../in-slices.ts'
import { lastMember, nodeAt } from '../node-at.ts'
import type { ConfigSchema } from './schema-types.ts'
import { maxElements } from './schema.ts'
import { integerOf, pointer } from '../parse/section.ts'
import { schemaMessage } from './messages.ts'
import { shapes } from './shapes.ts'
import type { ShapeName } from './shapes.ts'
import * as validators from './validators.ts'
import type { Validator } from './validators.ts'

/** How many errors get a sentence. Fewer are shown, and a million mistakes must not cost a million sentences. */
const maxDescribed = 200

/**
 * Reports every unknown keyword, missing keyword, wrong type and value out of range.
 * @param path JSON pointer of `root` in the configuration
 */
export function* validateConfig(root: JsonNode, diagnostics: Diagnostics, shape: ShapeName = 'config', path = ''): Sliced<void> {
  const value = plainValue(root, depthOf(shapes[shape]))
  yield
  // For a key that does not match its pattern there is also an error of `propertyNames`.
  const errors = shapeErrors(value, shape).filter(({ keyword, propertyName }) => {
    return keyword !== 'pattern' || propertyName === undefined
  })
  yield
  for (const error of errors.slice(0, maxDescribed)) {
    const place = nodeAt(root, error.instancePath)
    const sentence = place === null ? null : schemaMessage(error, place)
    if (place === null || sentence === null) continue
    diagnostics.error(spotOf(error, place, path + error.instancePath), sentence.text, sentence.remedy)
    yield
  }
  diagnostics.countErrors(Math.max(0, errors.length - maxDescribed))
}

/** All that is wrong with a value, in no order. The part of the schema that stands in an error may be a copy. */
function shapeErrors(value: unknown, shape: ShapeName): readonly ErrorObject[] {
  const validator: Validator = validators[shape]
  if (validator(value)) return []
  const errors = validator.errors ?? []
  // The errors hold the whole value, with its secrets, so the validator must not keep them.
  validator.errors = null
  return errors
}

/**
 * The tree as Ajv wants it. Maps have no prototype, so no key is special. Numbers written as floats become NaN, which
 * is no integer: `8000.0` is not a port, as in Kea. Of a map or list with too many elements only one too many is kept,
 * which is enough for the error. What stands deeper than the schema reaches is free-form.
 * @param depth how many levels of maps and lists are filled; deeper ones are empty
 */
function plainValue(node: JsonNode, depth: number): unknown {
  switch (node.kind) {
    case 'map': {
      // TypeScript declares that `Object.create` gives `any`.
      const map = Object.create(null) as Record<string, unknown>
      if (depth === 0) return map
      const values = new Map(node.members.map(({ key, value }) => [key, value]))
      for (const [key, value] of [...values].slice(0, maxElements + 1)) map[key] = plainValue(value, depth - 1)
      return map
    }
    case 'list':
      return depth === 0 ? [] : node.items.slice(0, maxElements + 1).map((item) => plainValue(item, depth - 1))
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

/** How many maps and lists inside each other a schema describes. */
function depthOf({ properties = {}, items, additionalProperties }: ConfigSchema): number {
  const inner = [...Object.values(properties), items, additionalProperties].filter((part) => typeof part === 'object')
  return 1 + inner.reduce((deepest, part) => Math.max(deepest, depthOf(part)), 0)
}

/** A keyword that should not be there is shown at the keyword, everything else at the value. */
function spotOf(error: ErrorObject, node: JsonNode, path: string): SourcePosition {
  // The two of Ajv's parameters that name a keyword; each error has its own.
  const params = error.params as { additionalProperty?: string; propertyName?: string }
  const keyword = params.additionalProperty ?? params.propertyName
  if (keyword === undefined || node.kind !== 'map') return { offset: node.start, path }
  return { offset: lastMember(node, keyword)?.keyStart ?? node.start, path: pointer(path, keyword) }
}
