// A daemon's own HTTP or HTTPS listener as Kea 3.2 and later has it, as far as kea-dhcp4 3.3.0 was seen to behave: what
// it takes, what it refuses and with which words, when it closes a connection and when it keeps it open.

import net from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import tls from 'node:tls'
import type { Owner } from './child.ts'
import { answerAsKea32, parseKea32Body, serviceRefusalText } from './fake-kea32-command.ts'
import type { Kea32Service } from './fake-kea32-command.ts'

export interface Kea32Options {
  /** dhcp4 when left out. */
  readonly service?: Kea32Service
  /** With them it speaks TLS. */
  readonly tls?: tls.TlsOptions
  /** What its `authentication` asks for; nobody is asked when left out. */
  readonly login?: { readonly user: string; readonly password: string }
  /** Milliseconds without a byte of an unfinished request; 10 s when left out. */
  readonly requestTimeout?: number
  /** Milliseconds that a connection may rest after an answer; 30 s when left out. */
  readonly idleTimeout?: number
}

/** A request whose head and body were taken. */
export interface Kea32Request {
  /** Lines of the head, the request line first. */
  readonly head: readonly string[]
  readonly body: string
}

export class FakeKea32Listener {
  readonly service: Kea32Service
  readonly options: Kea32Options
  readonly requests: Kea32Request[] = []
  /** The text of each refusal of a `service`. */
  readonly serviceRefusals: string[] = []
  /** Statuses other than 200 that were answered. */
  readonly errorStatuses: number[] = []
  /** Connections accepted so far, those closed since included. */
  readonly sockets: Socket[] = []
  readonly #server: net.Server

  private constructor(options: Kea32Options) {
    this.service = options.service ?? 'dhcp4'
    this.options = options
    const serve = (socket: Socket): unknown => new Kea32Connection(socket, this)
    this.#server = options.tls === undefined ? net.createServer(serve) : tls.createServer(options.tls, serve)
    this.#server.on('connection', (socket: Socket) => {
      this.sockets.push(socket)
      socket.on('error', () => undefined)
    })
  }

  /** On 127.0.0.1, at any free port. Closed when the owner's test ends. */
  static async listen(owner: Pick<Owner, 'teardown'>, options: Kea32Options = {}): Promise<FakeKea32Listener> {
    const listener = new FakeKea32Listener(options)
    await new Promise<void>((resolve, reject) => {
      listener.#server.once('error', reject).listen(0, '127.0.0.1', resolve)
    })
    owner.teardown(async () => {
      for (const socket of listener.sockets) socket.destroy()
      await new Promise<void>((resolve) => listener.#server.close(() => resolve()))
    })
    return listener
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Takes one request. @returns the status, and the list or map that is the body of the answer */
  answer(request: Kea32Request, authorization: string | undefined): Outcome {
    this.requests.push(request)
    let command: unknown
    try {
      command = parseKea32Body(request.body)
    } catch {
      return errorOf(400)
    }
    if (!this.#admits(authorization)) return errorOf(401)
    const answer = answerAsKea32(command, this.service)
    if (serviceRefusalText.test(answer.text)) this.serviceRefusals.push(answer.text)
    return { status: 200, body: [answer] }
  }

  #admits(authorization: string | undefined): boolean {
    const { login } = this.options
    if (login === undefined) return true
    const expected = Buffer.from(`${login.user}:${login.password}`).toString('base64')
    return /^basic +(\S+) *$/i.exec(authorization ?? '')?.[1] === expected
  }
}

const reasons = { 200: 'OK', 400: 'Bad Request', 401: 'Unauthorized', 408: 'Request Timeout' } as const
type Status = keyof typeof reasons

interface Outcome {
  readonly status: Status
  readonly body: unknown
}

const realms: Readonly<Record<Kea32Service, string>> = { dhcp4: 'kea-dhcpv4-server', dhcp6: 'kea-dhcpv6-server' }

function errorOf(status: Status): Outcome {
  return { status, body: { result: status, text: reasons[status] } }
}

class Kea32Connection {
  readonly #socket: Socket
  readonly #listener: FakeKea32Listener
  #pending = Buffer.alloc(0)
  #version = '1.0'
  #timer: NodeJS.Timeout | null = null

  constructor(socket: Socket, listener: FakeKea32Listener) {
    this.#socket = socket
    this.#listener = listener
    socket.on('error', () => undefined)
    socket.on('close', () => this.#stopTimer())
    socket.on('data', (chunk: Buffer) => this.#read(chunk))
    this.#awaitRequest()
  }

  #read(chunk: Buffer): void {
    if (this.#socket.writableEnded) return
    this.#pending = Buffer.concat([this.#pending, chunk])
    this.#awaitRequest()
    const end = this.#pending.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#pending.toString('latin1', 0, end).split('\r\n')
    const headers = headersOf(head)
    const [, method = '', version = '1.0'] = /^(\S+) \S+ HTTP\/(\d+\.\d+)$/.exec(head[0] ?? '') ?? []
    this.#version = version
    const length = headers?.get('content-length') ?? ''
    const isJson = headers?.get('content-type')?.toLowerCase() === 'application/json'
    if (headers === null || method.toUpperCase() !== 'POST' || !isJson || !/^\d+$/.test(length)) {
      this.#reply(errorOf(400), 'close')
      return
    }
    const start = end + 4
    if (this.#pending.length < start + Number(length)) return
    const body = this.#pending.toString('utf8', start, start + Number(length))
    // What came in the same read behind the body is lost.
    this.#pending = Buffer.alloc(0)
    const outcome = this.#listener.answer({ head, body }, headers.get('authorization'))
    this.#reply(outcome, staysOpen(version, headers) ? 'keep' : 'close')
  }

  /** The body of the answer goes out; errors that end a connection are not announced in the head. */
  #reply({ status, body }: Outcome, then: 'keep' | 'close'): void {
    if (status !== 200) this.#listener.errorStatuses.push(status)
    const text = JSON.stringify(body)
    const challenge = status === 401 ? `WWW-Authenticate: Basic realm="${realms[this.#listener.service]}"\r\n` : ''
    this.#socket.write(
      `HTTP/${this.#version} ${status} ${reasons[status]}\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` +
        `Content-Type: application/json\r\nDate: ${new Date().toUTCString()}\r\n${challenge}\r\n${text}`,
    )
    if (then === 'close') {
      this.#stopTimer()
      this.#socket.end()
    } else {
      this.#await(this.#listener.options.idleTimeout ?? 30_000, () => this.#socket.end())
    }
  }

  #awaitRequest(): void {
    this.#await(this.#listener.options.requestTimeout ?? 10_000, () => this.#reply(errorOf(408), 'close'))
  }

  #await(milliseconds: number, timeUp: () => void): void {
    this.#stopTimer()
    this.#timer = setTimeout(timeUp, milliseconds)
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }
}

/** By lower-case name, the last of a repeated one; null where a line is none of a header. */
function headersOf(head: readonly string[]): ReadonlyMap<string, string> | null {
  const headers = new Map<string, string>()
  for (const line of head.slice(1)) {
    const [, name, value] = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+): *([^\t]*)$/.exec(line) ?? []
    if (name === undefined || value === undefined) return null
    headers.set(name.toLowerCase(), value)
  }
  return headers
}

function staysOpen(version: string, headers: ReadonlyMap<string, string>): boolean {
  const connection = headers.get('connection')?.toLowerCase()
  return version === '1.1' ? connection !== 'close' : connection === 'keep-alive'
}
