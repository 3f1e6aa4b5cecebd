// keagate starts with what the real agents start with, and refuses what both refuse.

import { readdirSync, symlinkSync } from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { mainFile, temporaryDirectory } from '../support/program.ts'
import { outcomes } from './outcomes.ts'
import { sites, skipWithoutNamespaces, trySites } from './try-sites.ts'

// Two starts for each configuration, on a machine that may be busy.
t.setTimeout(1_800_000)

t.test('every configuration has its row, and at least forty end the same way with both real agents', async (t) => {
  t.same(readdirSync(sites).sort(), outcomes.map(({ name }) => `${name}.conf`))
  const same = outcomes.filter(({ real, ours }) => real !== null && real.split(' ')[1] === ours?.split(' ')[1])
  t.ok(same.length >= 40, `${same.length}`)
})

t.test('each ends as its row says', { skip: skipWithoutNamespaces() }, async (t) => {
  const program = path.join(temporaryDirectory(t), 'kea-ctrl-agent')
  symlinkSync(mainFile, program)
  const found = await trySites(t, [process.execPath, program])
  for (const { name, ours } of outcomes) if (ours !== null) t.equal(found.get(name), ours, name)
})
