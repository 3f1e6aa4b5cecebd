// What the modules of `keagate ask` share while a command is asked.

import type { Door } from './door.ts'
import type { WhereOptions } from './profile/where.ts'

/** The words of the command line, read. */
export interface AskTask {
  readonly command: string
  /** The words after the command. */
  readonly words: readonly string[]
  readonly services: readonly string[]
  readonly where: WhereOptions
  /** Whether a terminal gets the answer as JSON, too. */
  readonly json: boolean
  /** Whether notes are left out. */
  readonly quiet: boolean
  /** Whether to ask for every page of a paged command. */
  readonly all: boolean
  /** Seconds until the command is sent again; null: it is sent once. */
  readonly watch: number | null
}

export interface AskContext {
  readonly env: NodeJS.ProcessEnv
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean }
  readonly stdout: NodeJS.WritableStream & {
    readonly isTTY?: boolean
    readonly columns?: number
    readonly writableNeedDrain?: boolean
  }
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean }
}

export interface Asking {
  readonly task: AskTask
  readonly context: AskContext
  readonly door: Door
  readonly signal: AbortSignal
}
