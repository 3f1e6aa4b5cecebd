// A client of bytes: sends exactly what a test says, and reads answers as strictly as Kea's own HTTP client does.

import net from 'node:net'
import type { Socket } from 'node:net'

export interface RawAnswer {
  readonly status: number
  readonly reason: string
  /** Lower-case names; of a repeated one the last. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
  /** The head as received. */
  readonly head: string
}

interface Owner {
  teardown(done: () => unknown): void
}

export class RawClient {
  readonly socket: Socket
  /** Resolves when both sides are closed. */
  readonly closed: Promise<void>
  #received: Buffer[] = []
  #size = 0
  /** Bytes that the next answer has at least; to look earlier is no use. */
  #needed = 0
  #ended = false
  #wake: () => void = () => undefined

  constructor(socket: Socket) {
    this.socket = socket
    socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('data', (chunk: Buffer) => {
      this.#received.push(chunk)
      this.#size += chunk.length
      this.#wake()
    })
    const ended = (): void => {
      this.#ended = true
      this.#wake()
    }
    socket.on('end', ended).on('close', ended)
  }

  /** Text is sent as Latin-1, one byte a character. */
  send(bytes: string | Uint8Array): void {
    this.socket.write(toBytes(bytes))
  }

  /** Sends, and resolves when the system has taken it or the connection is gone. */
  async sent(bytes: string | Uint8Array): Promise<void> {
    if (this.socket.writable) await new Promise<void>((resolve) => this.socket.write(toBytes(bytes), () => resolve()))
  }

  /** Closes our side. */
  end(): void {
    this.socket.end()
  }

  /** The next answer. @throws when the server closes before it is complete */
  async answer(): Promise<RawAnswer> {
    for (;;) {
      const answer = this.#take()
      if (answer !== null) return answer
      if (this.#ended) throw new Error(`closed after ${JSON.stringify(this.#joined().toString('latin1'))}`)
      await this.#change()
    }
  }

  /** Drops bytes received that are no answer. */
  discard(count: number): void {
    const left = this.#joined().subarray(count)
    this.#received = [left]
    this.#size = left.length
    this.#needed = 0
  }

  /** All answers until the server closes. */
  async rest(): Promise<RawAnswer[]> {
    while (!this.#ended) await this.#change()
    const answers: RawAnswer[] = []
    for (let answer = this.#take(); answer !== null; answer = this.#take()) answers.push(answer)
    if (this.#size > 0) throw new Error(`left over: ${JSON.stringify(this.#joined().toString('latin1'))}`)
    return answers
  }

  #take(): RawAnswer | null {
    if (this.#size < this.#needed) return null
    const taken = takeAnswer(this.#joined())
    if (typeof taken === 'number') {
      this.#needed = taken
      return null
    }
    this.discard(taken.size)
    return taken.answer
  }

  #joined(): Buffer {
    const [first] = this.#received
    if (first !== undefined && this.#received.length === 1) return first
    const joined = Buffer.concat(this.#received)
    this.#received = [joined]
    return joined
  }

  #change(): Promise<void> {
    return new Promise((resolve) => (this.#wake = resolve))
  }
}

export async function connectTo(owner: Owner, port: number): Promise<RawClient> {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
  owner.teardown(() => socket.destroy())
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return new RawClient(socket)
}

/** A valid request that runs a command; `lines` are further header lines. */
export function commandRequest(name: string, lines: readonly string[] = [], path = '/'): string {
  const body = `{ "command": ${JSON.stringify(name)} }`
  const head = [`POST ${path} HTTP/1.1`, 'Host: a', 'Content-Type: application/json', ...lines]
  return [...head, `Content-Length: ${body.length}`, '', body].join('\r\n')
}

/** Text and password as the value of an `Authorization` header. */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

function toBytes(bytes: string | Uint8Array): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes
}

/** The answer at the beginning, or how many bytes are needed to look again. */
function takeAnswer(received: Buffer): { answer: RawAnswer; size: number } | number {
  const end = received.indexOf('\r\n\r\n')
  if (end < 0) return received.length + 1
  const head = received.toString('latin1', 0, end)
  const [first = '', ...lines] = head.split('\r\n')
  const line = /^HTTP\/1\.1 ([2-5]\d\d) (\S.*)$/.exec(first)
  if (line === null) throw new Error(`bad status line ${JSON.stringify(first)}`)
  const headers = new Map<string, string>()
  for (const each of lines) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): ([^\t\r\n]*)$/.exec(each) ?? []
    if (name === undefined || value === undefined) throw new Error(`bad header ${JSON.stringify(each)}`)
    headers.set(name.toLowerCase(), value)
  }
  if (headers.has('transfer-encoding')) throw new Error('a chunked answer')
  const length = headers.get('content-length') ?? ''
  if (!/^\d+$/.test(length)) throw new Error(`no Content-Length in ${JSON.stringify(head)}`)
  const size = end + 4 + Number(length)
  if (received.length < size) return size
  const [, status = '', reason = ''] = line
  const body = received.toString('utf8', end + 4, size)
  return { answer: { status: Number(status), reason, headers, body, head }, size }
}
