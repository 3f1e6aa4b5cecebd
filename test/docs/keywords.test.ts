// The page of keywords is made from the schema, and the schema's defaults are those that count. `npx tap --snapshot
// test/docs/keywords.test.ts` writes the page again.

import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { loadConfigText } from '../../src/config/load.ts'
import { printConfig } from '../../src/config/print/print.ts'
import type { ConfigSchema } from '../../src/config/schema/schema-types.ts'
import { configSchema } from '../../src/config/schema/schema.ts'
import { printCompact } from '../../src/json/text/print.ts'
import { keywordPlaces } from './keyword-places.ts'
import type { Place } from './keyword-places.ts'
import { root } from './page.ts'

const file = path.join(root, 'docs/keywords.md')

const intro = `# Keywords

Every keyword of the configuration, map by map. Keywords in bold are required. Most maps may also have \`comment\` and
\`user-context\`, which are kept and have no effect. \`keagate schema\` prints the JSON schema, with which editors complete and check
the file. The pages [TLS](tls.md), [access control](access-control.md), [daemons](daemons.md), [limits](limits.md) and
[operations](operations.md) explain how they work together.
`

const places = keywordPlaces()

function tableOf({ name: map, description, keywords }: Place): string {
  const rows = keywords.map(({ name, needed, kind, fallback, description }) => {
    const shown = needed ? `**\`${name}\`**` : `\`${name}\``
    return `| ${shown} | ${linked(kind, `${map}/${name}`)} | ${fallback === null ? '' : `\`${fallback}\``} | ${description} |\n`
  })
  return `\n## ${map}\n\n${description.charAt(0).toUpperCase()}${description.slice(1)}.\n\n| keyword | value | default | meaning |\n| --- | --- | --- | --- |\n${rows.join('')}`
}

/** A map, or a list of maps, leads to the table of its keywords. */
function linked(kind: string, keyword: string): string {
  const inside = places.find(({ name }) => [keyword, `${keyword}/NAME`, `${keyword}/*`].includes(name))
  // The anchor that GitHub makes of the heading.
  return inside === undefined ? kind : `[${kind}](#${inside.name.toLowerCase().replace(/[/*]/g, '')})`
}

t.test('the page has every keyword of the schema', async (t) => {
  const page = intro + places.map(tableOf).join('')
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
const undecided = /(?:socket-(?:type|address|port)|unix\/forward-client-address)$/

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
      if (each.default === undefined || undecided.test(`${name}/${keyword}`)) continue
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
