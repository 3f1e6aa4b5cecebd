// The header of the PROXY protocol: what is one, where it ends, and what is refused.

import t from 'tap'
import { parseProxyHeader } from '../../../src/http/proxy/proxy-protocol/parse-header.ts'
import { version1, version2 } from '../../support/proxy-header.ts'

const text = (line: string): Buffer => Buffer.from(line, 'latin1')
const ipv6 = Buffer.concat([
  Buffer.from('20010db8000000000000000000000005', 'hex'), Buffer.from('00000000000000000000000000000001', 'hex'),
  Buffer.from([0xa1, 0x12, 0x1f, 0x40]),
])
const mapped = Buffer.concat([Buffer.from('00000000000000000000ffffcb007105', 'hex'), ipv6.subarray(16)])

const good: readonly (readonly [name: string, bytes: Buffer, source: string | null])[] = [
  ['1, TCP4', version1('203.0.113.5'), '203.0.113.5'],
  ['1, TCP6', version1('2001:DB8::5', '::1'), '2001:db8::5'],
  ['1, TCP6 of a mapped address', version1('::ffff:203.0.113.5', '::1'), '203.0.113.5'],
  ['1, the longest', text('PROXY UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n'), null],
  ['1, UNKNOWN', text('PROXY UNKNOWN\r\n'), null],
  ['1, UNKNOWN and more', text('PROXY UNKNOWN whatever it is\r\n'), null],
  ['2, TCP4', version2('203.0.113.5'), '203.0.113.5'],
  ['2, TCP4 and TLVs', version2('203.0.113.5', { tlvs: Buffer.alloc(500, 4) }), '203.0.113.5'],
  ['2, the largest', version2('203.0.113.5', { tlvs: Buffer.alloc(4068) }), '203.0.113.5'],
  ['2, TCP6', version2(ipv6, { family: 0x21 }), '2001:db8::5'],
  ['2, TCP6 of a mapped address', version2(mapped, { family: 0x21 }), '203.0.113.5'],
  ['2, LOCAL', version2(Buffer.alloc(0), { command: 0x20, family: 0 }), null],
  ['2, LOCAL with addresses', version2('203.0.113.5', { command: 0x20 }), null],
  ['2, LOCAL of any family', version2(Buffer.alloc(3), { command: 0x20, family: 0x77 }), null],
  ['2, UNSPEC', version2(Buffer.alloc(0), { family: 0 }), null],
  ['2, UNSPEC with more', version2(Buffer.alloc(20), { family: 0 }), null],
  ['2, UNIX', version2(Buffer.alloc(216), { family: 0x31 }), null],
]

t.test('a header is read to its end, wherever it is cut', async (t) => {
  for (const [name, bytes, source] of good) {
    const expected = { kind: 'header', source, size: bytes.length }
    t.same(parseProxyHeader(bytes), expected, name)
    t.same(parseProxyHeader(Buffer.concat([bytes, text('POST / HTTP/1.1\r\n\r\n')])), expected, `${name}, and a request`)
    for (let cut = 0; cut < bytes.length; cut++) {
      const part = parseProxyHeader(bytes.subarray(0, cut))
      if (part.kind !== 'incomplete') t.fail(`${name}, cut at ${cut}: ${part.kind}`)
    }
  }
})

