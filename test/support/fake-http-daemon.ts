// A scriptable HTTP or HTTPS listener of a daemon, written on bare sockets so that it can break every rule of HTTP. It
// counts connections and whole requests, and keeps what it received byte for byte.

import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import tls from 'node:tls'
import type { Owner } from './child.ts'

export interface FakeRequest {
  /** Lines of the head, the request line first. */
  readonly head: readonly string[]
  readonly body: string
  /** Its place among all requests of the daemon, from 0. */
  readonly index: number
}

/** What the daemon does with one whole request. */
export type HttpScript = (socket: Socket, request: FakeRequest) => unknown

export class FakeHttpDaemon {
  readonly requests: FakeRequest[] = []
  readonly sockets: Socket[] = []
  /** Bytes that arrived, decrypted, those of unfinished requests included. */
  bytes = 0
  readonly #server: net.Server
  #arrivals: (() => void)[] = []

  private constructor(script: HttpScript, options: tls.TlsOptions | null) {
    const serve = (socket: Socket): void => this.#serve(socket, script)
    this.#server = options === null ? net.createServer(serve) : tls.createServer(options, serve)
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.push(socket)
      socket.on('error', () => undefined)
    })
  }

  /** Closed when the owner's test ends. @param options with them it speaks TLS. @param port any free one if left out */
  static async listen(
    owner: Pick<Owner, 'teardown'>,
    script: HttpScript,
    options: tls.TlsOptions | null = null,
    port = 0,
  ): Promise<FakeHttpDaemon> {
    const daemon = new FakeHttpDaemon(script, options)
    await new Promise<void>((resolve, reject) => {
      daemon.#server.once('error', reject).listen(port, '127.0.0.1', resolve)
    })
    owner.teardown(() => daemon.close())
    return daemon
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Resolves when so many whole requests have arrived in all. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await new Promise<void>((resolve) => this.#arrivals.push(resolve))
  }

  /** Shows another certificate, or trusts other clients, from the next connection on; only with TLS. */
  changeCertificate(options: tls.SecureContextOptions): void {
    if (!(this.#server instanceof tls.Server)) throw new Error('it does not speak TLS')
    this.#server.setSecureContext(options)
  }

  /** Sends these bytes at once on each connection that comes from now on. */
  greet(bytes: string): void {
    this.#server.on('connection', (socket: Socket) => socket.write(bytes))
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
  }

  #serve(socket: Socket, script: HttpScript): void {
    let pending = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length
      pending = Buffer.concat([pending, chunk])
      for (let whole = requestIn(pending); whole !== null; whole = requestIn(pending)) {
        pending = pending.subarray(whole.length)
        const request = { head: whole.head, body: whole.body, index: this.requests.length }
        this.requests.push(request)
        for (const resolve of this.#arrivals) resolve()
        this.#arrivals = []
        void script(socket, request)
      }
    })
  }
}

function requestIn(bytes: Buffer): { head: string[]; body: string; length: number } | null {
  const end = bytes.indexOf('\r\n\r\n')
  if (end < 0) return null
  const head = bytes.toString('latin1', 0, end).split('\r\n')
  const length = Number(/^content-length: (\d+)$/im.exec(head.join('\n'))?.[1] ?? 0)
  const start = end + 4
  if (bytes.length < start + length) return null
  return { head, body: bytes.toString('utf8', start, start + length), length: start + length }
}

/** One reply as Kea writes it. */
export function reply(body: string | Buffer, status = '200 OK', type = 'application/json'): Buffer {
  const bytes = Buffer.from(body)
  const head = `HTTP/1.1 ${status}\r\nContent-Length: ${bytes.length}\r\nContent-Type: ${type}\r\n\r\n`
  return Buffer.concat([Buffer.from(head), bytes])
}

/** Answers every request with the same body, or with what a function makes of the command, and stays open. */
export function replying(body: string | ((command: string, index: number) => string)): HttpScript {
  return (socket, request) => {
    socket.write(reply(typeof body === 'string' ? body : body(request.body, request.index)))
  }
}

/** Sends bytes as they are, then closes. */
export function sending(bytes: string | Buffer): HttpScript {
  return (socket) => socket.end(bytes)
}
