// Frames come apart as they were put together, wherever the stream is cut, and nothing else is taken for one.

import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import t from 'tap'
import { readFromChild } from '../../src/hook/check-message.ts'
import { FrameReader, writeFrame } from '../../src/hook/frame.ts'

const limits = { maxHeader: 1000, maxPayload: 100_000 }

interface Frame {
  readonly header: string
  readonly payload: string
}

function written(frames: readonly Frame[]): Buffer {
  const stream = new PassThrough({ highWaterMark: 2 ** 24 })
  for (const { header, payload } of frames) {
    const bytes = Buffer.from(payload)
    writeFrame(stream, { header }, { chunks: [bytes.subarray(0, 3), bytes.subarray(3)], length: bytes.length })
  }
  const all: unknown = stream.read()
  return Buffer.isBuffer(all) ? all : Buffer.alloc(0)
}

function readAll(bytes: Buffer, pieceSize: number): { frames: Frame[]; good: boolean } {
  const frames: Frame[] = []
  let header = ''
  let payload: Buffer[] = []
  const reader = new FrameReader(limits, {
    header: (text) => (header = (JSON.parse(text) as { header: string }).header),
    payload: (chunk) => payload.push(Buffer.from(chunk)),
    end: () => {
      frames.push({ header, payload: Buffer.concat(payload).toString('utf8') })
      payload = []
    },
  })
  let good = true
  for (let at = 0; at < bytes.length; at += pieceSize) good = reader.push(bytes.subarray(at, at + pieceSize))
  return { frames, good }
}

t.test('frames are read as they were written, however the stream is cut', async () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 50 })
  const frame = fc.record({ header: text, payload: fc.oneof(text, fc.constant('x'.repeat(5000))) })
  fc.assert(fc.property(fc.array(frame, { maxLength: 5 }), fc.integer({ min: 1, max: 3000 }), (frames, pieceSize) => {
    const read = readAll(written(frames), pieceSize)
    t.same(read, { frames, good: true })
  }), { numRuns: 50 })
})

t.test('what is no frame is refused at once, and nothing is kept for it', async (t) => {
  for (const text of ['GET / HTTP/1.1\r\n\r\n', '{"kind":"pong"}', '\0\0\0\0\0\0\0\0', '\x01\0\0\0\xff\xff\xff\xff', '\xff\xff\xff\xff\0\0\0\0']) {
    t.same(readAll(Buffer.from(text, 'latin1'), 3), { frames: [], good: false }, JSON.stringify(text))
  }
  t.same(readAll(written([{ header: 'x'.repeat(1000), payload: '' }]), 100), { frames: [], good: false }, 'a header that is too large')
  t.same(readAll(written([{ header: 'a', payload: 'x'.repeat(100_001) }]), 1000), { frames: [], good: false }, 'such a payload')
})

t.test('a header is a message of the contract or none', async (t) => {
  const good = [
    { kind: 'pong' },
    { kind: 'loaded', commands: [{ name: 'a', access: 'read' }], points: ['authenticated'] },
    { kind: 'called', id: 1, result: { kind: 'too-large', bytes: 5 } },
    { kind: 'ask', id: 1, call: 2, command: 'a', services: ['b'] },
  ]
  for (const message of good) t.same(readFromChild(JSON.stringify(message)), message)
  const bad = [
    null, 5, 'x', [], {}, { kind: 'call' }, { kind: 'log' }, { kind: 'log', severity: 'FATAL', text: '' },
    { kind: 'loaded' }, { kind: 'loaded', commands: [{ name: 'a' }], points: [] }, { kind: 'loaded', commands: [], points: ['x'] },
    { kind: 'called', id: 1, result: null }, { kind: 'called', id: '1', result: { kind: 'nothing' } },
    { kind: 'called', id: 1, result: { kind: 'failure' } }, { kind: 'ask', id: 1, call: 2, command: 'a', services: 'b' },
    { kind: 'ask', id: 1, command: 'a', services: [] },
  ]
  for (const message of bad) t.equal(readFromChild(JSON.stringify(message)), null, JSON.stringify(message))
  t.equal(readFromChild('{'), null)
  t.equal(readFromChild('['.repeat(100_000)), null)
})
