// All pages of a command whose pages are found by an index, not by an address.

import t from 'tap'
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
