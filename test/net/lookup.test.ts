// Host names: few are looked up at a time, questions for one name share the answer, and what a name may look like.

import type { LookupAddress, LookupOptions } from 'node:dns'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { createLookup, isHostName } from '../../src/net/lookup.ts'

interface Pending {
  readonly name: string
  settle(address: string | Error): void
}

interface Resolver {
  readonly pending: Pending[]
  readonly resolve: (name: string, options: LookupOptions) => Promise<LookupAddress[]>
}

function resolver(): Resolver {
  const pending: Pending[] = []
  return {
    pending,
    resolve: (name) => new Promise((resolve, reject) => pending.push({
      name,
      settle: (address) => address instanceof Error ? reject(address) : resolve([{ address, family: 4 }]),
    })),
  }
}

t.test('a lookup that begins while a slot changes hands waits for its turn', async (t) => {
  let active = 0
  let most = 0
  const settles: (() => void)[] = []
  const lookup = createLookup(async () => {
    most = Math.max(most, ++active)
    await new Promise<void>((resolve) => settles.push(resolve))
    active--
    return [{ address: '192.0.2.1', family: 4 }]
  })
  let count = 0
  const ask = (): Promise<void> => new Promise((done) => lookup(`name${count++}`, { all: true }, () => done()))
  const asked = Array.from({ length: 6 }, ask)
  // Whatever begins in one of the microtasks after the end of a lookup.
  for (let turn = 0; turn < 12; turn++) {
    await setImmediate()
    settles.shift()?.()
    for (let step = 0; step < turn; step++) await Promise.resolve()
    asked.push(ask())
  }
  while (settles.length > 0 || active > 0) {
    settles.shift()?.()
    await setImmediate()
  }
  await Promise.all(asked)
  t.equal(most, 3)
})

t.test('three names at most are looked up at a time, and each of them once', async (t) => {
  const { pending, resolve } = resolver()
  const lookup = createLookup(resolve)
  const ask = (name: string): Promise<string> => new Promise((done) => {
    lookup(name, { all: true }, (error, found) => {
      done(error?.message ?? (found as LookupAddress[]).map(({ address }) => address).join())
    })
  })
  const answers = ['a', 'b', 'c', 'd', 'a', 'd'].map(ask)
  await setImmediate()
  t.same(pending.map(({ name }) => name), ['a', 'b', 'c'])
  pending[0]?.settle('192.0.2.1')
  t.same(await Promise.all([answers[0], answers[4]]), ['192.0.2.1', '192.0.2.1'])
  await setImmediate()
  t.same(pending.map(({ name }) => name), ['a', 'b', 'c', 'd'])
  pending[3]?.settle(new Error('no such name'))
  t.same(await Promise.all([answers[3], answers[5]]), ['no such name', 'no such name'])
  pending[1]?.settle('192.0.2.2')
  await answers[1]
  void ask('a')
  await setImmediate()
  t.equal(pending.at(-1)?.name, 'a', 'nothing is kept: it is looked up again')
})

t.test('one address is given as such where one is asked for', async (t) => {
  const lookup = createLookup(() => Promise.resolve({ address: '::1', family: 6 }))
  const found = await new Promise((done) => lookup('a', {}, (_, address, family) => done([address, family])))
  t.same(found, ['::1', 6])
})

t.test('names of hosts', async (t) => {
  for (const name of ['kea', 'kea.example.org', 'kea.example.org.', 'a-b.c', 'kea_dhcp4', '3com.example', 'xn--bcher-kva.example']) {
    t.equal(isHostName(name), true, name)
  }
  for (const name of ['', '.', 'a..b', '-a', 'a-', 'a b', 'a:8000', 'http://a', '192.0.2', '192.0.2.256', 'a'.repeat(64), 'b\u00fccher.example', '[::1]', `${'a.'.repeat(127)}ab`]) {
    t.equal(isHostName(name), false, name)
  }
})
