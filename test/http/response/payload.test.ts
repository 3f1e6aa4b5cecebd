// What is sent of a body: all of it, in pieces of a useful size, no faster than it is taken, with turns for others.

import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import { toPayload } from '../../../src/http/response/payload.ts'
import type { RawJson } from '../../../src/json/raw.ts'

const KB = 1024

function bodyOf(sizes: readonly number[]): RawJson {
  const chunks = sizes.map((size, index) => new Uint8Array(size).fill(0x80 + index))
  return { chunks, length: sizes.reduce((sum, size) => sum + size, 0) }
}

/** Repeats these sizes until so many bytes are reached. */
function repeated(sizes: readonly number[], length: number): RawJson {
  const all: number[] = []
  for (let total = 0; total < length; total += all.at(-1) ?? 1) all.push(sizes[all.length % sizes.length] ?? 1)
  return bodyOf(all)
}

/** A client that takes pieces at once, as a fast one, or one for each turn of the event loop. */
class Client extends Writable {
  readonly pieces: Buffer[] = []
  /** Most bytes taken between two turns of the event loop. */
  most = 0
  readonly #isFast: boolean
  #inTurn = 0

  constructor(isFast: boolean) {
    super({ highWaterMark: 64 * KB })
    this.#isFast = isFast
  }

  override _write(piece: Buffer, _encoding: string, done: () => void): void {
    if (this.#inTurn === 0) setImmediate(() => (this.#inTurn = 0))
    this.pieces.push(piece)
    this.#inTurn += piece.length
    this.most = Math.max(this.most, this.#inTurn)
    if (this.#isFast) done()
    else setImmediate(done)
  }
}

for (const isFast of [true, false]) {
  t.test(`a body of any chunks arrives whole at a ${isFast ? 'fast' : 'slow'} client, a few MiB a turn`, async (t) => {
    const bodies: readonly (readonly [string, RawJson])[] = [
      ['chunks of all sizes', bodyOf([5, 40 * KB, 200 * KB, 256 * KB, 31 * KB, 3_000_000, 0, 255 * KB, 33 * KB, 7])],
      ['an element in its brackets', bodyOf([2, 700 * KB, 2])],
      ['bytes', repeated([1], 300_000)],
      ...[[65_536], [100, 70_000], [32_768, 5, 5], [1_000_000, 0, 3], [10_000_000]].map(
        (sizes) => [`chunks of ${sizes.join(', ')}`, repeated(sizes, 20_000_000)] as const,
      ),
    ]
    for (const [name, body] of bodies) {
      const client = new Client(isFast)
      const payload = toPayload(body)
      t.ok(payload instanceof Readable, name)
      await pipeline(payload, client)
      t.ok(Buffer.concat(client.pieces).equals(Buffer.concat(body.chunks)), `${name}: all of it`)
      t.ok(client.most <= 2.5 * 1024 * KB, `${name}: ${client.most} bytes in a turn`)
      const sizes = client.pieces.map(({ length }) => length)
      t.ok(Math.max(...sizes) <= 256 * KB && Math.min(...sizes) > 0, `${name}: no piece is large or empty`)
      t.ok(sizes.length <= 2 + body.length / 16_384, `${name}: ${sizes.length} pieces`)
    }
  })
}

t.test('a small body is one buffer', async (t) => {
  for (const sizes of [[], [2, 5, 0, 1], [256 * KB], [2, 1000, 2]]) {
    const body = bodyOf(sizes)
    const payload = toPayload(body)
    t.ok(Buffer.isBuffer(payload) && payload.equals(Buffer.concat(body.chunks)), sizes.join(', '))
  }
})

t.test('a client that goes amid its response ends it', async (t) => {
  const payload = toPayload(bodyOf([5_000_000]))
  if (!(payload instanceof Readable)) throw new Error('not a stream')
  const client = new Client(false)
  const ended = pipeline(payload, client)
  await new Promise(setImmediate)
  client.destroy()
  await t.rejects(ended, { code: 'ERR_STREAM_PREMATURE_CLOSE' })
  t.ok(payload.destroyed)
  t.ok(client.pieces.length < 5, `${client.pieces.length} pieces`)
})
