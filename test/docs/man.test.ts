// The manual pages. `npx tap --snapshot test/docs/man.test.ts` writes keagate.conf(5) again.

import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { subcommands } from '../../src/cli/subcommand.ts'
import { usage } from '../../src/cli/arguments.ts'
import { help } from '../../src/kea-shell/usage.ts'
import { skipWithout } from '../kea/installed.ts'
import { keywordPlaces } from './keyword-places.ts'
import { confPage } from './man-conf.ts'
import { root } from './page.ts'

const folder = path.join(root, 'docs/man')
const read = (page: string): string => readFileSync(path.join(folder, page), 'utf8')

t.test('keagate.conf(5) is what the schema says', async (t) => {
  const page = confPage()
  if (process.env['TAP_SNAPSHOT'] === '1') writeFileSync(path.join(folder, 'keagate.conf.5'), page)
  t.equal(read('keagate.conf.5'), page)
})

t.test('keagate(8) has every option, sub-command, variable and signal', async (t) => {
  const page = read('keagate.8').replaceAll('\\-', '-')
  const options = [...usage('keagate').matchAll(/ (-\w)\b/g)].map((match) => match[1] ?? '')
  t.ok(options.length >= 7)
  for (const option of options) t.match(page, new RegExp(`^\\.BI? ${option}( |$)`, 'm'), option)
  for (const name of Object.keys(subcommands)) t.match(page, new RegExp(`^\\.(?:BI?|TP) "?${name}[ "]?`, 'm'), name)
  const [, migration = ''] = readFileSync(path.join(root, 'docs/migration.md'), 'utf8').split('| variable |')
  for (const [, name = ''] of migration.matchAll(/^\| `([A-Z_]+)` \|/gm)) {
    if (name !== 'KEA_LOCKFILE_DIR') t.ok(page.includes(name), name)
  }
  for (const signal of ['HUP', 'TERM', 'INT']) t.ok(page.includes(signal), signal)
})

t.test('the old name leads to the same page', async (t) => {
  t.equal(read('kea-ctrl-agent.8'), '.so man8/keagate.8\n')
})

t.test('kea-shell(8) has every option', async (t) => {
  const page = read('kea-shell.8').replaceAll('\\-', '-')
  const options = [...help.matchAll(/ (--?[a-zA-Z][a-z-]*)/g)].map((match) => match[1] ?? '')
  t.ok(new Set(options).size >= 14)
  for (const option of options) t.match(page, new RegExp(`${option}\\b`), option)
})

t.test('mandoc and groff find nothing wrong', { skip: skipWithout('mandoc', 'groff') }, async (t) => {
  for (const page of ['keagate.8', 'keagate-ask.1', 'kea-shell.8', 'keagate.conf.5']) {
    const file = path.join(folder, page)
    const lint = spawnSync('mandoc', ['-T', 'lint', '-W', 'style', file], { encoding: 'utf8' })
    t.same({ page, status: lint.status, said: lint.stdout + lint.stderr }, { page, status: 0, said: '' })
    const groff = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-rLL=100n', file], { encoding: 'utf8' })
    t.same({ page, status: groff.status, said: groff.stderr }, { page, status: 0, said: '' })
  }
})

t.test('man shows every keyword', { skip: skipWithout('man') }, async (t) => {
  const env = { ...process.env, MANWIDTH: '120', MAN_KEEP_FORMATTING: '', LC_ALL: 'C.UTF-8' }
  const { status, stdout, stderr } = spawnSync('man', ['-l', path.join(folder, 'keagate.conf.5')], { encoding: 'utf8', env })
  t.same({ status, stderr }, { status: 0, stderr: '' })
  for (const { keywords } of keywordPlaces()) {
    for (const { name } of keywords) t.match(stdout, new RegExp(`^ +${name} {1,3}\\(`, 'm'), name)
  }
})
