// What many signals amount to.

import { EventEmitter } from 'node:events'
import t from 'tap'
import { Signals } from '../../src/process/signals.ts'
import type { SignalActions } from '../../src/process/signals.ts'

interface Recorded extends SignalActions {
  readonly calls: string[]
  /** Ends the reload that runs. */
  reloaded(): Promise<void>
}

function recorded(): Recorded {
  const calls: string[] = []
  let end: () => void = () => undefined
  return {
    calls,
    reload: () => {
      calls.push('reload')
      return new Promise((resolve) => (end = resolve))
    },
    stop: (signal) => calls.push(`stop ${signal}`),
    forceShutdown: (signal) => calls.push(`hurry ${signal}`),
    unknown: (signal) => calls.push(`unknown ${signal}`),
    reloaded: async () => {
      end()
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

t.test('a storm of SIGHUP is one reload now and one after it', async (t) => {
  const source = new EventEmitter()
  const actions = recorded()
  new Signals(source).listen(actions)
  for (let i = 0; i < 100; i++) source.emit('SIGHUP')
  t.same(actions.calls, ['reload'])
  await actions.reloaded()
  t.same(actions.calls, ['reload', 'reload'])
  await actions.reloaded()
  t.same(actions.calls, ['reload', 'reload'])
  source.emit('SIGHUP')
  t.equal(actions.calls.length, 3)
})

t.test('what comes before anybody listens is kept', async (t) => {
  const table: [signals: string[], calls: string[]][] = [
    [[], []],
    [['SIGHUP', 'SIGHUP'], ['reload']],
    [['SIGHUP', 'SIGINT'], ['stop SIGINT']],
    [['SIGTERM', 'SIGHUP'], ['stop SIGTERM']],
  ]
  for (const [sent, calls] of table) {
    const source = new EventEmitter()
    const signals = new Signals(source)
    for (const signal of sent) source.emit(signal)
    t.equal(signals.stopping, sent.includes('SIGINT') || sent.includes('SIGTERM'))
    const actions = recorded()
    signals.listen(actions)
    t.same(actions.calls, calls, sent.join(' '))
  }
})

t.test('a signal that means nothing is only told', async (t) => {
  const source = new EventEmitter()
  const signals = new Signals(source)
  source.emit('SIGUSR1')
  const actions = recorded()
  signals.listen(actions)
  source.emit('SIGUSR1')
  t.same(actions.calls, ['unknown SIGUSR1'], 'and what came too early is not kept')
  t.notOk(signals.stopping)
})

t.test('a stop signal that comes twice at once is one, a later one insists', async (t) => {
  let now = 1000
  const source = new EventEmitter()
  const actions = recorded()
  new Signals(source, () => now).listen(actions)
  source.emit('SIGINT')
  now += 100
  source.emit('SIGINT')
  source.emit('SIGTERM')
  t.same(actions.calls, ['stop SIGINT'])
  now += 1000
  source.emit('SIGTERM')
  t.same(actions.calls, ['stop SIGINT', 'hurry SIGTERM'])
})
