// The checks of shape that the build has made from the schemas, and Ajv where the sources run without a build.

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Ajv as AjvClass, ErrorObject } from 'ajv'
import { sourceRoot } from '../source-root.ts'
import type { ConfigSchema } from './schema-form.ts'
import { accessControl } from './schema-access.ts'
import { configSchema } from './schema.ts'

/** What can be checked for itself. */
export const shapes = { config: configSchema, access: accessControl } as const satisfies Record<string, ConfigSchema>

export type ShapeName = keyof typeof shapes

export const ajvOptions = { allErrors: true, verbose: true, messages: false, strict: true, allowUnionTypes: true } as const

/** Made by `compile-shape.ts`; not there where the sources run as they are, as in tests. */
export const shapeCheckFile = fileURLToPath(new URL('config/shape-check.made.cjs', sourceRoot))

/** As Ajv makes it: takes a plain value and says whether it is right; all that is wrong is left in `errors`. */
export interface ShapeCheck {
  (value: unknown): boolean
  errors?: ErrorObject[] | null
}

type ShapeChecks = Readonly<Record<ShapeName, ShapeCheck>>

/**
 * All that is wrong with a value, in no order; empty where it has the shape. The part of the schema that an error tells
 * of is a copy where the build has made the check.
 */
export function shapeErrors(value: unknown, name: ShapeName): readonly ErrorObject[] {
  checks ??= preparedChecks() ?? compiledChecks()
  const check = checks[name]
  if (check(value)) return []
  const errors = check.errors ?? []
  // They hold the whole value, with its secrets.
  check.errors = null
  return errors
}

let checks: ShapeChecks | null = null

/** @returns null where the build has made nothing */
export function preparedChecks(): ShapeChecks | null {
  try {
    // The module is our own and exports just that.
    return createRequire(import.meta.url)(shapeCheckFile) as ShapeChecks
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}

/** Takes a fifth of a second, most of it for Ajv itself. */
function compiledChecks(): ShapeChecks {
  const { Ajv } = createRequire(import.meta.url)('ajv') as { Ajv: typeof AjvClass }
  const ajv = new Ajv(ajvOptions)
  return { config: ajv.compile(configSchema), access: ajv.compile(accessControl) }
}
