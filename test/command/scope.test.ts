import process from 'node:process'
import { setImmediate } from 'node:timers/promises'
import t from 'tap'
import { newAbortController, onAbort } from '../../src/command/scope.ts'

t.test('a signal that many daemons wait with draws no warning from Node', async (t) => {
  const warnings: Error[] = []
  const listener = (warning: Error): void => void warnings.push(warning)
  process.on('warning', listener)
  t.teardown(() => process.off('warning', listener))
  const controller = newAbortController()
  let called = 0
  const cancel = Array.from({ length: 500 }, () => onAbort(controller.signal, () => (called += 1)))
  await setImmediate()
  t.same(warnings, [])
  cancel[0]?.()
  controller.abort()
  t.equal(called, 499)
})
