// A client of bytes: sends exactly what a test says and reads replies by the rules of Kea's own HTTP client, the
// strictest reader among the known ones.

import { readFileSync } from 'node:fs'
import net from 'node:net'
import tls from 'node:tls'
import type { Owner } from '../support/child.ts'
import type { Door } from '../kea/door.ts'

export interface RawReply {
  readonly version: string
  readonly status: number
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

export interface RawClient {
  send(text: string): void
  /** The next reply on this connection. @throws when Kea's client would not accept it, or the connection ends first */
  reply(): Promise<RawReply>
  /** Resolves when the agent has closed the connection. */
  readonly closed: Promise<void>
  /** The ALPN protocol agreed on, null in plain HTTP or when none was. */
  readonly protocol: string | null
}

/** Opens a connection to a door; it is closed when the owner's test ends. */
export async function connectRaw(owner: Owner, door: Door, options: tls.ConnectionOptions = {}): Promise<RawClient> {
  const socket = await open(door, options)
  owner.teardown(() => socket.destroy())
  let buffer = Buffer.alloc(0)
  let ended = false
  let wake = (): void => undefined
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk])
    wake()
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('error', () => undefined).once('close', () => {
      ended = true
      wake()
      resolve()
    })
  })
  const reply = async (): Promise<RawReply> => {
    for (;;) {
      const taken = takeReply(buffer)
      if (taken !== null) {
        buffer = buffer.subarray(taken.length)
        return taken.reply
      }
      if (ended) throw new Error(`connection closed after ${JSON.stringify(buffer.toString())}`)
      await new Promise<void>((resolve) => (wake = resolve))
    }
  }
  const protocol = socket instanceof tls.TLSSocket && socket.alpnProtocol !== false ? socket.alpnProtocol : null
  return { send: (text) => socket.write(text), reply, closed, protocol }
}

/** A request of these header lines with the body's length in bytes, as any of the HTTP/1.1 clients would write it. */
export function rawRequest(lines: readonly string[], body: string): string {
  return [...lines, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n')
}

function open(door: Door, options: tls.ConnectionOptions): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const settle = (socket: net.Socket, event: string): void => {
      socket.once('error', reject).once(event, () => resolve(socket))
    }
    if (door.ca === null) {
      settle(net.connect(door.port, '127.0.0.1'), 'connect')
      return
    }
    const own = door.client === null ? {} : { cert: readFileSync(door.client.cert), key: readFileSync(door.client.key) }
    const host = { host: '127.0.0.1', port: door.port, ca: readFileSync(door.ca) }
    settle(tls.connect({ ...host, ...own, ...options }), 'secureConnect')
  })
}

function takeReply(buffer: Buffer): { reply: RawReply; length: number } | null {
  const end = buffer.indexOf('\r\n\r\n')
  if (end < 0) return null
  const [first = '', ...lines] = buffer.subarray(0, end).toString('latin1').split('\r\n')
  const line = /^HTTP\/(\d\.\d) ([2-5]\d\d) \S.*$/.exec(first)
  if (line === null) throw new Error(`Kea's client refuses the status line "${first}"`)
  const headers = new Map<string, string>()
  for (const each of lines) {
    const header = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([^\t]*)$/.exec(each)
    if (header === null) throw new Error(`Kea's client refuses the header "${each}"`)
    headers.set((header[1] ?? '').toLowerCase(), header[2] ?? '')
  }
  if (headers.has('transfer-encoding')) throw new Error("Kea's client knows no transfer encodings")
  const length = headers.get('content-length') ?? ''
  if (!/^\d+$/.test(length)) throw new Error("Kea's client needs a Content-Length")
  const start = end + 4
  const stop = start + Number(length)
  if (buffer.length < stop) return null
  const body = buffer.subarray(start, stop).toString()
  return { reply: { version: line[1] ?? '', status: Number(line[2]), headers, body }, length: stop }
}
