// Load: wrk, which costs little beside what it measures, as a process of its own.

import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { run } from '../support/child.ts'
import type { Entrance } from './contestants.ts'

export interface Load {
  readonly command: string
  readonly clients: number
  readonly seconds: number
}

export interface LoadResult {
  readonly requests: number
  readonly perSecond: number
  /** Milliseconds. */
  readonly p50: number
  readonly p99: number
  /** Bytes received, heads included. */
  readonly bytes: number
  /** Answers that were not 200, and connections that failed. */
  readonly errors: number
  /** Requests without an answer for 10 s. */
  readonly timeouts: number
}

/** @param directory where the script for wrk is written */
export async function load(
  entrance: Entrance,
  { command, clients, seconds }: Load,
  directory: string,
): Promise<LoadResult> {
  const file = path.join(directory, 'wrk.lua')
  writeFileSync(file, script(entrance, command))
  const url = `${entrance.tls === null ? 'http' : 'https'}://127.0.0.1:${entrance.port}/`
  const args = ['-t1', `-c${clients}`, `-d${seconds}s`, '--timeout', '10s', '-s', file, url]
  const { code, stdout, stderr } = await run('wrk', args)
  const line = /^RESULT (\{.*\})$/m.exec(stdout)?.[1]
  if (code !== 0 || line === undefined) throw new Error(`wrk failed: ${stderr}${stdout}`)
  const { requests, duration, bytes, errors, timeouts, p50, p99 } = JSON.parse(line) as Record<string, number>
  // A Lua script whose numbers we print; microseconds in, milliseconds out.
  return {
    requests: requests ?? 0,
    perSecond: ((requests ?? 0) / (duration ?? 1)) * 1e6,
    p50: (p50 ?? 0) / 1000,
    p99: (p99 ?? 0) / 1000,
    bytes: bytes ?? 0,
    errors: errors ?? 0,
    timeouts: timeouts ?? 0,
  }
}

/** The request is made once: wrk calls Lua for none of them. */
function script(entrance: Entrance, command: string): string {
  const headers = Object.entries(entrance.headers).map(([name, value]) => `wrk.headers[${JSON.stringify(name)}] = ${JSON.stringify(value)}`)
  return `
wrk.method = "POST"
wrk.body = ${JSON.stringify(command)}
${headers.join('\n')}
function done(summary, latency, requests)
  local e = summary.errors
  print(string.format('RESULT {"requests":%d,"duration":%d,"bytes":%d,"errors":%d,"timeouts":%d,"p50":%d,"p99":%d}',
    summary.requests, summary.duration, summary.bytes, e.connect + e.read + e.write + e.status, e.timeout,
    latency:percentile(50), latency:percentile(99)))
end
`
}
