// Part of the build: the schema of the configuration as a plain function that says right or wrong. Ajv takes a tenth of
// a second to make it, which no start has to wait for.

import { Ajv } from 'ajv'
import { writeFileSync } from 'node:fs'
import standalone from 'ajv/dist/standalone/index.js'
import { ajvOptions, shapeCheckFile } from './shape-check.ts'
import { configSchema } from './schema.ts'

/** The source of a CommonJS module that exports the function. */
export function shapeCheckSource(): string {
  // Which mistakes there are is for the full check to say; it runs when this one has found something.
  const ajv = new Ajv({ ...ajvOptions, allErrors: false, verbose: false, messages: false, code: { source: true } })
  return standalone.default(ajv, ajv.compile(configSchema))
}

/** Puts it beside this file. */
export function writeShapeCheck(): void {
  writeFileSync(shapeCheckFile, shapeCheckSource())
}
