// README and documentation promise what the program keeps.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { httpLimitRows, lockOutRows, upstreamLimitRows } from '../src/config/limits.ts'
import { loadConfigFile } from '../src/config/load.ts'
import { messages } from '../src/log/message.ts'
import { metricDefinitions } from '../src/metrics/definitions.ts'
import { keaMessages } from './log/kea-messages.ts'

const root = join(import.meta.dirname, '..')
const readme = readFileSync(join(root, 'README.md'), 'utf8')
const page = (name: string): string => readFileSync(join(root, 'docs', name), 'utf8')
const everything = [readme, ...readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md')).map(page)].join('\n')

t.test('every configuration it shows is taken without a word', async (t) => {
  const blocks = [...everything.matchAll(/^```json\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')
  t.ok(blocks.length >= 3)
  const directory = t.testdir({})
  for (const [index, block] of blocks.entries()) {
    const file = join(directory, `block-${index}.conf`)
    writeFileSync(file, block)
    t.same(loadConfigFile(file, { env: {}, pathChecks: true }).warnings, [], block)
  }
})

t.test('it names every limit with its keyword', async (t) => {
  for (const { keyword } of [...httpLimitRows, ...lockOutRows, ...upstreamLimitRows]) t.match(everything, `\`${keyword}\``)
})

t.test('its two commands are scripts of the package', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  t.match(readme, /^npm ci && npm start .*\nnpm ci && npm test /m)
  t.type(scripts['start'], 'string')
  t.type(scripts['test'], 'string')
})

t.test('the tests report tersely, and it says how long they take', async (t) => {
  t.match(readFileSync(join(root, '.taprc'), 'utf8'), /^reporter: terse$/m)
  t.match(readme, /^npm ci && npm test .*in about \d+ minutes/m)
})

t.test('it lists every message that can be logged, as it is logged', async (t) => {
  const section = page('messages.md')
  const rows = [...section.matchAll(/^\| <a id="\w+"><\/a>`([A-Z0-9_]+)` \| ([A-Z]+)(?: (\d+))? \| ([a-z-]+) \| .+ \|$/gm)]
  const listed = rows.map(([, id, severity, level, logger]) => `${id} ${severity} ${level ?? '-'} ${logger}`)
  const known = Object.entries(messages).map(
    ([id, { severity, debugLevel, logger }]) => `${id} ${severity} ${debugLevel ?? '-'} ${logger}`,
  )
  t.same(listed.toSorted(), known.toSorted(), 'docs/messages.md and src/log/message.ts')
  const [, unwritten = ''] = section.split('never written')
  const cells = [...unwritten.matchAll(/^\|.*?\|/gm)].map(([cell]) => cell)
  const absent = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z0-9_]+)`/g)]).map((match) => match[1] ?? '')
  t.ok(absent.length > 0)
  for (const id of absent) t.notOk(Object.hasOwn(messages, id), `${id} is said never to be written`)
  const told = new Set([...absent, ...Object.keys(messages)])
  for (const id of keaMessages) t.ok(told.has(id), `${id} is written, or said never to be`)
})

t.test('it lists every metric with its type and labels', async (t) => {
  const section = page('monitoring.md')
  const listed = [...section.matchAll(/^\| `(\w+)` \| ([a-z]+) \| (.*?) \| .+ \|$/gm)]
  const known = Object.entries(metricDefinitions).map(([name, { type, labels }]) => {
    return `${name} ${type} ${labels.map((label) => `\`${label}\``).join(', ')}`
  })
  t.same(listed.map(([, name, type, labels]) => `${name} ${type} ${labels}`), known)
})
