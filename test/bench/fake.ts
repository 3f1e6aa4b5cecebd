// Daemons that take no time: each answers prepared bytes on a UNIX socket and closes, as Kea does. One may hang
// instead. Run as a process of its own: node fake.js SOCKETS, with SOCKETS as JSON.

import net from 'node:net'

/** Socket path to the size of its answers in bytes, or to `hang`: takes commands and never says a word. */
export type FakeSockets = Readonly<Record<string, number | 'hang'>>

const sockets = JSON.parse(process.argv[2] ?? '{}') as FakeSockets
let listening = Object.keys(sockets).length

for (const [path, size] of Object.entries(sockets)) {
  const answer = size === 'hang' ? null : leases(size)
  const server = net.createServer((socket) => {
    // The commands of the benchmark are small: the first piece holds one whole.
    socket.once('data', () => {
      if (answer !== null) socket.end(answer)
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen({ path, backlog: 511 }, () => {
    if (--listening === 0) console.log('FAKE_DAEMONS_STARTED')
  })
}

/**
 * An answer of exactly so many bytes, of the kind that is large in real life: leases as `lease4-get-all` lists them.
 */
function leases(size: number): Buffer {
  const head = '{ "arguments": { "leases": [ '
  const tail = ' ] }, "result": 0, "text": ""'
  const text: string[] = []
  let length = head.length + tail.length + 2
  for (let index = 0; ; index++) {
    const lease = `${index === 0 ? '' : ', '}${JSON.stringify({
      'client-id': '42:42:42:42:42:42:42:42',
      cltt: 1_600_000_000 + index,
      'fqdn-fwd': false,
      'fqdn-rev': true,
      hostname: `host-${index}.example.org`,
      'hw-address': '1a:1b:1c:1d:1e:1f',
      'ip-address': `192.0.${(index >> 8) & 255}.${index & 255}`,
      state: 0,
      'subnet-id': 44,
      'valid-lft': 3600,
    })}`
    if (length + lease.length > size) break
    text.push(lease)
    length += lease.length
  }
  const whole = head + text.join('') + tail
  return Buffer.from(`${whole}${' '.repeat(Math.max(0, size - whole.length - 2))} }`)
}
