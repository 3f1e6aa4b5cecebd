// For people at a terminal: the answer in words and tables.

import { memberOf } from '../json/text/node.ts'
import type { JsonNode } from '../json/text/node.ts'
import { painterFor } from '../process/terminal-color.ts'
import type { Asking } from './asking.ts'
import { exchange } from './exchange.ts'
import { exitCodeOf } from './exit-code.ts'
import { parseAnswer } from './large-lists.ts'
import { noKea } from './no-kea.ts'
import { refusal } from './refusal.ts'
import { answerLines } from './render/answer.ts'
import type { CommandRequest } from './request/command-text.ts'
import { hintFor } from './request/hint.ts'

/** Columns, if the terminal does not tell its width, or tells 0 as a serial line does. */
const defaultWidth = 80

export interface Shown {
  /** Made one by one, and only once. */
  readonly lines: Iterable<string>
  readonly code: number
}

/** Resolves to the exit code. @throws {ClientError} */
export async function showAnswer(request: CommandRequest, body: Buffer, asking: Asking): Promise<number> {
  const { lines, code } = await askForLines(request, body, asking)
  writeLines(asking.context.stdout, lines)
  return code
}

/** @param margin columns of the terminal that are left free @throws {ClientError} */
export async function askForLines(request: CommandRequest, body: Buffer, asking: Asking, margin = 0): Promise<Shown> {
  const got = await exchange(asking.door, body, { signal: asking.signal })
  const refused = refusal(got)
  if (refused !== null) throw refused
  return linesOf(request, got.body, asking, margin)
}

/** @param body an answer @throws {ClientError} `http`: the body is none */
export function linesOf(request: CommandRequest, body: Buffer, { context }: Asking, margin = 0): Shown {
  const { env, stdout } = context
  const { root, itemsOf } = parseAnswer(body)
  const results = (root.kind === 'list' ? root.items : [root]).map(resultOf)
  if (results.length > 0 && results.every((result) => result === null)) throw noKea()
  const lines = answerLines(root, {
    services: request.services,
    width: Math.max(20, (stdout.columns || defaultWidth) - margin),
    paint: painterFor(stdout, env),
    itemsOf,
    hint: hintFor(request.command),
  })
  return { lines, code: exitCodeOf(results) }
}

/** Null: the answer has no result that is a whole number. */
function resultOf(answer: JsonNode): number | null {
  const result = answer.kind === 'map' ? memberOf(answer, 'result') : undefined
  return result?.kind === 'integer' ? Number(result.text) : null
}

/** How many lines are written at once. */
const batch = 2000

export function writeLines(stream: NodeJS.WritableStream, lines: Iterable<string>): void {
  let waiting: string[] = []
  for (const line of lines) {
    waiting.push(line)
    if (waiting.length < batch) continue
    stream.write(`${waiting.join('\n')}\n`)
    waiting = []
  }
  if (waiting.length > 0) stream.write(`${waiting.join('\n')}\n`)
}
