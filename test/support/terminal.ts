// Runs a program in a terminal, types, and gives what was shown.

import path from 'node:path'
import type { Finished } from './child.ts'
import { run } from './child.ts'
import { mainFile } from './program.ts'

export interface Typing {
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
  /** What has to be seen (without a blank), and what is typed then. */
  readonly steps?: readonly (readonly [string, string])[]
}

/** `keagate` with these words, in a pseudo-terminal that is made by Python. */
export function inTerminal(words: readonly string[], typing: Typing = {}): Promise<Finished> {
  const { columns = 100, env = {}, steps = [] } = typing
  const input = steps.map(([seen, typed]) => {
    return `${seen} ${typed.replaceAll(/[^ -[\]-~]/g, (each) => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`)}\n`
  }).join('')
  const script = path.join(import.meta.dirname, 'terminal.py')
  return run('/usr/bin/python3', [script, String(columns), process.execPath, mainFile, ...words], {
    input,
    env: { TERM: 'xterm', NO_COLOR: '', ...env },
    timeout: 90_000,
  })
}
