// `npm start`: makes sure that there are test certificates, runs the built agent with the sample configuration in the
// foreground, and prints a first request once it is ready.

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { ensureTestCertificates } from './ensure.ts'
import { firstRequest } from './first-request.ts'
import type { Address } from './first-request.ts'

const root = repositoryRoot()
const files = await ensureTestCertificates(path.join(root, 'certs-test', 'made')).catch((error: unknown) => {
  console.error(`cannot make test certificates: ${reasonOf(error)}`)
  process.exit(1)
})
if (files.made) console.log(`made throw-away certificates in ${path.dirname(files.caFile)}, good for 30 days`)

// In the same process group: whoever ends the whole group leaves nothing behind. Ctrl-C then reaches the agent twice,
// which changes nothing.
const agent = spawn(process.execPath, ['dist/main.js', '-c', 'config/quickstart.conf'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.on('SIGINT', () => agent.kill('SIGINT'))
process.on('SIGTERM', () => agent.kill('SIGTERM'))
// The terminal was closed; the agent would take its own HUP as a request to reload and go on.
process.on('SIGHUP', () => agent.kill('SIGTERM'))
process.stdout.on('error', () => agent.kill('SIGTERM'))

agent.on('error', (error) => {
  console.error(`cannot start ${process.execPath}: ${error.message}`)
  process.exitCode = 1
})
agent.on('exit', (code, signal) => {
  if (signal !== null) console.error(`the agent was ended by ${signal}`)
  process.exitCode = code ?? 1
})

let address: Address = { host: '127.0.0.1', port: 8000 }
for await (const line of createInterface({ input: agent.stdout })) {
  console.log(line)
  const [, host, port] = /CTRL_AGENT_HTTPS_SERVICE_STARTED .* on (\S+) port (\d+)/.exec(line) ?? []
  if (host !== undefined) address = { host, port: Number(port) }
  if (line.includes('CTRL_AGENT_STARTED')) void printFirstRequest(address)
}

async function printFirstRequest(to: Address): Promise<void> {
  try {
    console.log(`\nready; a first request, from another terminal:\n\n${await firstRequest(to, files)}\n`)
  } catch (error) {
    console.error(`the agent did not answer a first request: ${reasonOf(error)}`)
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The nearest directory above this file with a package.json: the file runs from `dist/` and from its source. */
function repositoryRoot(): string {
  let directory = import.meta.dirname
  while (!existsSync(path.join(directory, 'package.json'))) directory = path.dirname(directory)
  return directory
}
