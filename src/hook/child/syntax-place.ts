// Finds the file and the line of a syntax error in a module. Node.js reports them only for an error that ends it, on
// standard error.

import { spawnSync } from 'node:child_process'
import type { StdioOptions } from 'node:child_process'

/** Milliseconds that Node.js gets to report the error. Nothing of the module runs, as it cannot be compiled. */
const timeout = 10_000

/**
 * The error itself, or, for a syntax error that tells no place, one with the place in its message.
 * @param path of the module that was imported
 */
export function withPlace(error: unknown, path: string): unknown {
  if (!(error instanceof SyntaxError) || tellsPlace(error)) return error
  const stdio: StdioOptions = ['ignore', 'ignore', 'pipe']
  const { stderr } = spawnSync(process.execPath, [path], { stdio, timeout, encoding: 'utf8' })
  const place = /^(?:file:\/\/)?(\/.*:\d+)$/m.exec(stderr)?.[1]
  return place === undefined ? error : new SyntaxError(`${error.message} (${place})`)
}

/** Whether the stack of an error names a file. */
function tellsPlace({ stack = '' }: Error): boolean {
  return /^(?:file:\/\/)?\/.*:\d+$/m.test(stack) || stack.includes('file:')
}
