// A validator for each shape, made when this file is loaded, which takes a fifth of a second. In the built program,
// code that Ajv made from the schemas takes the place of this file: no start waits for that, and Ajv is not loaded.

import { Ajv } from 'ajv'
import type { ErrorObject } from 'ajv'
import { ajvOptions, schemas } from './ajv-schemas.ts'
import type { ShapeName } from './shapes.ts'

/** Says whether a plain value is right, and leaves all that is wrong in `errors`. */
export interface Validator {
  (value: unknown): boolean
  errors?: ErrorObject[] | null
}

const ajv = new Ajv({ ...ajvOptions, schemas })

function validator(name: ShapeName): Validator {
  const found = ajv.getSchema(name)
  if (found === undefined) throw new Error(`there is no schema ${name}`)
  return found as Validator
}

// Exports by the names of the shapes, as the build makes them.
export const config: Validator = validator('config')
export const access: Validator = validator('access')
