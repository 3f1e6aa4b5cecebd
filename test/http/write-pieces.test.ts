// How a long answer is written: whole, in pieces of a useful size, and with turns for others in between.

import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import t from 'tap'
import { writePieces } from '../../src/http/write-pieces.ts'
import type { RawJson } from '../../src/json/raw.ts'

/** A client that takes everything at once: Node then says "drain" before the event loop comes round. */
class EagerClient extends EventEmitter {
  readonly pieces: Uint8Array[] = []
  readonly ended: Promise<void>
  /** Most bytes written between two turns of the event loop. */
  most = 0
  destroyed = false
  readonly #room: boolean
  #inTurn = 0
  #end: () => void = () => undefined

  /** @param room what `write` says while it takes everything */
  constructor(room: boolean) {
    super()
    this.#room = room
    this.ended = new Promise((resolve) => (this.#end = resolve))
  }

  write(piece: Uint8Array): boolean {
    if (this.#inTurn === 0) setImmediate(() => (this.#inTurn = 0))
    this.pieces.push(piece)
    this.#inTurn += piece.length
    this.most = Math.max(this.most, this.#inTurn)
    if (!this.#room) process.nextTick(() => this.emit('drain'))
    return this.#room
  }

  end(piece?: Uint8Array): void {
    if (piece !== undefined) this.pieces.push(piece)
    this.#end()
  }

  /** It has all of a response that `writePieces` uses. */
  get response(): ServerResponse {
    return this as unknown as ServerResponse
  }
}

function textOf(sizes: readonly number[], length: number): RawJson {
  const chunks: Uint8Array[] = []
  let total = 0
  for (let i = 0; total < length; i++) {
    const chunk = new Uint8Array(sizes[i % sizes.length] ?? 1).fill(i)
    chunks.push(chunk)
    total += chunk.length
  }
  return { chunks, length: total }
}

for (const room of [true, false]) {
  t.test(`an answer of any chunks arrives whole, a few MiB a turn${room ? '' : ', to a client that drains at once'}`, async (t) => {
    for (const sizes of [[65_536], [1], [100, 70_000], [32_768, 5, 5], [1_000_000, 0, 3], [10_000_000]]) {
      const text = textOf(sizes, sizes[0] === 1 ? 200_000 : 20_000_000)
      const client = new EagerClient(room)
      writePieces(client.response, text)
      await client.ended
      const name = `chunks of ${sizes.join(', ')}`
      t.ok(Buffer.concat(client.pieces).equals(Buffer.concat(text.chunks)), name)
      t.ok(client.most <= 2.25 * 1024 * 1024, `${client.most} bytes in a turn`)
      const largest = Math.max(...client.pieces.map(({ length }) => length))
      t.ok(largest <= 256 * 1024 && client.pieces.length <= 2 + text.length / 16_384, `${client.pieces.length} pieces`)
    }
  })
}

t.test('a short answer is one piece, and a client that is gone gets no more', async (t) => {
  const short = new EagerClient(true)
  writePieces(short.response, textOf([7], 60_000))
  t.equal(short.pieces.length, 1)
  const gone = new EagerClient(false)
  writePieces(gone.response, textOf([65_536], 1_000_000))
  gone.destroyed = true
  await new Promise((resolve) => setImmediate(resolve))
  t.ok(gone.pieces.length < 5)
})
