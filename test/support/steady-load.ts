// Clients that send one command after another, each over one connection of its own that it keeps open, and write down
// whatever does not go as it should.

import { readFileSync, readdirSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'

export interface LoadOptions {
  readonly port: number
  readonly clients: number
  /** Bodies to be sent in turn. */
  readonly bodies: readonly string[]
  readonly auth: string
  /** For HTTPS. */
  readonly tls?: https.AgentOptions
}

/** Milliseconds between an answer and the next request of the same client: a steady load, not a full one. */
const pause = 10

export class SteadyLoad {
  /** What went wrong: each should be none. */
  readonly failures: string[] = []
  answered = 0
  readonly #options: LoadOptions
  readonly #clients: Client[]
  #running: Promise<unknown> = Promise.resolve()
  #stopping = false

  constructor(options: LoadOptions) {
    this.#options = options
    this.#clients = Array.from({ length: options.clients }, () => new Client(options))
  }

  /** How many connections the clients have opened in all. */
  get connections(): number {
    return this.#clients.reduce((sum, { sockets }) => sum + sockets.size, 0)
  }

  /** Every client sends each body once. */
  async once(): Promise<void> {
    await Promise.all(this.#clients.map((client) => this.#turn(client)))
  }

  start(): void {
    this.#stopping = false
    this.#running = Promise.all(
      this.#clients.map(async (client) => {
        while (!this.#stopping) await this.#turn(client)
      }),
    )
  }

  /** Lets every client end its turn; the connections stay open. */
  async pause(): Promise<void> {
    this.#stopping = true
    await this.#running
  }

  close(): void {
    for (const client of this.#clients) client.agent.destroy()
  }

  async #turn(client: Client): Promise<void> {
    for (const body of this.#options.bodies) {
      const failure = await client.send(body)
      if (failure === null) this.answered++
      else if (this.failures.length < 10) this.failures.push(failure)
      await new Promise((resolve) => setTimeout(resolve, pause))
    }
  }
}

class Client {
  readonly agent: http.Agent
  readonly sockets = new Set<Socket>()
  readonly #options: LoadOptions
  /** The latest `X-Generation`: an answer from an older configuration after one from a newer would be wrong. */
  #generation = 0

  constructor(options: LoadOptions) {
    this.#options = options
    const kept = { keepAlive: true, maxSockets: 1 }
    this.agent = options.tls === undefined ? new http.Agent(kept) : new https.Agent({ ...kept, ...options.tls })
  }

  /** Resolves to what was wrong with the answer, or null. */
  send(body: string): Promise<string | null> {
    const { port, auth, tls } = this.#options
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const options = { host: '127.0.0.1', port, auth, method: 'POST', headers, agent: this.agent }
    return new Promise((resolve) => {
      const request = (tls === undefined ? http : https).request(options, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (part: string) => (text += part))
        response.once('error', (error) => resolve(String(error)))
        response.once('end', () => resolve(this.#judge(response, text)))
      })
      request.once('socket', (socket) => this.sockets.add(socket))
      request.once('error', (error) => resolve(String(error)))
      request.end(body)
    })
  }

  #judge(response: http.IncomingMessage, text: string): string | null {
    const generation = Number(response.headers['x-generation'] ?? 0)
    const before = this.#generation
    this.#generation = generation
    if (generation < before) return `generation ${generation} after ${before}`
    const fine = response.statusCode === 200 && /^\[ \{.*"result": 0.*\} \]$/.test(text)
    return fine ? null : `${response.statusCode ?? 0} ${text}`
  }
}

/** Open descriptors of a process. */
export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

/** Memory of a process that is not swapped or shared away, in MiB. */
export function residentMemory(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Math.round(Number(match?.[1]) / 1024)
}
