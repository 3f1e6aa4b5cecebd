// Runs a program in a terminal, types, and gives what was shown.

import path from 'node:path'
import { run } from './child.ts'
import { mainFile } from './program.ts'

/** What is typed; the columns that the terminal has from then on; a signal that the program gets. */
export type Doing = string | { readonly columns: number } | { readonly signal: number }

export interface Typing {
  readonly columns?: number
  readonly env?: Readonly<Record<string, string>>
  /** What has to be seen (without a blank), and what is done then. */
  readonly steps?: readonly (readonly [string, Doing])[]
}

export interface Shown {
  readonly code: number | null
  /** All that the terminal got, of both streams. */
  readonly stdout: string
  /** The most memory that the program took, in MiB. */
  readonly peak: number
}

/** `keagate` with these words, in a pseudo-terminal that is made by Python. */
export function inTerminal(words: readonly string[], typing: Typing = {}): Promise<Shown> {
  return terminal([process.execPath, mainFile, ...words], typing)
}

/** Any program in a pseudo-terminal. */
export async function terminal(command: readonly string[], typing: Typing = {}): Promise<Shown> {
  const { columns = 100, env = {}, steps = [] } = typing
  const script = path.join(import.meta.dirname, 'terminal.py')
  const { code, stdout, stderr } = await run('/usr/bin/python3', [script, String(columns), ...command], {
    input: steps.map(([seen, doing]) => `${seen} ${written(doing)}\n`).join(''),
    env: { TERM: 'xterm', NO_COLOR: '', ...env },
    timeout: 90_000,
  })
  const peak = Number(stderr) / 1024
  if (!(peak > 0)) throw new Error(`no terminal: ${stderr}`)
  return { code, stdout, peak }
}

function written(doing: Doing): string {
  if (typeof doing !== 'string') return 'columns' in doing ? `columns ${doing.columns}` : `signal ${doing.signal}`
  const escape = (each: string): string => `\\x${each.charCodeAt(0).toString(16).padStart(2, '0')}`
  return `type ${doing.replaceAll(/[^ -[\]-~]/g, escape)}`
}
