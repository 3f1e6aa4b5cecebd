// The page of keywords is made from the schema, and the schema's defaults are those that count. `npx tap --snapshot
// test/docs/keywords.test.ts` writes the page anew.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { printConfig } from '../../src/config/print.ts'
import type { ConfigSchema } from '../../src/config/schema-form.ts'
import { configSchema } from '../../src/config/schema.ts'
import { printCompact } from '../../src/json/print.ts'
import { root } from './page.ts'

const file = path.join(root, 'docs/keywords.md')

const intro = `# Keywords

Everything that can stand in the configuration, map by map. A keyword in bold must be there. \`comment\` and \`user-context\`,
which most maps may have, are left out: they are kept and mean nothing. \`keagate schema\` prints the same for editors.
`

interface Place {
  readonly name: string
  readonly schema: ConfigSchema
}

/** Every map with keywords of its own, from the outside in. */
function placesOf(name: string, schema: ConfigSchema): Place[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([keyword, each]) => {
    return each === false || each.deprecated === true ? [] : placesOf(`${name}/${keyword}`, each)
  })
  const free = schema.additionalProperties
  const named = free === false || free === undefined ? [] : placesOf(`${name}/NAME`, free)
  const items = schema.items === undefined ? [] : placesOf(`${name}/*`, schema.items)
  const own = schema.properties === undefined || free !== false ? [] : [{ name, schema }]
  return [...own, ...inner, ...named, ...items]
}

function kindOf({ type, enum: values, minimum, maximum, items }: ConfigSchema): string {
  if (values !== undefined) return values.map((value) => `\`${value}\``).join(', ')
  if (minimum !== undefined) return `${minimum} to ${maximum ?? 'any'}`
  return items === undefined ? [type].flat().join(' or ').replace('object', 'map').replace('array', 'list') : 'list'
}

function tableOf({ name, schema }: Place): string {
  const rows = Object.entries(schema.properties ?? {}).map(([keyword, each]) => {
    if (each === false || each.deprecated === true || keyword === 'comment' || keyword === 'user-context') return ''
    const shown = schema.required?.includes(keyword) === true ? `**\`${keyword}\`**` : `\`${keyword}\``
    const fallback = each.default === undefined ? '' : `\`${each.default}\``
    return `| ${shown} | ${kindOf(each)} | ${fallback} | ${each.description ?? ''} |\n`
  })
  return `\n## ${name}\n\n${schema.description ?? ''}\n\n| keyword | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('')}`
}

t.test('the page has every keyword of the schema', async (t) => {
  const agent = configSchema.properties?.['Control-agent']
  if (agent === undefined || agent === false) throw new Error('no Control-agent')
  const page = intro + placesOf('Control-agent', agent).map(tableOf).join('')
  if (process.env['TAP_SNAPSHOT'] === '1') writeFileSync(file, page)
  t.equal(readFileSync(file, 'utf8'), page)
})

/** One of every map in which something has a default. */
const full = (): Record<string, Record<string, unknown>> => ({
  'Control-agent': {
    'trust-anchor': '/a', 'cert-file': '/b', 'key-file': '/c',
    tls: {},
    authentication: { clients: [{ user: 'a', password: 'b' }], 'lock-out': {} },
    'control-sockets': {
      unix: { 'socket-name': '/s', limits: {} },
      http: { 'socket-type': 'http', limits: {} },
    },
    'http-limits': {},
    'access-control': { 'assign-role-method': 'remote-address', roles: [{ name: '192.0.2.1' }], 'default-role': {}, 'unknown-role': {} },
    'audit-log': { output: '/var/log/kea/audit.json' },
    loggers: [{ name: 'kea-ctrl-agent', 'output-options': [{ output: 'stdout' }] }],
    monitoring: {},
  },
})

/** Not what is left out where other keywords decide. */
const undecided = /socket-(?:type|address|port)$/

t.test('a keyword with its default is as good as none', async (t) => {
  const shown = (config: unknown): string => {
    const options = { env: {}, pathChecks: false, dialect: 'command', current: null } as const
    return printCompact(printConfig(loadConfigText('x', JSON.stringify(config), options).config, { secrets: 'shown' }))
  }
  const without = shown(full())
  let tried = 0
  const visit = (schema: ConfigSchema, node: (config: Record<string, unknown>) => unknown, name: string): void => {
    const here = node(full())
    if (typeof here !== 'object' || here === null) return
    for (const [keyword, each] of Object.entries(schema.properties ?? {})) {
      if (each === false) continue
      visit(each, (config) => (node(config) as Record<string, unknown>)[keyword], `${name}/${keyword}`)
      if (each.default === undefined || undecided.test(keyword)) continue
      const config = full()
      Object.assign(node(config) as object, { [keyword]: each.default })
      t.equal(shown(config), without, `${name}/${keyword}`)
      tried++
    }
    const { additionalProperties: free, items } = schema
    if (free !== undefined && free !== false) {
      for (const key of Object.keys(here)) visit(free, (config) => (node(config) as Record<string, unknown>)[key], `${name}/${key}`)
    }
    if (items !== undefined) visit(items, (config) => (node(config) as unknown[])[0], `${name}/0`)
  }
  visit(configSchema, (config) => config, '')
  t.ok(tried >= 30, `${tried} defaults`)
})
