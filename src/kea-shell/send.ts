// One request over HTTP or HTTPS, as `kea-shell` sends it: on a connection of its own, once.

import http from 'node:http'
import https from 'node:https'
import type { ShellOptions } from './options.ts'
import { answerText, connectionText } from './system-error.ts'
import type { TlsFiles } from './trust.ts'
import { clientSignatures } from '../tls/client-signatures.ts'

export interface ShellRequest {
  readonly body: Buffer
  readonly authorization: string | null
  /** The header User-Agent. */
  readonly userAgent: string
  /** null: plain HTTP. */
  readonly tls: TlsFiles | null
}

/** Resolves to the body of the answer. Rejects with an Error whose message says in Python's words why there is none. */
export function send(
  { host, port, path }: ShellOptions,
  { body, authorization, userAgent, tls }: ShellRequest,
): Promise<Buffer> {
  const headers = {
    'User-Agent': userAgent,
    Accept: '*/*',
    'Content-Type': 'application/json',
    'Content-Length': body.length,
    Connection: 'close',
    ...(authorization === null ? {} : { Authorization: authorization }),
  }
  // An IPv6 address may stand with or without brackets.
  const where = { host: host.replace(/^\[(.*)\]$/, '$1'), port, path: `/${path}` }
  return new Promise((resolve, reject) => {
    const fail = (text: string): void => reject(new Error(text))
    const options = { ...where, headers, method: 'POST', agent: false }
    const request = tls === null ? http.request(options) : https.request({ ...options, ...secure(tls) })
    let connected = false
    request.once('socket', (socket) => socket.once(tls === null ? 'connect' : 'secureConnect', () => (connected = true)))
    request.on('error', (error) => fail(connected ? answerText(error) : connectionText(error)))
    request.once('response', (response) => {
      const { statusCode = 0, statusMessage = '' } = response
      if (statusCode < 200 || statusCode > 299) {
        fail(`HTTP Error ${statusCode}: ${statusMessage}`)
        request.destroy()
        return
      }
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('error', (error) => fail(answerText(error)))
      response.once('end', () => resolve(Buffer.concat(chunks)))
    })
    request.end(body)
  })
}

function secure({ ca, cert, key }: TlsFiles): https.RequestOptions {
  const own = { ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) }
  return { ca: [...ca], sigalgs: clientSignatures, ...own }
}
