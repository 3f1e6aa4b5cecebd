// What a question is asked with.

import type { Door } from './door.ts'
import type { WhereOptions } from './profile/where.ts'

/** What the words of the command line come to. */
export interface AskTask {
  readonly command: string
  /** The words behind it. */
  readonly words: readonly string[]
  readonly services: readonly string[]
  readonly where: WhereOptions
  /** The bytes of the answer on a terminal too. */
  readonly json: boolean
  /** No notes. */
  readonly quiet: boolean
  /** Every page of a paged command. */
  readonly all: boolean
  /** Seconds between two questions; null: one question. */
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
