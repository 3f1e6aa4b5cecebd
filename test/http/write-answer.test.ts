// How an answer goes to the socket without Node's response: whole, in order, and in handfuls that a slow client takes.

import type { Socket } from 'node:net'
import { Writable } from 'node:stream'
import t from 'tap'
import { writeAnswer } from '../../src/http/write-answer.ts'
import type { RawJson } from '../../src/json/raw.ts'

/** A client that takes one handful after another, as the system would from a socket. */
class Taker extends Writable {
  readonly handfuls: Buffer[] = []

  readonly #quick: (handful: number) => boolean

  /** @param quick whether it takes a handful, counted from 1, while it is written */
  constructor(quick: (handful: number) => boolean = () => false) {
    super({ decodeStrings: true })
    this.#quick = quick
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    this.handfuls.push(piece)
    if (this.#quick(this.handfuls.length)) done()
    else setImmediate(done)
  }

  override _writev(pieces: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(pieces.map(({ chunk }) => chunk)), 'buffer', done)
  }

  /** It has all of a socket that `writeAnswer` uses. */
  get socket(): Socket {
    return this as unknown as Socket
  }
}

const head = 'HTTP/1.1 200 OK\r\nX-Name: \u00e9\r\n\r\n'
const KB = 1024

function bodyOf(sizes: readonly number[]): RawJson {
  const chunks = sizes.map((size, index) => new Uint8Array(size).fill(0x80 + index))
  return { chunks, length: sizes.reduce((sum, size) => sum + size, 0) }
}

for (const [what, sizes] of [
  ['nothing', []],
  ['a few bytes', [2, 5, 0, 1]],
  ['just what a handful holds', [256 * KB]],
  ['two handfuls', [512 * KB]],
  ['two handfuls of joined chunks', new Array<number>(32).fill(16 * KB)],
  ['an element in its brackets', [2, 700 * KB, 2]],
  ['chunks of all sizes', [5, 40 * KB, 200 * KB, 256 * KB, 31 * KB, 3_000_000, 0, 255 * KB, 33 * KB, 7]],
] as const) {
  t.test(`an answer of ${what} arrives whole`, async (t) => {
    const taker = new Taker()
    const body = bodyOf(sizes)
    let times = 0
    await new Promise<void>((resolve) => {
      writeAnswer(taker.socket, head, body, () => {
        times++
        resolve()
      })
    })
    await new Promise(setImmediate)
    t.equal(times, 1)
    const expected = Buffer.concat([Buffer.from(head, 'latin1'), ...body.chunks])
    t.ok(Buffer.concat(taker.handfuls).equals(expected))
    const least = Math.min(...taker.handfuls.map(({ length }) => length))
    const most = Math.max(...taker.handfuls.map(({ length }) => length))
    t.ok(least > 0, 'no handful is empty')
    t.ok(most <= 256 * KB + head.length, `a slow client is judged by 256 KiB, not by ${most} bytes`)
  })
}

t.test('a client that goes amid its answer ends it', async (t) => {
  const taker = new Taker()
  taker.on('error', () => undefined)
  let times = 0
  writeAnswer(taker.socket, head, bodyOf([5_000_000]), () => times++)
  await new Promise(setImmediate)
  taker.destroy()
  const taken = taker.handfuls.length
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  t.equal(times, 0)
  t.equal(taker.handfuls.length, taken)
})

t.test('a client that takes all at once gets more at once, until it does not', async (t) => {
  const answer = (taker: Taker, sizes: readonly number[]): Promise<void> =>
    new Promise((resolve) => writeAnswer(taker.socket, head, bodyOf(sizes), resolve))
  const sizesOf = (taker: Taker): number[] => taker.handfuls.splice(0).map(({ length }) => Math.round(length / KB))

  const quick = new Taker(() => true)
  await answer(quick, [5_000 * KB])
  t.same(sizesOf(quick), [256, 512, 1024, 1024, 1024, 1024, 136])
  await answer(quick, [1_000 * KB])
  t.same(sizesOf(quick), [1000], 'the next answer goes as a whole')
  await answer(quick, [20 * KB])
  await answer(quick, [1_000 * KB])
  t.same(sizesOf(quick), [20, 1000], 'a small one in between proves nothing')

  const tired = new Taker((handful) => handful !== 3)
  await answer(tired, [3_000 * KB])
  t.same(sizesOf(tired), [256, 512, 1024, 256, 512, 440])
})

t.test('of a client that takes all at once, others get their turn', async (t) => {
  const taker = new Taker(() => true)
  let turns = 0
  const count = (): void => {
    turns++
    setImmediate(count).unref()
  }
  setImmediate(count).unref()
  await new Promise<void>((resolve) => writeAnswer(taker.socket, head, bodyOf([20_000 * KB]), resolve))
  t.ok(turns >= 8, `${turns} turns of the event loop`)
})
