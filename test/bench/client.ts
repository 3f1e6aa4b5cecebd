// One command over one connection, as plainly as Node can: for the checks, and for what is not a matter of throughput.

import http from 'node:http'
import https from 'node:https'
import { readFileSync } from 'node:fs'
import type { Entrance } from './contestants.ts'

export interface Reply {
  readonly status: number
  readonly body: Buffer
  /** Bytes on the wire, head included. */
  readonly size: number
}

/** @param agent keeps the connection; without one it is closed after the answer */
export function ask(entrance: Entrance, command: string, agent: http.Agent | null = null): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: entrance.port,
      method: 'POST',
      headers: { ...entrance.headers, 'Content-Length': Buffer.byteLength(command) },
      agent: agent ?? (false as const),
      timeout: 20_000,
    }
    const { tls } = entrance
    const request =
      tls === null
        ? http.request(options)
        : https.request({
            ...options,
            ca: readFileSync(tls.ca),
            ...(tls.mutual ? { cert: readFileSync(tls.clientCert), key: readFileSync(tls.clientKey) } : {}),
          })
    request.on('timeout', () => request.destroy(new Error('no answer within 20 s')))
    request.on('error', reject)
    request.on('response', (response) => {
      const pieces: Buffer[] = []
      response.on('data', (piece: Buffer) => pieces.push(piece))
      response.on('error', reject)
      response.on('end', () => {
        const body = Buffer.concat(pieces)
        const head = response.rawHeaders.reduce((sum, text) => sum + text.length + 2, 0)
        const first = `HTTP/1.1 ${response.statusCode} ${response.statusMessage}\r\n\r\n`.length
        resolve({ status: response.statusCode ?? 0, body, size: first + head + body.length })
      })
    })
    request.end(command)
  })
}

/**
 * Asks once and looks at the answer: a line of the table counts right answers only.
 * @throws when it is not status 200 with as many results of 0 as were asked for
 */
export async function checked(entrance: Entrance, command: string, agent: http.Agent | null = null): Promise<Reply> {
  const reply = await ask(entrance, command, agent)
  const text = reply.body.toString()
  if (reply.status !== 200) throw new Error(`status ${reply.status}: ${text.slice(0, 200)}`)
  const answers = JSON.parse(text) as { result: number }[]
  const { service = [] } = JSON.parse(command) as { service?: string[] }
  if (answers.length !== Math.max(1, service.length) || answers.some(({ result }) => result !== 0)) {
    throw new Error(`wrong answer: ${text.slice(0, 200)}`)
  }
  return reply
}
