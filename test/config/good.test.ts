// Every good configuration under fixtures loads as `good-fixtures.ts` says, and survives being shown and set again.

import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import t from 'tap'
import { configHash } from '../../src/config/print/hash.ts'
import { loadConfigFile, loadConfigText } from '../../src/config/load.ts'
import { printConfig } from '../../src/config/print/print.ts'
import type { Secrets } from '../../src/config/print/print.ts'
import type { AgentConfig } from '../../src/config/types.ts'
import { configSchema } from '../../src/config/schema/schema.ts'
import type { ConfigSchema } from '../../src/config/schema/schema-types.ts'
import type { JsonNode } from '../../src/json/text/node.ts'
import { printCompact, printPretty } from '../../src/json/text/print.ts'
import { loadSource } from '../../src/json/text/source.ts'
import { parseJson } from '../../src/json/text/parser.ts'
import { goodFixtures } from './good-fixtures.ts'

const folder = resolve(import.meta.dirname, '../fixtures/config')
const options = { env: {}, pathChecks: true }

t.test('each good file loads and shows what it says', (t) => {
  for (const [name, shown, ...warnings] of goodFixtures) {
    const loaded = loadConfigFile(fileOf(name), options)
    const text = show(loaded.config, 'shown')
    t.ok(text.includes(shown), name, { text })
    const ids = loaded.warnings
      .filter(({ text }) => !text.includes('any user of this machine'))
      .map(({ id, line, column }) => `${id} ${line ?? ''}:${column ?? ''}`)
    t.same(ids, warnings, name)
  }
  t.end()
})

t.test('the table names every good file', (t) => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.good.conf'))
  t.same(goodFixtures.map(([name]) => `${name}.good.conf`).sort(), files.sort())
  t.end()
})

/** What is warned of again when it is set again. */
const expected = new RegExp(
  ['any user of this machine', 'asks for no password', 'crl-file has no effect|in the clear', 'nothing is ever written', 'is rotated before',
    'no facility', 'means nothing', 'monitoring answers plain HTTP', 'TLS is required but', 'no caller can get',
    'no known command belongs|is no command that is known', 'there is no control socket', 'never counts',
    'anyone who reaches this address', 'every client may say which address'].join('|'),
)

t.test('what config-get shows can be set again, over the network and with path checks', async (t) => {
  for (const [name] of goodFixtures) {
    const before = loadConfigFile(fileOf(name), options).config
    const got = `${show(before, 'hidden').slice(0, -2)}, "hash": "${await configHash(before)}" }`
    const { config, warnings } = loadConfigText('<string>', got, { ...options, dialect: 'command', current: before })
    t.equal(show(config, 'shown'), show(before, 'shown'), name)
    t.equal(await configHash(config), await configHash(before), name)
    t.same(warnings.filter(({ text }) => !expected.test(text)), [], name)
    t.same(withoutPlaces(config), withoutPlaces(before), name)
  }
})

t.test('what config-write writes beside the file loads as the same configuration', async (t) => {
  // A short path, as that of a UNIX socket may begin with it.
  const place = mkdtempSync(join(tmpdir(), 'keagate-'))
  t.teardown(() => rmSync(place, { recursive: true }))
  symlinkSync(join(folder, 'parts'), join(place, 'parts'))
  for (const [name] of goodFixtures) {
    const before = loadConfigFile(fileOf(name), options).config
    const file = join(place, 'written.conf')
    writeFileSync(file, printPretty(printConfig(before, { secrets: 'shown' })))
    const { config } = loadConfigFile(file, options)
    t.equal(show(config, 'shown'), show(before, 'shown'), name)
    t.equal(await configHash(config), await configHash(before), name)
  }
})

t.test('every keyword that the schema has is in one of the good files', (t) => {
  const written = new Set<string>()
  for (const [name] of goodFixtures) {
    const { root } = parseJson(loadSource(fileOf(name)).source.text, { dialect: 'file' })
    if (root !== null) noteKeywords(configSchema, root, '', written)
  }
  t.same(keywordsOf(configSchema, '').filter((keyword) => !written.has(keyword)), [])
  t.end()
})

/** Every keyword by its way through the maps; `*` stands for a name that is free, and for the elements of a list. */
function keywordsOf({ properties = {}, additionalProperties: free, items }: ConfigSchema, way: string): string[] {
  const below = Object.entries(properties).flatMap(([key, schema]) => {
    return schema === false ? [] : [`${way}/${key}`, ...keywordsOf(schema, `${way}/${key}`)]
  })
  const others = [free, items].flatMap((schema) => (schema ? keywordsOf(schema, `${way}/*`) : []))
  return [...below, ...others]
}

function noteKeywords(
  { properties = {}, additionalProperties: free, items }: ConfigSchema,
  node: JsonNode,
  way: string,
  found: Set<string>,
): void {
  if (node.kind === 'list' && items !== undefined)
    for (const item of node.items) noteKeywords(items, item, `${way}/*`, found)
  if (node.kind !== 'map') return
  for (const { key, value } of node.members) {
    const known = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (known) {
      found.add(`${way}/${key}`)
      noteKeywords(known, value, `${way}/${key}`, found)
    } else if (free) noteKeywords(free, value, `${way}/*`, found)
  }
}

function show(config: AgentConfig, secrets: Secrets): string {
  return printCompact(printConfig(config, { secrets }))
}

/** The configuration as plain data, without the offsets that its free-form maps remember. */
function withoutPlaces(config: AgentConfig): unknown {
  const places = new Set(['start', 'end', 'keyStart', 'keyEnd'])
  return JSON.parse(
    JSON.stringify({ ...config, controlSockets: [...config.controlSockets] }, (key, value: unknown) => {
      return places.has(key) ? undefined : value
    }),
  )
}

function fileOf(name: string): string {
  return join(folder, `${name}.good.conf`)
}
