// The first request to a running agent, as one `curl` line that works as pasted from any directory.

import { readFileSync } from 'node:fs'
import https from 'node:https'
import net from 'node:net'
import type { TestCertificates } from './authority.ts'

/** Where the agent listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/**
 * Asks the agent for its configuration and gives a line that asks the daemons found for their version, or, where there
 * is none, the agent itself for its commands.
 */
export async function firstRequest(address: Address, files: TestCertificates): Promise<string> {
  const sockets = await controlSockets(address, files)
  const alive = await Promise.all([...sockets].map(async ([service, name]) => ((await answers(name)) ? [service] : [])))
  const services = alive.flat()
  return curlLine(
    address,
    files,
    services.length === 0 ? { command: 'list-commands' } : { command: 'version-get', service: services },
  )
}

/** The line for any command. */
export function curlLine(address: Address, files: TestCertificates, command: object): string {
  return [
    'curl',
    ['--cacert', files.caFile],
    ['--cert', files.clientCertFile],
    ['--key', files.clientKeyFile],
    ['-H', 'Content-Type: application/json'],
    ['-d', JSON.stringify(command)],
    urlOf(address),
  ]
    .map((part) => (typeof part === 'string' ? part : `${part[0] ?? ''} ${shellQuote(part[1] ?? '')}`))
    .join(' ')
}

/** Service names with the paths of their control sockets, as the running configuration has them. */
async function controlSockets(address: Address, files: TestCertificates): Promise<Map<string, string>> {
  const answer: unknown = JSON.parse(await post(address, files, JSON.stringify({ command: 'config-get' })))
  const found = new Map<string, string>()
  const sockets = member(member(member(member(answer, '0'), 'arguments'), 'Control-agent'), 'control-sockets')
  for (const [service, socket] of Object.entries(sockets ?? {})) {
    const name = member(socket, 'socket-name')
    if (typeof name === 'string') found.set(service, name)
  }
  return found
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined
}

function post(address: Address, files: TestCertificates, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = {
      method: 'POST',
      agent: false,
      ca: readFileSync(files.caFile),
      cert: readFileSync(files.clientCertFile),
      key: readFileSync(files.clientKeyFile),
      headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) },
      timeout: 10_000,
    }
    const request = https.request(urlOf(address), options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => (text += part))
      response.on('end', () => resolve(text))
      response.on('error', reject)
    })
    request.on('timeout', () => request.destroy(new Error('no answer within 10 seconds')))
    request.on('error', reject)
    request.end(body)
  })
}

/** Whether somebody listens behind a UNIX socket. */
function answers(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(name)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** An agent that listens on all addresses is reached on the loopback one. */
function urlOf({ host, port }: Address): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
  return `https://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}/`
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
