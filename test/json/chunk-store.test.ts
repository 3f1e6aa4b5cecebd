// What has come is found again byte for byte, and takes little more memory than it has bytes, however it was cut.

import fc from 'fast-check'
import t from 'tap'
import { ChunkList } from '../../src/json/scan/chunk-list.ts'
import { rawToBuffer } from '../../src/json/raw.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

/** Bytes of memory behind everything in the store. */
function weight(store: ChunkList): number {
  const buffers = new Set(store.slice(0, store.length).chunks.map(({ buffer }) => buffer))
  return [...buffers].reduce((sum, { byteLength }) => sum + byteLength, 0)
}

/** A chunk of its own memory, as a socket delivers it, or a part of a larger read. */
function chunkOf(size: number, first: number, around = 0): Uint8Array {
  const read = new Uint8Array(size + around)
  for (let i = 0; i < size; i++) read[i] = first + i
  return read.subarray(0, size)
}

t.test('any part of what was added is found again', (t) => {
  const sizes = fc.array(fc.oneof(fc.nat(40), fc.integer({ min: 1000, max: 6000 }), fc.constant(20_000)), {
    maxLength: 60,
  })
  const property = fc.property(sizes, fc.nat(1000), fc.nat(1000), fc.boolean(), (sizes, one, other, wide) => {
    const store = new ChunkList()
    const chunks = sizes.map((size, i) => chunkOf(size, i * 7, wide ? 65_536 : 0))
    for (const chunk of chunks) store.add(chunk)
    const whole = Buffer.concat(chunks)
    const [start = 0, end = 0] = [one, other]
      .map((each) => Math.floor((each / 1000) * whole.length))
      .sort((a, b) => a - b)
    const found = store.slice(start, end)
    return (
      store.length === whole.length &&
      found.length === end - start &&
      rawToBuffer(found).equals(whole.subarray(start, end))
    )
  })
  fc.assert(property, { seed, numRuns: 300 })
  t.end()
})

t.test('chunks of mixed sizes take little more memory than their bytes', (t) => {
  const mixtures: Readonly<Record<string, readonly number[]>> = {
    drip: [1], small: [100], 'just below a page': [4095], page: [4096], 'small and large in turns': [900, 5000],
    'one byte and large in turns': [1, 4096], reads: [65_536], 'a byte after each read': [65_536, 1],
  }
  for (const [name, sizes] of Object.entries(mixtures)) {
    const store = new ChunkList()
    for (let i = 0; store.length < 2_000_000; i++) store.add(chunkOf(sizes[i % sizes.length] ?? 1, i))
    const views = store.slice(0, store.length).chunks.length
    t.ok(weight(store) < 1.15 * store.length + 16_384, `${name}: ${weight(store)} for ${store.length} bytes`)
    t.ok(views <= store.length / 2000, `${name}: ${views} views`)
  }
  t.end()
})

t.test('a small part of a large read does not keep all of it', (t) => {
  for (const size of [1, 1024, 4096, 8192, 20_000]) {
    const store = new ChunkList()
    for (let i = 0; i < 200; i++) store.add(chunkOf(size, i, 65_536 - size))
    t.ok(weight(store) < 1.2 * store.length + 40_000, `${size}: ${weight(store)} for ${store.length} bytes`)
  }
  t.end()
})

t.test('usual texts are kept as they came', (t) => {
  const store = new ChunkList()
  const chunks = [chunkOf(300, 1), chunkOf(65_536, 2), chunkOf(10, 3)]
  for (const chunk of chunks) store.add(chunk)
  t.same(store.slice(0, store.length).chunks.map(({ buffer }) => buffer), chunks.map(({ buffer }) => buffer))
  store.clear()
  t.equal(store.length, 0)
  t.same(store.slice(0, 0).chunks, [])
  t.end()
})
