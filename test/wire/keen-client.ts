// A client that sends one command after another over a connection of its own.

import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'

export interface Told {
  readonly result: number
  readonly text: string
}

export class KeenClient {
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  readonly #port: number

  constructor(port: number) {
    this.#port = port
  }

  /** The element of one service. */
  async ask(command: string, service: string): Promise<Told> {
    const headers = { 'content-type': 'application/json' }
    const request = http.request({ host: '127.0.0.1', port: this.#port, method: 'POST', headers, agent: this.#agent })
    request.end(JSON.stringify({ command, service: [service] }))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    let body = ''
    for await (const text of response.setEncoding('utf8')) body += String(text)
    const [element] = JSON.parse(body) as readonly [Partial<Told>]
    return { result: element.result ?? -1, text: element.text ?? '' }
  }

  close(): void {
    this.#agent.destroy()
  }
}
