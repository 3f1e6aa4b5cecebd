// Asks a running agent one question, as any client could: without a password and without a client certificate. A
// refusal that explains itself is a sign of life like any other answer.

import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import type { AgentConfig, MonitoringConfig } from '../config/types.ts'
import { describeError } from '../errors.ts'
import { clientSignatures } from '../tls/client-signatures.ts'
import { TlsDiagnostics } from '../tls/files/diagnostics.ts'
import { protocolOptions } from '../tls/files/protocol.ts'
import type { Verdict } from './verdict.ts'
import { healthy, unhealthy } from './verdict.ts'

/** Milliseconds that the whole question may take. */
const probeTimeout = 5000

/** Characters of an answer that are kept. */
const maxText = 10_000

interface Reply {
  readonly status: number
  readonly text: string
}

/** Whether the process behind the monitoring listener runs, or also takes commands. Never rejects. */
export async function askMonitoring({ httpHost, httpPort }: MonitoringConfig, question: 'livez' | 'readyz'): Promise<Verdict> {
  const where = `monitoring at ${place(httpHost, httpPort)}`
  const reply = await ask(http.request({ ...target(httpHost, httpPort), path: `/${question}` }))
  if (typeof reply === 'string') return unhealthy(`${where}: ${reply}`)
  const said = reply.text.trim().replaceAll('\n', '; ')
  return reply.status === 200 ? healthy(`${where} says: ${said}`) : unhealthy(`${where} answers with status ${reply.status}: ${said}`)
}

/**
 * Whether the agent's listener for commands answers. It is asked with GET, which runs nothing and is refused before
 * passwords are looked at. A listener that requires a certificate refuses even earlier. Never rejects.
 */
export async function askAgent({ httpHost, httpPort, proxies, tls }: AgentConfig): Promise<Verdict> {
  const where = `the agent at ${place(httpHost, httpPort)}`
  if (proxies.proxyProtocol) {
    const problem = await tryPort(httpHost, httpPort)
    const text = 'accepts connections; with proxy-protocol only monitoring can be asked more'
    return problem === null ? healthy(`${where} ${text}`) : unhealthy(`${where}: ${problem}`)
  }
  const reply = await ask(
    tls === null
      ? http.request(target(httpHost, httpPort))
      : // The certificate is for the agent's clients to judge; which TLS versions and ciphers the agent speaks is known
        // from its configuration.
        https.request({
          ...target(httpHost, httpPort),
          ...protocolOptions(tls, new TlsDiagnostics()),
          sigalgs: clientSignatures,
          rejectUnauthorized: false,
        }),
  )
  if (typeof reply === 'string') return unhealthy(`${where}: ${reply}`)
  // A sound agent gives one of these two answers to a request without certificate and command.
  if (isAnswer(reply, 405)) return healthy(`${where} answers as an agent does`)
  if (isAnswer(reply, 403)) return healthy(`${where} answers as an agent does that requires a client certificate`)
  const explained = refusal(reply)
  if (explained === null) return unhealthy(`${where} is another program's: status ${reply.status}, but no answer of an agent`)
  return reply.status < 500 ? healthy(`${where} answers: ${explained}`) : unhealthy(`${where} fails: ${explained}`)
}

/** Whether it is an agent's refusal with this status. */
function isAnswer(reply: Reply, status: number): boolean {
  return reply.status === status && refusal(reply)?.startsWith(`${status} `) === true
}

/** The text of the map with which every refused request is answered; null for anything else. */
function refusal({ text }: Reply): string | null {
  try {
    const answer = JSON.parse(text) as unknown
    if (typeof answer !== 'object' || answer === null || !('result' in answer) || !('text' in answer)) return null
    // Without the advice behind the semicolon, which is for clients.
    return `${String(answer.result)} ${String(answer.text).split('; ')[0] ?? ''}`
  } catch {
    return null
  }
}

/** Resolves to the answer, or to why there is none. */
function ask(request: http.ClientRequest): Promise<Reply | string> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => request.destroy(new Error(`no answer within ${probeTimeout / 1000} s`)), probeTimeout)
    const settle = (outcome: Reply | string): void => {
      clearTimeout(timer)
      request.destroy()
      resolve(outcome)
    }
    request.on('error', (error) => settle(describeError(error)))
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk.slice(0, maxText - text.length)))
      // Also where the connection broke in the middle: the incomplete text is then no answer of an agent.
      response.once('close', () => settle({ status: response.statusCode ?? 0, text }))
    })
    request.end()
  })
}

/** Resolves to null where a connection is accepted, else to why not. Nothing is sent. */
function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = net.connect({ host: reachable(host), port })
    const settle = (problem: string | null): void => {
      socket.destroy()
      resolve(problem)
    }
    socket.setTimeout(probeTimeout, () => settle(`no connection within ${probeTimeout / 1000} s`))
    socket.on('error', (error) => settle(describeError(error))).once('connect', () => settle(null))
  })
}

function target(host: string, port: number): http.RequestOptions {
  return { host: reachable(host), port, agent: false }
}

/** A listener on all addresses is asked on the loopback address. */
function reachable(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
}

function place(host: string, port: number): string {
  return `${host} port ${port}`
}
