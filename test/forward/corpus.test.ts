// The written-down texts, cut in every way: what a command's body means, what a daemon gets of it, and what becomes of
// a daemon's answer.

import { deepStrictEqual } from 'node:assert/strict'
import fc from 'fast-check'
import t from 'tap'
import { withReadableArguments, writeEnvelope } from '../../src/command/envelope-writer.ts'
import { EnvelopeReader } from '../../src/command/envelope.ts'
import { AnswerReader } from '../../src/forward/answer-reader.ts'
import { rawToBuffer } from '../../src/json/raw.ts'
import { answers, cut } from '../fixtures/json/answers.ts'
import type { Meaning } from '../fixtures/json/bodies.ts'
import { bodies } from '../fixtures/json/bodies.ts'
import { values } from '../fixtures/json/values.ts'
import { unlimited } from '../support/command-scope.ts'

const seed = Number(process.env['FAST_CHECK_SEED'] ?? Date.now() % 2 ** 31)
t.comment(`FAST_CHECK_SEED=${seed}`)

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1')
const caller = { remoteAddress: '192.0.2.1', tls: null, user: null }

/** Whole, byte by byte, and cut at random places. */
function splits(text: Buffer): Buffer[][] {
  if (text.length > 20_000) return [[text], parts(text, [text.length >> 1])]
  const single = [...text.keys()].map((i) => text.subarray(i, i + 1))
  const places = fc.sample(fc.array(fc.nat(text.length), { maxLength: 8 }), { seed, numRuns: 8 })
  return [[text], single, ...places.map((each) => parts(text, each))]
}

function parts(text: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...[...places].sort((a, b) => a - b), text.length]
  return sorted.slice(1).map((end, i) => text.subarray(sorted[i], end))
}

/** As in the table of bodies, but with all that goes to a daemon as its last member. */
async function meaningOf(chunks: readonly Uint8Array[]): Promise<unknown> {
  const reader = new EnvelopeReader()
  for (const chunk of chunks) reader.push(chunk)
  const envelope = reader.finish()
  if (envelope.kind === 'not-json') return 400
  if (envelope.kind === 'malformed') return envelope.text
  const { name, services } = envelope
  const sent = rawToBuffer(writeEnvelope(await withReadableArguments({ ...envelope, caller }), services))
  return { name, services, sent: sent.toString('latin1') }
}

function expected(meaning: Exclude<Meaning, number | string>): unknown {
  const { name, services = [], arguments: args } = meaning
  const string = (text: string): string => bytes(JSON.stringify(text)).toString('latin1')
  const list = services.length === 0 ? '[  ]' : `[ ${services.map(string).join(', ')} ]`
  const utf8 = Buffer.from(JSON.stringify(name)).toString('latin1')
  const members = `"command": ${utf8}, "service": ${list}, "remote-address": "192.0.2.1"`
  return { name, services, sent: `{ ${members}${args === undefined ? '' : `, "arguments": ${args}`} }` }
}

function spliced(chunks: readonly Uint8Array[]): string | null | typeof cut {
  const reader = new AnswerReader(100_000_000, unlimited)
  let state = 'more'
  for (const chunk of chunks) state = reader.push(chunk)
  if (state === 'done') return rawToBuffer(reader.answer()).toString('latin1')
  return state === 'bad' ? null : cut
}

t.test('there are enough of them, and none twice', (t) => {
  for (const list of [values.map(({ text }) => text), bodies.map(([body]) => body), answers.map(([sent]) => sent)]) {
    t.equal(new Set(list).size, list.length)
  }
  t.ok(values.length + bodies.length >= 300, `${values.length + bodies.length} bodies`)
  t.ok(values.length + answers.length >= 300, `${values.length + answers.length} answers`)
  t.end()
})

t.test('every body means what is written down, and so does what is sent on', async (t) => {
  for (const [body, meaning] of bodies) {
    for (const chunks of splits(bytes(body))) {
      const found = await meaningOf(chunks)
      if (typeof meaning === 'object') deepStrictEqual(found, expected(meaning), body.slice(0, 100))
      else if (meaning === 400) deepStrictEqual(found, 400, body.slice(0, 100))
      else deepStrictEqual(String(found).slice(0, meaning.length), meaning, body.slice(0, 100))
    }
    t.pass(JSON.stringify(body.slice(0, 60)))
  }
})

t.test('every value is forwarded, respelled or refused as written down', async (t) => {
  for (const { category, text, forwarded } of values) {
    const body = bytes(`{"command":"c","service":["s"],"arguments":${text}}`)
    const wanted = forwarded === null
      ? 400
      // Blanks around a value belong to the client's envelope.
      : expected({ name: 'c', services: ['s'], arguments: forwarded.replace(/^[\b\t\n\f\r ]+|[\b\t\n\f\r ]+$/g, '') })
    for (const chunks of splits(body)) deepStrictEqual(await meaningOf(chunks), wanted, text.slice(0, 100))
    t.pass(`${category}: ${JSON.stringify(text.slice(0, 60))}`)
  }
})

t.test('every answer is spliced or refused as written down', (t) => {
  for (const [sent, wanted] of answers) {
    for (const chunks of splits(bytes(sent))) deepStrictEqual(spliced(chunks), wanted, sent.slice(0, 100))
    t.pass(JSON.stringify(sent.slice(0, 60)))
  }
  for (const { category, text, answered } of values) {
    const sent = `{"result":0,"arguments":${text}}`
    for (const chunks of splits(bytes(sent))) {
      const found = spliced(chunks)
      if (answered) deepStrictEqual(found, sent, text.slice(0, 100))
      else deepStrictEqual(found === null || found === cut, true, text.slice(0, 100))
    }
    t.pass(`${category}: ${JSON.stringify(text.slice(0, 60))}`)
  }
  t.end()
})

t.test('a million brackets are refused after a hundred', (t) => {
  for (const open of ['[', '{"a":', '[{"a":']) {
    const flood = bytes(open.repeat(1_000_000 / open.length))
    const before = process.memoryUsage().heapUsed
    const command = new EnvelopeReader()
    command.push(bytes('{"command":"c","arguments":'))
    const answer = new AnswerReader(100_000_000, unlimited)
    for (let at = 0; at < flood.length; at += 65_536) {
      command.push(flood.subarray(at, at + 65_536))
      answer.push(flood.subarray(at, at + 65_536))
    }
    t.match(command.finish(), { kind: 'not-json', text: /more than 100 maps and lists lie inside each other/ })
    t.match(answer.problem(), /more than 100 maps and lists lie inside each other \(byte \d{1,3}\)/)
    t.ok(process.memoryUsage().heapUsed - before < 5_000_000, 'and nothing of them is kept')
  }
  t.end()
})
