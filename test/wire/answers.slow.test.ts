// Large answers through the built program: whole and unchanged, to every kind of client, however slowly it reads.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import net from 'node:net'
import type { Socket } from 'node:net'
import tls from 'node:tls'
import t from 'tap'
import { FakeDaemon } from '../support/fake-daemon.ts'
import { makeCertificates } from '../kea/certificates.ts'
import { openDoor } from '../kea/door.ts'
import type { Door } from '../kea/door.ts'
import { patternedAnswer } from '../support/patterned-answer.ts'

const MB = 1_000_000

interface Reading {
  readonly version?: '1.0' | '1.1'
  /** Bytes a second, for so many milliseconds; then as fast as it goes. */
  readonly slow?: { readonly rate: number; readonly during: number }
}

/** What arrived as the one element of the list, as its size and SHA-256. */
interface Arrived {
  readonly size: number
  readonly hash: string
}

/** Answers `size-N` with an answer of N bytes, cut anywhere, and keeps its hash. */
async function sizedDaemon(): Promise<{ daemon: FakeDaemon; hashes: Map<number, string> }> {
  const hashes = new Map<number, string>()
  const daemon = await FakeDaemon.listen(async (connection) => {
    const command = (await connection.command()).toString()
    const size = Number(/"size-(\d+)"/.exec(command)?.[1] ?? 20)
    const hash = createHash('sha256')
    for (const piece of patternedAnswer(size)) {
      hash.update(piece)
      await connection.write(piece)
    }
    hashes.set(size, hash.digest('hex'))
    connection.end()
  })
  return { daemon, hashes }
}

async function connectTo(door: Door): Promise<Socket> {
  const where = { port: door.port, host: '127.0.0.1' }
  const socket = door.ca === null ? net.connect(where) : tls.connect({ ...where, ca: readFileSync(door.ca) })
  await new Promise<void>((resolve, reject) => {
    socket.once(door.ca === null ? 'connect' : 'secureConnect', resolve).once('error', reject)
  })
  return socket
}

/** Asks for an answer of so many bytes and reads it as told. */
async function ask(door: Door, size: number, reading: Reading = {}): Promise<Arrived> {
  const socket = await connectTo(door)
  const body = `{ "command": "size-${size}", "service": [ "dhcp4" ] }`
  const lines = [
    `POST / HTTP/${reading.version ?? '1.1'}`, 'Content-Type: application/json', `Content-Length: ${body.length}`,
    'Connection: close', '', body,
  ]
  socket.write(lines.join('\r\n'))
  const began = performance.now()
  const hash = createHash('sha256')
  let [head, length, read, received] = ['', -1, 0, 0]
  const list = (bytes: Buffer): void => {
    // The element stands between "[ " and " ]".
    const from = Math.max(2 - read, 0)
    const to = Math.min(bytes.length, length - 2 - read)
    if (to > from) hash.update(bytes.subarray(from, to))
    read += bytes.length
  }
  for await (const chunk of socket) {
    let bytes = chunk as Buffer
    received += bytes.length
    if (length < 0) {
      head += bytes.toString('latin1')
      const end = head.indexOf('\r\n\r\n')
      if (end < 0) continue
      length = Number(/\r\nContent-Length: (\d+)/.exec(head)?.[1])
      bytes = Buffer.from(head.slice(end + 4), 'latin1')
    }
    list(bytes)
    const { slow } = reading
    if (slow === undefined || performance.now() - began > slow.during) continue
    const ahead = (received / slow.rate) * 1000 - (performance.now() - began)
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead))
  }
  if (read !== length) throw new Error(`${read} of ${length} bytes arrived after ${head.slice(0, 100)}`)
  return { size: read - 4, hash: hash.digest('hex') }
}

for (const mode of ['off', 'server'] as const) {
  t.test(`${mode === 'off' ? 'plain' : 'TLS'}: answers of 1, 20 and 200 MB arrive as they were sent`, async (t) => {
    const { daemon, hashes } = await sizedDaemon()
    t.teardown(() => daemon.close())
    const sockets = { dhcp4: daemon.path }
    const door = await openDoor(t, { tls: mode, basic: false }, await makeCertificates(t), { sockets })
    const idle = memoryOf(door)
    for (const size of [MB, 20 * MB, 200 * MB]) {
      for (const version of ['1.1', '1.0'] as const) {
        const began = performance.now()
        const arrived = await ask(door, size, { version })
        t.same(arrived, { size, hash: hashes.get(size) }, `${size} bytes with HTTP/${version}`)
        const grown = memoryOf(door).peak - idle.now
        t.comment(`${size / MB} MB in ${Math.round(performance.now() - began)} ms, peak memory ${grown} MB above idle`)
        t.ok(grown < (1.5 * size) / MB + 100, 'memory stays near the size of the answer')
      }
    }
    const slow = { rate: 100_000, during: 4000 }
    const [first, second] = await Promise.all([ask(door, MB, { slow }), ask(door, 20 * MB, { slow })])
    t.same([first.hash, second.hash], [hashes.get(MB), hashes.get(20 * MB)], 'also to a reader at 100 kB/s')
    t.equal(await door.stop(), 0)
  })
}

/** Resident memory in MB. */
function memoryOf(door: Door): { readonly now: number; readonly peak: number } {
  const status = readFileSync(`/proc/${door.pid}/status`, 'ascii')
  const field = (name: string): number => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1000)
  return { now: field('VmRSS'), peak: field('VmHWM') }
}
