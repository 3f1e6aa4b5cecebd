// A daemon's answer of an exact size, made piece by piece, so that a large one takes no memory in the test.

/** Leases as Kea prints them, each different, in pieces of odd sizes that cut them anywhere. */
export function* patternedAnswer(size: number): Generator<Buffer> {
  const [open, close] = ['{ "arguments": { "leases": [ 0', ' ] }, "result": 0, "text": "ok" }']
  yield Buffer.from(open)
  let left = size - open.length - close.length
  for (let i = 0; left > 0; i++) {
    const lease = `, { "cltt": ${i}, "hostname": "host-${i}.example.org", "ip-address": "192.0.2.${i % 256}", "state": 0 }`
    const many = lease.repeat(1 + ((i * 7919) % 1009))
    // The rest, where no whole lease fits, is blank.
    const piece = many.length <= left ? many : ' '.repeat(left)
    left -= piece.length
    yield Buffer.from(piece)
  }
  yield Buffer.from(close)
}
