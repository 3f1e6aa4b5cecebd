// The calls of a module: what of them is sent when, whose they are, and that each ends.

import t from 'tap'
import type { Caller } from '../../src/hook/api.ts'
import type { CallOutcome } from '../../src/hook/call-queue.ts'
import { CallQueue, failedCall } from '../../src/hook/call-queue.ts'
import { ModuleMemory } from '../../src/hook/memory.ts'
import type { Call } from '../../src/hook/messages.ts'
import { rawJson } from '../../src/json/raw.ts'
import type { RawJson } from '../../src/json/raw.ts'

const caller: Caller = { remoteAddress: '127.0.0.1', tls: null, user: 'reader' }
const done: CallOutcome = { ok: true, answer: null, refusal: null }

function call(size: number): [Call, RawJson | null] {
  const command = { name: 'a', services: [], access: null, caller, argumentsSize: size }
  return [{ kind: 'run', command }, size === 0 ? null : rawJson(Buffer.alloc(size))]
}

function queueWith(
  memory = new ModuleMemory(),
  timeout = 60_000,
): { queue: CallQueue; sent: number[]; memory: ModuleMemory } {
  const sent: number[] = []
  return { queue: new CallQueue({ timeout, memory, send: (id) => sent.push(id) }), sent, memory }
}

const mebibyte = 1024 * 1024

t.test('large arguments take turns, small ones and calls without any pass them', async (t) => {
  const { queue, sent, memory } = queueWith()
  const calls = [3 * mebibyte, 3 * mebibyte, 100_000, 4 * mebibyte, 1000, 0].map((size) => queue.run(...call(size)))
  t.same(sent, [1, 5, 6])
  queue.settle(1, done)
  t.same(sent, [1, 5, 6, 2, 3])
  queue.settle(2, done)
  queue.settle(3, done)
  queue.settle(5, done)
  t.same(sent, [1, 5, 6, 2, 3, 4])
  queue.settleAll(failedCall('ended'))
  await queue.empty()
  t.same((await Promise.all(calls)).map(({ ok }) => ok), [true, true, true, false, true, false])
  t.equal(memory.reserved, 0)
})

t.test('one that waits may run out of time, and the next goes on', async (t) => {
  const { queue, sent } = queueWith(new ModuleMemory(), 20)
  const first = queue.run(...call(4 * mebibyte))
  const second = queue.run(...call(4 * mebibyte))
  // Its deadlines do not keep a process alive.
  const alive = setInterval(() => undefined, 1000)
  t.match(await Promise.all([first, second]), [{ ok: false, reason: 'it took longer than 20 ms' }, { ok: false }])
  clearInterval(alive)
  void queue.run(...call(1))
  t.same(sent, [1, 2, 3], 'the second got its turn when the first was over')
  queue.settleAll(done)
})

t.test('a caller is known while a call runs and no longer', async (t) => {
  const { queue } = queueWith()
  const running = queue.run(...call(0))
  void queue.run({ kind: 'authenticated', caller }, null)
  t.same(queue.callerOf(1), caller)
  t.equal(queue.callerOf(2), null, 'nothing can be asked before a command is let in')
  t.equal(queue.callerOf(3), null)
  queue.settle(1, done)
  t.equal(queue.callerOf(1), null)
  t.same(await running, done)
  queue.settle(1, failedCall('again'))
  queue.settleAll(done)
})

t.test('more than the memory or the number of calls allows is refused at once, in words for callers', async (t) => {
  const { queue, memory } = queueWith(new ModuleMemory(mebibyte))
  t.match(await queue.run(...call(2 * mebibyte)), { ok: false, forCallers: true, reason: /no memory/ })
  t.equal(memory.reserved, 0)
  const many = queueWith()
  for (let i = 0; i < 4096; i++) void many.queue.run(...call(0))
  t.match(await many.queue.run(...call(0)), { ok: false, forCallers: true, reason: /4096 commands/ })
  many.queue.settleAll(done)
  t.equal(many.memory.reserved, 0)
})
