// Every bad configuration under fixtures is refused as `bad-fixtures.ts` says.

import { readFileSync, readdirSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { loadConfigFile, loadConfigText } from '../../src/config/load.ts'
import { ConfigError, formatPosition } from '../../src/config/parse/issue.ts'
import { badFixtures, filesOnly } from './bad-fixtures.ts'

const folder = resolve(import.meta.dirname, '../fixtures/config')
const options = { env: {}, pathChecks: true }

t.test('each bad file is refused with all its mistakes, at their places', (t) => {
  for (const [name, ...expected] of badFixtures) {
    expectMistakes(t, name, expected, () => loadConfigFile(fileOf(name), options))
  }
  t.end()
})

t.test('config-set refuses the same mistakes in the same words', (t) => {
  const { config: current } = loadConfigFile(resolve(folder, 'empty.good.conf'), options)
  for (const [name, ...expected] of badFixtures) {
    if (filesOnly.has(name)) continue
    const text = readFileSync(fileOf(name), 'utf8')
    expectMistakes(t, name, expected, () => {
      return loadConfigText(fileOf(name), text, { env: {}, pathChecks: false, dialect: 'command', current })
    })
  }
  t.end()
})

t.test('the table names every bad file', (t) => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.bad.conf'))
  t.same(badFixtures.map(([name]) => `${name}.bad.conf`).sort(), files.sort())
  t.end()
})

t.test('what stands in files of users and passwords, and in passwords, is in no text', (t) => {
  const secrets = /blue|heron|one:two|only a password|keatest|1234|987654|al\\nice/
  for (const [name] of badFixtures.filter(([name]) => name.startsWith('auth-'))) {
    t.notMatch(mistakesOf(() => loadConfigFile(fileOf(name), options)).join('\n'), secrets, name)
  }
  t.end()
})

function expectMistakes(t: Test, name: string, expected: readonly string[], load: () => unknown): void {
  const found = mistakesOf(load)
  // An expected line is the beginning of the found one.
  t.same(
    found.map((line, index) => line.slice(0, expected[index]?.length)),
    expected,
    name,
  )
}

function mistakesOf(load: () => unknown): string[] {
  try {
    load()
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.issues.map((mistake) => {
      const included = mistake.file.endsWith('.inc') ? `${basename(mistake.file)}:` : ''
      const where = formatPosition(mistake).slice(mistake.file.length + 1)
      const remedy = mistake.remedy === null ? '' : `; ${mistake.remedy}`
      return `${included}${where}: ${mistake.text}${remedy}`.replaceAll(`${folder}/`, '')
    })
  }
}

function fileOf(name: string): string {
  return resolve(folder, `${name}.bad.conf`)
}
