// What Ajv makes the validators of, in the sources and in the build. The built program does not contain this file.

import { withDefinitions } from './definitions.ts'
import { shapes } from './shapes.ts'

export { shapes }

export const schemas = withDefinitions(shapes)

export const ajvOptions = {
  allErrors: true,
  verbose: true,
  messages: false,
  strict: true,
  allowUnionTypes: true,
  inlineRefs: false,
} as const
