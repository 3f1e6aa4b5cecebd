// The schemas that a whole value is checked against.

import { accessControl } from './access-schema.ts'
import type { ConfigSchema } from './schema-types.ts'
import { configSchema } from './schema.ts'

export const shapes = { config: configSchema, access: accessControl } as const satisfies Record<string, ConfigSchema>

export type ShapeName = keyof typeof shapes
