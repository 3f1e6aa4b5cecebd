// Finds the file and the line of a mistake in the syntax of a module. Node.js tells them only of an error that ends it,
// on standard error.

import { spawnSync } from 'node:child_process'
import type { StdioOptions } from 'node:child_process'

/** Milliseconds; nothing of the module runs, as it cannot be compiled. */
const timeout = 10_000

/**
 * The same error; one about syntax that tells no place gets it in its message.
 * @param path of the module that was imported
 */
export function withPlace(error: unknown, path: string): unknown {
  if (!(error instanceof SyntaxError) || tellsPlace(error)) return error
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe']
  const { stderr } = spawnSync(process.execPath, [path], { stdio, timeout, encoding: 'utf8' })
  const place = /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr)?.[1]
  return place === undefined ? error : new SyntaxError(`${error.message} (${place})`)
}

/** Whether its stack leads to a file. */
function tellsPlace({ stack = '' }: Error): boolean {
  return /^(?:file:\/\/)?\/.*:\d+$/m.test(stack) || stack.includes('file:')
}
