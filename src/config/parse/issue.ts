// What is wrong with a configuration, for people: where, what, and what would be right. Holds no secret.

import { KeagateError, describeError } from '../../errors.ts'
import type { ErrorCode } from '../../errors.ts'
import { escapeForLog } from '../../log/escape.ts'
import type { MessageId } from '../../log/message.ts'

export interface ConfigIssue {
  /** The file that holds it (an included one under its own name), or how the text came in. */
  readonly file: string
  /** 1-based; null where there is no position, as with an unreadable file. */
  readonly line: number | null
  /** 1-based, in characters; null where only the line is known. */
  readonly column: number | null
  /** JSON pointer, such as `/Control-agent/http-port`; empty where it concerns the text as such. */
  readonly path: string
  readonly text: string
  readonly remedy: string | null
}

/** Something that is accepted but worth a word; logged under its id. */
export interface ConfigWarning extends ConfigIssue {
  readonly id: MessageId
}

/** How many mistakes, or warnings, are shown. More are of no help, and an answer must not grow without bound. */
export const maxShown = 100

export interface ConfigErrorOptions {
  /** Where another error is the cause, its code: what to do about it may depend on that. */
  readonly code?: ErrorCode
  readonly cause?: unknown
  /** How many mistakes there are, where only the first of them are described. */
  readonly count?: number
}

/** The mistakes of one configuration, in the order of the text: the first hundred, and how many there are at least. */
export class ConfigError extends KeagateError {
  readonly issues: readonly ConfigIssue[]
  readonly count: number

  constructor(issues: readonly ConfigIssue[], { code = 'CONFIG_INVALID', cause, count = issues.length }: ConfigErrorOptions = {}) {
    const shown = issues.slice(0, maxShown)
    super(code, summary(shown, count), { cause })
    this.name = 'ConfigError'
    this.issues = shown
    this.count = count
  }
}

/** One line: `FILE:LINE:COLUMN: text (at /Control-agent/x); remedy`. */
export function formatIssue(issue: ConfigIssue): string {
  const where = formatPosition(issue)
  const at = issue.path === '' ? '' : ` (at ${escapeForLog(issue.path)})`
  // A remedy may hold the name of a file as it was written.
  const remedy = issue.remedy === null ? '' : `; ${escapeForLog(issue.remedy)}`
  return `${where}: ${escapeForLog(issue.text)}${at}${remedy}`
}

/** `FILE:LINE:COLUMN`, as far as it is known. */
export function formatPosition({ file, line, column }: Pick<ConfigIssue, 'file' | 'line' | 'column'>): string {
  return [escapeForLog(file), line, column].filter((part) => part !== null).join(':')
}

/** What an error says, safe to show: one line for each mistake of a configuration, one in all of any other error. */
export function errorLines(error: unknown): readonly string[] {
  const text = describeError(error)
  const lines = error instanceof ConfigError ? text.split('\n') : [text]
  return lines.map((line) => escapeForLog(line, Infinity))
}

function summary(shown: readonly ConfigIssue[], count: number): string {
  const lines = shown.map(formatIssue)
  const more = count - shown.length
  if (more > 0) lines.push(`and at least ${more} more mistake${more === 1 ? '' : 's'}`)
  return lines.join('\n')
}
