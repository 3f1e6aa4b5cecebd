// For pipes and files: writes the bytes of the answer as they come, unchanged, and a line end after them.

import { escapeJson } from '../log/escape.ts'
import type { Asking } from './asking.ts'
import { exchange } from './exchange.ts'
import { exitCodeOf } from './exit-code.ts'
import { noKea } from './no-kea.ts'
import { refusal } from './refusal.ts'
import { ResultScanner } from './result-scanner.ts'

/** Resolves to the exit code. @throws {ClientError} */
export async function passOn(body: Buffer, { context: { stdout }, door, signal }: Asking): Promise<number> {
  const scanner = new ResultScanner()
  // For a terminal, all that could be a control sequence is escaped in the JSON. This needs the whole answer.
  const toTerminal = stdout.isTTY === true
  let last: number | undefined
  const onChunk = (chunk: Buffer): void => {
    scanner.push(chunk)
    last = chunk.at(-1) ?? last
    if (!toTerminal) stdout.write(chunk)
  }
  const got = await exchange(door, body, { signal, ...(toTerminal ? {} : { onChunk }) })
  const refused = refusal(got)
  if (refused !== null) throw refused
  if (toTerminal) {
    onChunk(got.body)
    stdout.write(escapeJson(got.body.toString('utf8')))
  }
  if (last !== undefined && last !== 0x0a) stdout.write('\n')
  const results = scanner.finish()
  if (results === null) throw noKea()
  return exitCodeOf(results)
}
