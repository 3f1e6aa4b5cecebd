// A configuration is checked with validators that the build has made from the schemas. They must judge as Ajv does.

import { readdirSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { loadConfigFile as Load } from '../../src/config/load.ts'
import { loadConfigFile } from '../../src/config/load.ts'
import { shapes } from '../../src/config/schema/shapes.ts'
import * as validators from '../../src/config/schema/validators.ts'
import { buildDriver } from '../support/built.ts'
import { temporaryDirectory } from '../support/program.ts'

const folder = path.resolve(import.meta.dirname, '../fixtures/config')

const exports = `
  export { loadConfigFile } from 'keagate-src/config/load.ts'
  export * as validators from 'keagate-src/config/schema/validators.ts'
`

t.test('the built program finds the mistakes that the sources find, and no others', async (t) => {
  const file = await buildDriver(exports, temporaryDirectory(t))
  // The build of the same functions.
  const built = (await import(file)) as { loadConfigFile: typeof Load; validators: typeof validators }
  t.same(Object.keys(validators).toSorted(), Object.keys(shapes).toSorted(), 'there is one for each shape')
  t.same(Object.keys(built.validators).filter((name) => name !== 'default'), Object.keys(validators))
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
