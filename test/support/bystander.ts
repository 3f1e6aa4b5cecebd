// A client in a process of its own that sends one small command after another and notes how long each took: what others
// do to the agent meanwhile, it must not feel.

import type { Owner } from './child.ts'
import { startChild } from './child.ts'

/** Plain JavaScript, as it runs without the loader of the tests. The port is the first argument. */
const script = `
import http from 'node:http'
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
const headers = { 'content-type': 'application/json' }
const times = []
let failed = 0
const ask = () => new Promise((resolve) => {
  const begin = performance.now()
  const end = (good) => { times.push(performance.now() - begin); if (!good) failed++; resolve() }
  const request = http.request({ host: '127.0.0.1', port: process.argv[1], method: 'POST', agent, headers }, (response) => {
    let text = ''
    response.setEncoding('utf8').on('data', (part) => (text += part)).on('end', () => end(/"result": 0/.test(text)))
  })
  request.on('error', () => end(false))
  request.end('{ "command": "version-get" }')
})
let stopping = false
process.on('SIGTERM', () => (stopping = true))
await ask()
times.length = 0
console.log('ready')
while (!stopping) {
  await ask()
  await new Promise((resolve) => setTimeout(resolve, 10))
}
times.sort((a, b) => a - b)
const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))]
console.log('report ' + JSON.stringify({ count: times.length, failed, p50: at(0.5), p99: at(0.99), worst: at(1) }))
process.exit()
`

export interface BystanderReport {
  /** Commands sent. */
  readonly count: number
  /** Those that got no answer with result 0. */
  readonly failed: number
  /** Milliseconds, as the next. */
  readonly p50: number
  readonly p99: number
  readonly worst: number
}

/** Does something while a bystander is served. @returns how the bystander fared */
export async function withBystander(owner: Owner, port: number, act: () => Promise<unknown>): Promise<BystanderReport> {
  const child = startChild(owner, process.execPath, ['--input-type=module', '-e', script, String(port)], {
    env: { NODE_OPTIONS: '' },
  })
  await child.waitFor(/^ready$/m)
  await act()
  await child.stop('SIGTERM')
  const line = /^report (.*)$/m.exec(child.output())?.[1]
  if (line === undefined) throw new Error(`the bystander gave no report:\n${child.output()}`)
  return JSON.parse(line) as BystanderReport
}
