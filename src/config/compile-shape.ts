// Part of the build: the schemas of the configuration as plain functions that say what is wrong. Ajv takes a fifth of a
// second to make them, for which no start has to wait, and no client beside the first mistake.

import { Ajv } from 'ajv'
import { writeFileSync } from 'node:fs'
import standalone from 'ajv/dist/standalone/index.js'
import { ajvOptions, shapeCheckFile, shapes } from './shape-check.ts'

/** The source of a CommonJS module that exports the functions by the names of the shapes. */
export function shapeCheckSource(): string {
  const ajv = new Ajv({ ...ajvOptions, code: { source: true } })
  const names = Object.keys(shapes)
  for (const [name, schema] of Object.entries(shapes)) ajv.addSchema(schema, name)
  return standalone.default(ajv, Object.fromEntries(names.map((name) => [name, name])))
}

/** Puts it beside this file. */
export function writeShapeCheck(): void {
  writeFileSync(shapeCheckFile, shapeCheckSource())
}
