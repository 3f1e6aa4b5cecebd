// All pages of a command whose pages are found by an index, not by an address.

import { Writable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import t from 'tap'
import { ClientError } from '../../src/client/error.ts'
import { askAllPages } from '../../src/client/paging/all-pages.ts'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { page } from '../support/lease-source.ts'
import { hasArgument, pageCommand, readPage, withArguments } from '../../src/client/paging/page-command.ts'

t.test('reservations: the next page is what the daemon says it is', async (t) => {
  const command = pageCommand('reservation-get-page')
  const body = Buffer.from('[ { "result": 0, "arguments": { "count": 1, "hosts": [ { "hostname": "caf\u00e9" } ], "next": { "from": 12345678901234567890, "source-index": 1 } } } ]')
  const page = readPage(body, command)
  t.same(page?.next, [['from', '12345678901234567890'], ['source-index', '1']])
  t.equal(body.subarray(page?.items?.start, page?.items?.end).toString(), '{ "hostname": "caf\u00e9" }')
  t.equal(readPage(Buffer.from('[ { "result": 3, "arguments": { "count": 0, "hosts": [ ] } } ]'), command)?.next, null)
  t.equal(readPage(Buffer.from('[ { "result": 0 }, { "result": 0 } ]'), command), null, 'two services')
  t.throws(() => pageCommand('lease4-get'), /--all goes with lease4-get-page/)
})

t.test('arguments are replaced, and the others stay as they were written', async (t) => {
  t.equal(withArguments('{ "limit": 1.50, "from": "a" }', [['from', '"b"']]), '{ "limit": 1.50, "from": "b" }')
  t.equal(withArguments(null, [['from', '"start"']]), '{ "from": "start" }')
  t.ok(hasArgument('{ "limit": 1 }', 'limit'))
  t.notOk(hasArgument(null, 'limit'))
})

t.test('no page is asked for before the reader has taken the one before', async (t) => {
  const stdout = new Writable({
    highWaterMark: 1000,
    write: (_chunk, _encoding, done) => void setTimeout(50).then(() => done()),
  })
  const asked: boolean[] = []
  const daemon = await FakeDaemon.listen(async (connection) => {
    const command = await connection.command()
    asked.push(stdout.writableNeedDrain)
    await connection.write(page(command.toString(), 30))
    connection.end()
  })
  t.teardown(() => daemon.close())
  const request = { command: 'lease4-get-page', services: [], arguments: '{ "limit": 10 }' }
  const task = { command: '', words: [], services: [], where: {}, json: false, quiet: true, all: true, watch: null }
  const asking = (signal: AbortSignal): Parameters<typeof askAllPages>[1] => ({
    task,
    context: { env: {}, stdin: process.stdin, stdout, stderr: process.stderr },
    door: { target: { socketPath: daemon.path }, timeoutMs: 10_000 },
    signal,
  })
  const write = (piece: Buffer): void => void stdout.write(piece)
  t.equal(await askAllPages(request, asking(new AbortController().signal), write), 0)
  t.same(asked, [false, false, false, false])
  const stopped = new AbortController()
  const writeAndStop = (piece: Buffer): void => {
    stdout.write(piece)
    if (piece.includes('10.0.0.9')) setImmediate(() => stopped.abort())
  }
  const waiting = askAllPages(request, asking(stopped.signal), writeAndStop)
  await t.rejects(waiting, new ClientError('aborted', 'interrupted'))
})
