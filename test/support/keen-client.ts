// A client that sends one command after another over a connection of its own.

import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'

export interface Told {
  readonly result: number
  readonly text: string
}

export interface KeenOptions {
  /** The address that it comes from. */
  readonly localAddress?: string
  /** `USER:PASSWORD` */
  readonly auth?: string
}

export class KeenClient {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  readonly #port: number
  readonly #options: KeenOptions

  constructor(port: number, options: KeenOptions = {}) {
    this.#port = port
    this.#options = options
  }

  /** The element of one service. */
  async ask(command: string, service: string, args?: unknown): Promise<Told> {
    const headers = { 'content-type': 'application/json' }
    const where = { host: '127.0.0.1', port: this.#port, method: 'POST', headers, agent: this.#agent }
    const request = http.request({ ...where, ...this.#options })
    request.end(JSON.stringify({ command, service: [service], arguments: args }))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let body = ''
    for await (const text of response.setEncoding('utf8')) body += String(text)
    const [element] = JSON.parse(body) as readonly [Partial<Told>]
    return { result: element.result ?? -1, text: element.text ?? '' }
  }

  /** Goes away amid a command, in a way that the other side sees at once. */
  reset(): void {
    for (const sockets of Object.values(this.#agent.sockets))
      for (const socket of sockets ?? []) socket.resetAndDestroy()
  }

  close(): void {
    this.#agent.destroy()
  }
}
