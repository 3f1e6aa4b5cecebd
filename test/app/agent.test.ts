// Changes of the configuration that come together, which the wire is too slow to show.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import type { Test } from 'tap'
import { Agent } from '../../src/app/agent.ts'
import { rawJson, rawToString } from '../../src/json/raw.ts'
import { Logging } from '../../src/log/logger.ts'

/** An agent in this process. It logs to a file, as standard output is the test's. */
async function startAgent(
  t: Test,
): Promise<{ agent: Agent; write: (comment: string, password?: string) => string }> {
  const folder = t.testdir({})
  const [file, log] = [join(folder, 'agent.conf'), join(folder, 'agent.log')]
  const write = (comment: string, password = 'one'): string => {
    const loggers = [{ name: 'kea-ctrl-agent', 'output-options': [{ output: log }] }]
    const authentication = { type: 'basic', clients: [{ user: 'ann', password }] }
    const text = JSON.stringify({ 'Control-agent': { 'http-port': 0, comment, loggers, authentication } })
    if (password !== '*****') writeFileSync(file, text)
    return text
  }
  write('first')
  const logging = new Logging({ debug: false, earlyDestination: log })
  const agent = new Agent({ file, pathChecks: true, env: {}, logging })
  await agent.start()
  t.teardown(async () => {
    agent.shutdown(0)
    await agent.finished
    await logging.close()
  })
  return { agent, write }
}

t.test('reloads that wait are one, which reads the newest file', async (t) => {
  const { agent, write } = await startAgent(t)
  const reloads = Array.from({ length: 1000 }, () => agent.configReload())
  t.equal(new Set(reloads).size, 1)
  write('newest')
  t.match(await Promise.all(reloads), [{ ok: true }])
  t.match(rawToString(await agent.configGet()), '"comment": "newest"')
  t.not(agent.configReload(), reloads[0], 'one that begins later is another one')
})

t.test('changes by clients take turns, and too many are refused', async (t) => {
  const { agent, write } = await startAgent(t)
  const sets = Array.from({ length: 60 }, (_, index) => agent.configSet(rawJson(write(`set ${index}`))))
  const outcomes = await Promise.all(sets)
  t.same(outcomes.map(({ ok }) => ok), Array.from({ length: 60 }, (_, index) => index < 16))
  t.match(outcomes.at(-1), { result: 1, text: '16 changes of the configuration are waiting already; try again' })
  t.match(rawToString(await agent.configGet()), '"comment": "set 15"')
})

t.test('tests by clients take turns with all that, as each may start the processes of handler modules', async (t) => {
  const { agent, write } = await startAgent(t)
  const order: string[] = []
  const set = agent.configSet(rawJson(write('set'))).then(() => order.push('set'))
  const tests = Array.from({ length: 20 }, (_, index) =>
    agent.configTest(rawJson(write('test'))).then((outcome) => {
      order.push(`test ${index}`)
      return outcome
    }),
  )
  const outcomes = await Promise.all(tests)
  await set
  t.same(outcomes.map(({ ok }) => ok), Array.from({ length: 20 }, (_, index) => index < 15))
  const usable = order.filter((name) => !/test 1[5-9]/.test(name))
  t.same(usable, ['set', ...Array.from({ length: 15 }, (_, index) => `test ${index}`)])
})

t.test('a hidden password is the one in force when the turn comes', async (t) => {
  const { agent, write } = await startAgent(t)
  const first = agent.configSet(rawJson(write('renewed', 'two')))
  const second = agent.configSet(rawJson(write('hidden', '*****')))
  t.match(await Promise.all([first, second]), [{ ok: true }, { ok: true }])
  const hash = await agent.configHash()
  write('hidden', 'two')
  await agent.configReload()
  t.equal(await agent.configHash(), hash)
})
