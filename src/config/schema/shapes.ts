// The schemas that a whole value is checked against, and the options of Ajv; for the sources and for the build.

import { accessControl } from './access-schema.ts'
import { withDefinitions } from './definitions.ts'
import type { ConfigSchema } from './schema-types.ts'
import { configSchema } from './schema.ts'

export const shapes = { config: configSchema, access: accessControl } as const satisfies Record<string, ConfigSchema>

export type ShapeName = keyof typeof shapes

/** The same, as Ajv gets them. */
export const schemas = withDefinitions(shapes)

export const ajvOptions = {
  allErrors: true,
  verbose: true,
  messages: false,
  strict: true,
  allowUnionTypes: true,
  inlineRefs: false,
} as const
