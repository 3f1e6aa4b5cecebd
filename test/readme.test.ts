// The README promises what the program keeps.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { httpLimitRows, lockOutRows, upstreamLimitRows } from '../src/config/limits.ts'
import { loadConfigFile } from '../src/config/load.ts'

const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8')

t.test('every configuration it shows is taken without a word', async (t) => {
  const blocks = [...readme.matchAll(/^```json\n([^]*?)^```$/gm)].map((match) => match[1] ?? '')
  t.ok(blocks.length >= 3)
  const directory = t.testdir({})
  for (const [index, block] of blocks.entries()) {
    const file = join(directory, `block-${index}.conf`)
    writeFileSync(file, block)
    t.same(loadConfigFile(file, { env: {}, pathChecks: true }).warnings, [], block)
  }
})

t.test('it names every limit with its keyword', async (t) => {
  for (const { keyword } of [...httpLimitRows, ...lockOutRows, ...upstreamLimitRows]) t.match(readme, `\`${keyword}\``)
})

t.test('its two commands are scripts of the package', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
  t.match(readme, /^npm ci && npm start .*\nnpm ci && npm test /m)
  t.type(scripts['start'], 'string')
  t.type(scripts['test'], 'string')
})
