// A client that sends a small command again as soon as the last one is answered, and keeps the longest that it waited.

import { readFileSync } from 'node:fs'
import http from 'node:http'
import { setTimeout } from 'node:timers/promises'

export interface Wait {
  /** Milliseconds by the clock. */
  readonly clock: number
  /** Milliseconds that the agent's own thread worked meanwhile, whatever else the machine did. */
  readonly work: number
}

/** Milliseconds between an answer and the next command. */
const pause = 2

export class Pinger {
  readonly #agent: http.Agent
  readonly #where: { readonly port: number; readonly pid: number }
  #worst: Wait = { clock: 0, work: 0 }
  #headers: http.IncomingHttpHeaders = {}
  #answered = 0
  #running: Promise<void> | null = null
  #stopping = false

  /** @param kept whether one connection is kept, else each command comes over a new one */
  constructor(where: { readonly port: number; readonly pid: number }, kept: boolean) {
    this.#where = where
    this.#agent = new http.Agent(kept ? { keepAlive: true, maxSockets: 1 } : { keepAlive: false })
  }

  start(): void {
    this.#running = this.#run()
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#running
    this.#agent.destroy()
  }

  get answered(): number {
    return this.#answered
  }

  /** The headers of the latest answer. */
  get headers(): http.IncomingHttpHeaders {
    return this.#headers
  }

  /** The longest since the last time that this was asked, one that is under way included. */
  async takeWorst(): Promise<Wait> {
    const before = this.#answered
    while (this.#answered === before) await setTimeout(1)
    const worst = this.#worst
    this.#worst = { clock: 0, work: 0 }
    return worst
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      const [clock, work] = [performance.now(), this.#work()]
      this.#headers = await this.#ping()
      const wait = { clock: performance.now() - clock, work: this.#work() - work }
      this.#worst = { clock: Math.max(this.#worst.clock, wait.clock), work: Math.max(this.#worst.work, wait.work) }
      this.#answered++
      await setTimeout(pause)
    }
  }

  /** Resolves with whatever is answered: a refusal is an answer too. */
  #ping(): Promise<http.IncomingHttpHeaders> {
    const headers = { 'content-type': 'application/json' }
    const where = { host: '127.0.0.1', port: this.#where.port, method: 'POST', headers, agent: this.#agent, maxHeaderSize: 1_048_576 }
    return new Promise((resolve, reject) => {
      const request = http.request(where, (response) => {
        response.resume().once('end', () => resolve(response.headers))
      })
      request.once('error', reject)
      request.end('{ "command": "list-commands" }')
    })
  }

  /** Milliseconds of processor time that the main thread of the agent has had. */
  #work(): number {
    const { pid } = this.#where
    return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'ascii').split(' ')[0]) / 1e6
  }
}
