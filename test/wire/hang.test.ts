// Five hundred clients of three daemons, one of which hangs: the others are served, its callers are told at the
// deadline, and nothing of it is left behind.

import { readdirSync, readFileSync } from 'node:fs'
import t from 'tap'
import { answering, FakeDaemon, silent } from '../support/fake-daemon.ts'
import type { Script } from '../support/fake-daemon.ts'
import { startProgram } from '../support/program.ts'
import { KeenClient } from '../support/keen-client.ts'

t.test('one hung daemon of three costs its own callers their time, and nobody else anything', async (t) => {
  const good = answering('{ "result": 0, "text": "ok" }')
  let third: Script = silent
  const daemons = {
    one: await FakeDaemon.listen(good),
    two: await FakeDaemon.listen(good),
    three: await FakeDaemon.listen((connection) => third(connection)),
  }
  for (const daemon of Object.values(daemons)) t.teardown(() => daemon.close())
  const limits = { 'stall-timeout-seconds': 2, 'total-timeout-seconds': 3 }
  const program = await startProgram(t, {
    'control-sockets': Object.fromEntries(Object.entries(daemons).map(([name, { path }]) => [
      name, { 'socket-type': 'unix', 'socket-name': path, ...(name === 'three' ? { limits } : {}) },
    ])),
  })
  const descriptors = (): number => readdirSync(`/proc/${program.pid}/fd`).length
  const memory = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${program.pid}/status`, 'ascii'))?.[1])
  const first = new KeenClient(program.port)
  t.equal((await first.ask('c', 'one')).result, 0)
  const before = { descriptors: descriptors() - 1, memory: memory() }
  first.close()

  const clients = Array.from({ length: 500 }, () => new KeenClient(program.port))
  const services = ['one', 'two', 'three'] as const
  const told = new Map<string, number>()
  await Promise.all(clients.map(async (client, i) => {
    const service = services[i % 3] ?? 'one'
    for (let round = 0; round < (service === 'three' ? 1 : 5); round++) {
      const { result, text } = await client.ask('c', service)
      const key = `${service} ${result} ${text}`
      told.set(key, (told.get(key) ?? 0) + 1)
    }
  }))
  t.equal(told.get('one 0 ok'), 835)
  t.equal(told.get('two 0 ok'), 835)
  const canceled = 'three 1 no usable answer from service three: Operation canceled: the limit of'
  const offline = 'was reached; server is likely to be offline'
  const atOnce = told.get(`${canceled} 2 s without a byte ${offline}`) ?? 0
  const waited = told.get(`${canceled} 3 s in all ${offline}`) ?? 0
  t.equal(atOnce + waited, 166, 'every caller of the hung one is told at a deadline')
  t.ok(atOnce >= 1 && told.size <= 4, JSON.stringify([...told]))

  third = good
  t.equal((await clients[0]?.ask('c', 'three'))?.result, 0, 'when it is back, its first caller is answered')
  for (const client of clients) client.close()
  while (descriptors() > before.descriptors) await new Promise((resolve) => setImmediate(resolve))
  t.pass('all descriptors are free again')
  t.comment(`memory: ${before.memory} kB before, ${memory()} kB after`)
  t.equal(await program.stop(), 0)
})
