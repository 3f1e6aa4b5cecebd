// Asks for all pages of a command and makes one answer of them. In a pipe no more than one page is kept in memory.

import { once } from 'node:events'
import { describeError } from '../../errors.ts'
import type { AskContext, Asking } from '../asking.ts'
import { ClientError, clientUsage } from '../error.ts'
import { exchange } from '../exchange.ts'
import { exitCodeOf, exitCodes } from '../exit-code.ts'
import { noKea } from '../no-kea.ts'
import { refusal } from '../refusal.ts'
import { commandText } from '../request/command-text.ts'
import type { CommandRequest } from '../request/command-text.ts'
import { hasArgument, pageCommand, readPage, withArguments } from './page-command.ts'
import { Progress } from './progress.ts'

/** Items of a page if no limit is given: a daemon answers with as many in a few milliseconds. */
const defaultLimit = '1000'

/**
 * The answer has the form of a page, with the items of all pages. If a later page fails, the answer still is complete
 * JSON: its result is not 0, and its text says why.
 * @param write called for each piece of the answer
 * @returns the exit code
 */
export async function askAllPages(
  request: CommandRequest,
  { door, signal, context }: Asking,
  write: (piece: Buffer) => void,
): Promise<number> {
  const command = pageCommand(request.command)
  if (request.services.length > 1) throw clientUsage('--all goes through the pages of one service', 'name one with -s')
  const progress = new Progress(context.stderr, command.list)
  const isList = 'url' in door.target
  let given = hasArgument(request.arguments, 'limit') ? request.arguments : withArguments(request.arguments, [['limit', defaultLimit]])
  for (const [name, text] of command.first) if (!hasArgument(given, name)) given = withArguments(given, [[name, text]])
  let count = 0
  const finish = (result: number, text: string): void => {
    if (count === 0) write(Buffer.from(`${isList ? '[ ' : ''}{ "arguments": { "${command.list}": [ `))
    write(Buffer.from(` ], "count": ${count} }, "result": ${result}, "text": ${JSON.stringify(text)} }${isList ? ' ]' : ''}\n`))
  }
  try {
    for (;;) {
      const got = await exchange(door, Buffer.from(commandText({ ...request, arguments: given })), { signal })
      const page = refusal(got) === null ? readPage(got.body, command) : null
      if (page === null) throw refusal(got) ?? noKea()
      if (page.result !== 0 && page.result !== 3) {
        if (count === 0) write(got.body)
        else finish(page.result ?? 1, `${page.text} (after ${count} ${command.list})`)
        return exitCodeOf([page.result])
      }
      if (page.items !== null) {
        write(Buffer.from(count === 0 ? `${isList ? '[ ' : ''}{ "arguments": { "${command.list}": [ ` : ', '))
        write(got.body.subarray(page.items.start, page.items.end))
        count += page.items.count
        progress.tell(count)
        await drained(context.stdout, signal)
      }
      if (page.result === 3 || page.next === null) break
      const next = withArguments(given, page.next)
      if (next === given) throw new ClientError('http', 'the daemon answers the same page again and again')
      given = next
    }
  } catch (error) {
    // Either nothing was written yet, or the list that was begun has to be completed.
    if (count === 0) throw error
    finish(1, `${describeError(error)} (after ${count} ${command.list})`)
    throw error
  } finally {
    progress.clear()
  }
  finish(count === 0 ? 3 : 0, `${count} ${command.list} found.`)
  return count === 0 ? exitCodes.empty : exitCodes.success
}

/** Node buffers what is written to a pipe, so a slow reader would have all pages in memory. */
async function drained(stdout: AskContext['stdout'], signal: AbortSignal): Promise<void> {
  if (stdout.writableNeedDrain !== true) return
  try {
    await once(stdout, 'drain', { signal })
  } catch (error) {
    throw new ClientError('aborted', 'interrupted', null, error)
  }
}
