// Runs the built `keagate demo` and asks it what the lines that it prints ask.

import { readFileSync } from 'node:fs'
import https from 'node:https'
import path from 'node:path'
import type { Child, Owner } from '../support/child.ts'
import { startChild } from '../support/child.ts'
import { mainFile, temporaryDirectory } from '../support/program.ts'

export interface Demo extends Child {
  /** Where it makes its own folder. */
  readonly temporary: string
  /** Its own folder. */
  readonly directory: string
  /** The first line to paste that begins with curl. */
  readonly firstLine: string
  readonly url: string
  readonly statusPage: string
}

export interface DemoAnswer {
  readonly result: number
  readonly text?: string
  readonly arguments?: unknown
}

/** Starts it and waits until clients can come in. */
export async function startDemo(
  owner: Owner,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Demo> {
  const temporary = temporaryDirectory(owner)
  const child = startChild(owner, process.execPath, [mainFile, 'demo', ...args], { env: { TMPDIR: temporary, ...env } })
  await child.waitFor(/Ctrl-C stops it[^]*CTRL_AGENT_STARTED/)
  const printed = (pattern: RegExp): string => pattern.exec(child.output())?.[1] ?? ''
  return {
    ...child,
    temporary,
    directory: printed(/Nothing is left then of (\S+)\./),
    firstLine: printed(/^(curl .*)$/m),
    url: printed(/^agent +(\S+)/m),
    statusPage: printed(/^status page +(\S+)/m),
  }
}

/** Sends a command as one of the two users. Resolves to the whole body as it came. */
export function sendTo({ directory, url }: Demo, user: 'operator' | 'reader', body: unknown): Promise<string> {
  const read = (...names: readonly string[]): Buffer => readFileSync(path.join(directory, 'tls', ...names))
  const tls = { ca: read('ca', 'cert.pem'), cert: read(user, 'cert.pem'), key: read(user, 'key.pem') }
  const options = { ...tls, agent: false, method: 'POST', headers: { 'Content-Type': 'application/json' } }
  return new Promise((resolve, reject) => {
    const request = https.request(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('error', reject)
      response.once('end', () => resolve(text))
    })
    request.once('error', reject)
    request.end(JSON.stringify(body))
  })
}

/** Asks one service. @returns its answer */
export async function askDemo(
  demo: Demo,
  user: 'operator' | 'reader',
  command: string,
  service: string,
  input?: Readonly<Record<string, unknown>>,
): Promise<DemoAnswer> {
  const text = await sendTo(demo, user, { command, service: [service], arguments: input })
  const answers = JSON.parse(text) as readonly DemoAnswer[] | DemoAnswer
  return Array.isArray(answers) ? (answers[0] as DemoAnswer) : (answers as DemoAnswer)
}
