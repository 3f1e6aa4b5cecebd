// Long work in slices: it comes to the same end as at once, and the event loop goes around meanwhile.

import t from 'tap'
import { SerialQueue } from '../src/reload/serial-queue.ts'
import { atOnce, inSlices } from '../src/in-slices.ts'
import type { Sliced } from '../src/in-slices.ts'

/** Works for so many milliseconds, one after the other; on a busy machine for longer. */
function* working(milliseconds: number): Sliced<number> {
  for (let steps = 0; steps < milliseconds; steps++) {
    for (const stop = performance.now() + 1; performance.now() < stop; );
    yield
  }
  return milliseconds
}

function* failing(): Sliced<never> {
  yield* working(3)
  throw new Error('the work failed')
}

/** How often the event loop goes around until a promise settles. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0
  let running = true
  const count = (): void => {
    turns++
    if (running) setImmediate(count)
  }
  setImmediate(count)
  await work.finally(() => (running = false))
  return turns
}

t.test('work in slices gives others their turns', async (t) => {
  const turns = await turnsDuring(inSlices(working(200)))
  t.ok(turns >= 10, `${turns} turns in 200 ms`)
  t.ok(atOnce(working(5)) > 0)
})

t.test('what the work throws comes through', async (t) => {
  await t.rejects(inSlices(failing()), { message: 'the work failed' })
  t.throws(() => atOnce(failing()), { message: 'the work failed' })
})

t.test('changes that are quick give others their turns between them', async (t) => {
  const queue = new SerialQueue()
  const changes = Array.from({ length: 20 }, () => queue.run(() => Promise.resolve()))
  const turns = await turnsDuring(Promise.all(changes))
  t.ok(turns >= 20, `${turns} turns for 20 changes`)
})
