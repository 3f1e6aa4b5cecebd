// Whether a configuration has the shape that the schema demands, answered without Ajv where the build has prepared it.

import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { sourceRoot } from '../source-root.ts'

export const ajvOptions = { allErrors: true, verbose: true, strict: true, allowUnionTypes: true } as const

/** Made by `compile-shape.ts`; not there where the sources run as they are, as in tests. */
export const shapeCheckFile = fileURLToPath(new URL('config/shape-check.made.cjs', sourceRoot))

/** Takes a plain value and says whether the whole configuration is right. */
export type ShapeCheck = (value: unknown) => boolean

/** @returns null where nothing was prepared */
export function preparedShapeCheck(): ShapeCheck | null {
  try {
    // The module is our own and exports just that.
    return createRequire(import.meta.url)(shapeCheckFile) as ShapeCheck
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return null
    throw error
  }
}
