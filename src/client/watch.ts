// Sends a command again and again. On a terminal, lines that are new since the last answer are marked.

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

/** Runs until a signal comes, whatever is answered and also after errors. @returns the exit code of the last attempt */
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

/** Columns that a mark takes. */
const markWidth = 2

/** What counts: a wider value moves the columns of all lines. */
function content(line: string): string {
  return line.replaceAll(/ +/g, ' ')
}

/** Clears the screen for each answer. */
function onScreen(request: CommandRequest, body: Buffer, asking: Asking, seconds: number): () => Promise<number> {
  const { context: { stdout, env } } = asking
  const paint = painterFor(stdout, env)
  let before: ReadonlySet<string> | null = null
  let width: number | undefined
  return async () => {
    const { columns } = stdout
    const { lines: shown, code } = await askForLines(request, body, asking, markWidth)
    const lines = [...shown]
    const now = timeText(BigInt(Math.floor(Date.now() / 1000)))
    // In a terminal of another width other things may be cut.
    const known = columns === width ? before : null
    width = columns
    before = new Set(lines.map(content))
    const isNew = (line: string): boolean => known !== null && line !== '' && !known.has(content(line))
    const marked = lines.map((line) => (isNew(line) ? paint('yellow', `* ${line}`) : `  ${line}`))
    stdout.write('\x1b[H\x1b[2J')
    writeLines(stdout, [`${request.command}, every ${seconds} s, ${now}; Ctrl-C ends it`, '', ...marked])
    return code
  }
}