const bad: readonly (readonly [name: string, bytes: Buffer, reason: RegExp])[] = [
  ['a request', text('POST / HTTP/1.1\r\n'), /does not begin with a header/],
  ['TLS', Buffer.from([0x16, 3, 1]), /does not begin with a header/],
  ['lower case', text('proxy TCP4 '), /does not begin with a header/],
  ['something like version 2', text('\r\n\r\n\0\r\nQUIT\r'), /does not begin with a header/],
  ['1, LF alone', text('PROXY TCP4 203.0.113.5 127.0.0.1 1 2\n'), /does not end in CR LF/],
  ['1, CR alone', text('PROXY TCP4 203.0.113.5 127.0.0.1 1 2\rx'), /does not end in CR LF/],
  ['1, a NUL', text('PROXY TCP4 203.0.113.5\0'), /does not end in CR LF/],
  ['1, too long', text(`PROXY UNKNOWN ${'x'.repeat(100)}\r\n`), /longer than 107 bytes/],
  ['1, a request behind it', text('PROXY TCP4 203.0.113.5 POST / HTTP/1.1\r\n'), /two addresses and two ports/],
  ['1, another protocol', text('PROXY UDP4 203.0.113.5 127.0.0.1 1 2\r\n'), /none of TCP4, TCP6 and UNKNOWN/],
  ['1, no protocol', text('PROXY \r\n'), /none of TCP4/],
  ['1, two blanks', text('PROXY TCP4  203.0.113.5 127.0.0.1 1 2\r\n'), /two addresses and two ports/],
  ['1, a blank at the end', text('PROXY TCP4 203.0.113.5 127.0.0.1 1 2 \r\n'), /two addresses and two ports/],
  ['1, a name', text('PROXY TCP4 localhost 127.0.0.1 1 2\r\n'), /two addresses and two ports/],
  ['1, octal', text('PROXY TCP4 010.0.0.1 127.0.0.1 1 2\r\n'), /two addresses and two ports/],
  ['1, IPv6 as TCP4', text('PROXY TCP4 ::1 127.0.0.1 1 2\r\n'), /TCP4 is not followed/],
  ['1, IPv4 as TCP6', text('PROXY TCP6 203.0.113.5 ::1 1 2\r\n'), /TCP6 is not followed/],
  ['1, a zone', text('PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n'), /TCP6 is not followed/],
  ['1, a port too large', text('PROXY TCP4 203.0.113.5 127.0.0.1 65536 2\r\n'), /two ports/],
  ['1, a port with a zero', text('PROXY TCP4 203.0.113.5 127.0.0.1 01 2\r\n'), /two ports/],
  ['1, no ports', text('PROXY TCP4 203.0.113.5 127.0.0.1\r\n'), /two ports/],
  ['2, version 1', version2('203.0.113.5', { command: 0x11 }), /another version/],
  ['2, another command', version2('203.0.113.5', { command: 0x22 }), /another version, or a command/],
  ['2, UDP', version2('203.0.113.5', { family: 0x12 }), /addresses are of another kind/],
  ['2, another family', version2('203.0.113.5', { family: 0x41 }), /addresses are of another kind/],
  ['2, IPv4 cut short', version2(Buffer.alloc(11)), /11 bytes are too few/],
  ['2, IPv6 cut short', version2(Buffer.alloc(35), { family: 0x21 }), /35 bytes are too few/],
  ['2, UNIX cut short', version2(Buffer.alloc(215), { family: 0x31 }), /215 bytes are too few/],
  ['2, too large', version2('203.0.113.5', { length: 4081 }), /4097 bytes, more than 4096/],
  ['2, the largest length', version2('203.0.113.5', { length: 65_535 }), /more than 4096/],
]

t.test('what is no header is refused, as soon as that is seen', async (t) => {
  for (const [name, bytes, reason] of bad) {
    const found = parseProxyHeader(bytes)
    t.equal(found.kind, 'malformed', name)
    if (found.kind === 'malformed') t.match(found.reason, reason, name)
  }
})

t.test('no bytes are more than can be decided on', async (t) => {
  // The state of a generator of its own, so that a failure can be seen again.
  let seed = 20_261_130
  const random = (below: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
    return seed % below
  }
  for (let round = 0; round < 20_000; round++) {
    const [, bytes = Buffer.alloc(0)] = good[random(good.length)] ?? []
    const changed = Buffer.from(bytes)
    for (let count = random(3); count >= 0; count--) changed.writeUInt8(random(256), random(changed.length))
    const found = parseProxyHeader(Buffer.concat([changed, Buffer.alloc(5000, 0x41)]))
    if (found.kind === 'incomplete') t.fail(`undecided after 5000 bytes: ${changed.toString('hex')}`)
    if (found.kind === 'header' && found.size > 4096) t.fail(`too large: ${changed.toString('hex')}`)
  }
})
