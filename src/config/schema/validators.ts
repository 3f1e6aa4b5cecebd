// A validator for each shape, made when this is loaded, which takes a fifth of a second. The built program has the code
// that Ajv makes of the schemas in place of this file: no start waits for it, and Ajv is not loaded.

import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import { ajvOptions, shapes } from './shapes.ts'

/** Takes a plain value and says whether it is right; all that is wrong is left in `errors`. */
export interface Validator {
  (value: unknown): boolean
  errors?: ErrorObject[] | null
}

const ajv = new Ajv(ajvOptions)

// Exports by the names of the shapes, as the build makes them.
export const config: Validator = ajv.compile(shapes.config)
export const access: Validator = ajv.compile(shapes.access)
