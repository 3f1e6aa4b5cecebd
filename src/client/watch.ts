// Asks again and again. On a terminal what changed since the time before is marked.

import { setTimeout } from 'node:timers/promises'
import { describeError } from '../errors.ts'
import { escapeForLog } from '../log/escape.ts'
import { painterFor } from '../process/terminal-color.ts'
import type { Asking } from './asking.ts'
import { ClientError } from './error.ts'
import { exitCodes } from './exit-code.ts'
import { passOn } from './pass-on.ts'
import type { CommandRequest } from './request/command-text.ts'
import { askForLines, writeLines } from './show-answer.ts'
import { timeText } from './render/time.ts'

/** Until a signal comes. An error ends it as little as a result. @returns the exit code of the last answer */
export async function watch(request: CommandRequest, body: Buffer, asking: Asking, seconds: number): Promise<number> {
  const { task, context, signal } = asking
  const raw = task.json || context.stdout.isTTY !== true
  const once = raw ? () => passOn(body, asking) : onScreen(request, body, asking, seconds)
  let code: number = exitCodes.unanswered
  while (!signal.aborted) {
    try {
      code = await once()
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      if (error.kind === 'aborted') break
      code = exitCodes.unanswered
      context.stderr.write(`keagate ask: ${escapeForLog(describeError(error))}\n`)
    }
    await setTimeout(seconds * 1000, undefined, { signal }).catch(() => undefined)
  }
  return code
}

/** Clears the screen for each answer. */
function onScreen(request: CommandRequest, body: Buffer, asking: Asking, seconds: number): () => Promise<number> {
  const { context: { stdout, env } } = asking
  const paint = painterFor(stdout, env)
  let before: ReadonlySet<string> | null = null
  return async () => {
    const { lines: shown, code } = await askForLines(request, body, asking)
    const lines = [...shown]
    const now = timeText(BigInt(Math.floor(Date.now() / 1000)))
    const known = before
    before = new Set(lines)
    const isNew = (line: string): boolean => known !== null && line !== '' && !known.has(line)
    const marked = lines.map((line) => (isNew(line) ? paint('yellow', `* ${line}`) : `  ${line}`))
    stdout.write('\x1b[H\x1b[2J')
    writeLines(stdout, [`${request.command}, every ${seconds} s, ${now}; Ctrl-C ends it`, '', ...marked])
    return code
  }
}
