// The rows of the table, held against the real agents: Debian's Kea 2.2, and the Kea 3 beside it.

import t from 'tap'
import { executable, skipWithout } from '../kea/installed.ts'
import { kea3File, skipWithoutKea3 } from '../kea/kea3.ts'
import { outcomes } from './outcomes.ts'
import { skipWithoutNamespaces, trySites } from './try-sites.ts'

// Two starts for each configuration, on a machine that may be busy.
t.setTimeout(1_800_000)

const skip = skipWithoutNamespaces()

t.test('kea-ctrl-agent 2.2', { skip: skip || skipWithout('kea-ctrl-agent') }, async (t) => {
  const found = await trySites(t, [executable('kea-ctrl-agent')])
  for (const { name, real } of outcomes) if (real !== null) t.equal(found.get(name), real, name)
})

t.test('kea-ctrl-agent 3.0, and where the two do not agree', { skip: skip || skipWithoutKea3() }, async (t) => {
  const old = await trySites(t, [executable('kea-ctrl-agent')])
  const found = await trySites(t, ['/usr/sbin/kea-ctrl-agent'], kea3File('/'))
  for (const { name, real } of outcomes) {
    if (real !== null) t.equal(found.get(name), real, name)
    else t.not(found.get(name), old.get(name), name)
  }
})
