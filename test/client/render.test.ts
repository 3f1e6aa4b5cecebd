// What people see at a terminal: tables that fit, times, several services, and nothing that could control it.

import fc from 'fast-check'
import t from 'tap'
import { parseAnswer } from '../../src/client/large-lists.ts'
import { answerLines } from '../../src/client/render/answer.ts'
import { table } from '../../src/client/render/table.ts'
import { cut, widthOf } from '../../src/client/render/text.ts'
import { durationText, expiryText } from '../../src/client/render/time.ts'
import { plain } from '../../src/process/terminal-color.ts'

function shown(text: string, width = 80, services: readonly string[] = []): string[] {
  const { root, itemsOf } = parseAnswer(Buffer.from(text))
  return [...answerLines(root, { services, width, paint: plain, itemsOf, hint: '' })]
}

const lease = (n: number, more = ''): string =>
  `{ "ip-address": "192.0.2.${n % 256}", "hw-address": "02:00:00:00:00:01", "hostname": "host-${n}.example.org", "subnet-id": 1,
    "state": 1, "cltt": 1700000000, "valid-lft": 3600, "client-id": "01:02:00:00:00:00:01"${more} }`

t.test('a lease table leaves out the client identifier before it cuts an address', async (t) => {
  const text = `[ { "result": 0, "text": "1 IPv4 lease(s) found.", "arguments": { "leases": [ ${lease(1)} ] } } ]`
  const wide = shown(text, 120)
  t.same(wide.slice(0, 2), ['result 0, success', '1 IPv4 lease(s) found.'])
  t.match(wide[2], /^ADDRESS +HW ADDRESS +HOSTNAME +SUBNET +STATE +EXPIRES +CLIENT ID$/)
  t.match(wide[3], /^192\.0\.2\.1 +02:00:00:00:00:01 +host-1\.example\.org +1 +declined +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d +01:02:/)
  const narrow = shown(text, 80)
  t.ok(narrow.every((line) => widthOf(line) <= 80))
  t.match(narrow[3], /02:00:00:00:00:01 /)
  t.match(narrow.at(-1), /too narrow for CLIENT ID/)
})

t.test('one lease, statistics, result sets, result codes', async (t) => {
  t.match(shown(`[ { "result": 0, "arguments": ${lease(7)} } ]`).join('\n'), /^state +1 \(declined\)$/m)
  const statistics = shown('[ { "result": 0, "arguments": { "a": [ [ 123456789012345678901234567890, "2026-01-01 00:00:00.123" ] ] } } ]')
  t.match(statistics.join('\n'), /^a +123456789012345678901234567890 +2026-01-01 00:00:00$/m)
  const set = '{ "result-set": { "columns": [ "subnet-id", "total" ], "rows": [ [ 1, 256 ], [ 2, 65536 ] ] } }'
  t.match(shown(`[ { "result": 0, "arguments": ${set} } ]`), ['result 0, success', 'SUBNET-ID  TOTAL', '        1    256'])
  t.match(shown('[ { "result": 3, "text": "none" } ]'), ['result 3, empty', 'none'])
  t.match(shown('[ { "result": 5, "text": "no" } ]'), ['result 5, not put in force', 'no'])
  t.match(shown('{ "result": 1 }'), ['result 1, error'])
})

t.test('the daemons of an agent: what they are called comes first, what is left out last', async (t) => {
  const daemon = '{ "address": "/run/kea/kea4-ctrl-socket", "answer-milliseconds": { "highest": 9.5, "median": 1.5, "p99": 8.5 }, ' +
    '"answered": 12, "failed": 0, "host": "here", "in-flight": 0, "reachable": true, "service": "dhcp4", "waiting": 0 }'
  const text = `[ { "result": 0, "arguments": { "daemons": [ ${daemon} ], "pid": 1 } } ]`
  t.match(shown(text, 80).join('\n'), /^ +SERVICE +ADDRESS +REACHABLE +ANSWERED +FAILED.*\n +dhcp4 +\/run\/kea\/kea4-ctrl-socket +true +12 +0/m)
  t.match(shown(text, 120).join('\n'), / MEDIAN MS +99% MS .*\n.* 1\.5 +8\.5 /)
})

t.test('several services side by side where the width allows it, else one below the other', async (t) => {
  const text = '[ { "result": 0, "text": "2.2.0" }, { "result": 1, "text": "gone" } ]'
  t.same(shown(text, 80, ['dhcp4', 'dhcp6']), ['dhcp4               dhcp6', 'result 0, success   result 1, error', '2.2.0               gone'])
  t.same(shown(text, 30, ['dhcp4', 'dhcp6']), ['dhcp4', 'result 0, success', '2.2.0', '', 'dhcp6', 'result 1, error', 'gone'])
})

t.test('a long list is not parsed as a whole, and looks the same', async (t) => {
  const all = Array.from({ length: 3000 }, (_, n) => lease(n)).join(', ')
  const lines = shown(`[ { "result": 0, "arguments": { "count": 3000, "leases": [ ${all} ], "other": [ ] } } ]`, 120)
  t.match(lines[1], /^other +\(none\)$|^count +3000$/)
  t.equal(lines.filter((line) => /host-\d+\.example\.org/.test(line)).length, 3000)
  const narrow = shown(`[ { "result": 0, "arguments": { "count": 3000, "leases": [ ${all} ] } } ]`, 20)
  t.equal(narrow.filter((line) => /^ +192\.0\.2\.\d+/.test(line)).length, 3000)
})

t.test('no control sequence, direction or hidden character of an answer reaches the terminal', async (t) => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
    const value = JSON.stringify(`\u001b[2J\u0007\u202e\u009b${text}`)
    const key = JSON.stringify(`k\u001b]0;x\u0007${text}`)
    const body = `[ { "result": 0, "text": ${value}, "arguments": { "leases": [ { "hostname": ${value}, "ip-address": "1" } ], ${key}: ${value},
      "list": [ ${value} ], "deep": { "more": [ { ${key}: ${value} } ], "a": { "b": ${value} } } } } ]`
    return shown(body, 200).every((line) => !/[\p{Cc}\u202a-\u202e\u2066-\u2069\u200b-\u200f]/u.test(line))
  }))
  t.match(shown('[ { "result": 0, "text": "a\\u001b[31mb\\nc" } ]'), ['result 0, success', 'a\\x1b[31mb', 'c'])
})

t.test('nothing is wider than the terminal', async () => {
  const value: fc.Arbitrary<unknown> = fc.jsonValue({ maxDepth: 6 })
  fc.assert(fc.property(value, fc.integer({ min: 24, max: 200 }), (given, width) => {
    const text = JSON.stringify([{ result: 0, arguments: given }])
    return shown(text, width).every((line) => widthOf(line) <= width)
  }))
})

t.test('widths and times', async (t) => {
  t.equal(widthOf('caf\u00e9'), 4)
  t.equal(widthOf('\u65e5\u672c'), 4)
  t.equal(cut('abcdef', 4), 'abc\u2026')
  t.same(table([{ title: 'A' }, { title: 'B', right: true }], [['x', '1'], ['yy', '22']], 20), ['A    B', 'x    1', 'yy  22'])
  t.equal(durationText(93_784n), '1d 2h 3m 4s')
  t.equal(durationText(4_294_967_295n), 'for ever')
  t.equal(expiryText(1n, 4_294_967_295n), 'never')
})
