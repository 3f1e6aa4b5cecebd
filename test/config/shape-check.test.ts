// A configuration is looked at with functions that the build has made from the schemas. They must judge as Ajv does.

import { readFileSync, readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { shapeCheckSource } from '../../src/config/compile-shape.ts'
import type { loadConfigFile as Load } from '../../src/config/load.ts'
import { loadConfigFile } from '../../src/config/load.ts'
import { preparedChecks } from '../../src/config/shape-check.ts'

const dist = path.resolve(import.meta.dirname, '../../dist/config')
const folder = path.resolve(import.meta.dirname, '../fixtures/config')

t.test('the build makes it from the schema there is', async (t) => {
  t.equal(readFileSync(path.join(dist, 'shape-check.made.cjs'), 'utf8'), shapeCheckSource())
  t.equal(preparedChecks(), null, 'the sources run without it')
})

t.test('the built program finds the mistakes that the sources find, and no others', async (t) => {
  // The build of the same function.
  const built = (await import(path.join(dist, 'load.js'))) as { loadConfigFile: typeof Load }
  for (const name of readdirSync(folder).filter((name) => /\.(?:good|bad)\.conf$/.test(name))) {
    const file = path.join(folder, name)
    t.same(said(built.loadConfigFile, file), said(loadConfigFile, file), name)
  }
})

function said(load: typeof Load, file: string): unknown {
  try {
    const { config, warnings } = load(file, { env: {}, pathChecks: true })
    return { config, warnings }
  } catch (error) {
    return String(error)
  }
}
