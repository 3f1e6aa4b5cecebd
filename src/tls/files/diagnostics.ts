// Gathers what is wrong with the TLS files and settings, so that everything is reported at once.

import { KeagateError } from '../../errors.ts'
import { escapeForLog } from '../../log/escape.ts'

/** The keyword of the configuration that a finding is about. */
export type TlsKeyword =
  | 'trust-anchor'
  | 'cert-file'
  | 'key-file'
  | 'crl-file'
  | 'min-version'
  | 'max-version'
  | 'ciphers'
  | 'groups'

export interface TlsProblem {
  readonly keyword: TlsKeyword
  /** JSON pointer of the map that the keyword stands in, where it is not the agent's own. */
  readonly section?: string
  /** One sentence: what is wrong, with the file. */
  readonly text: string
  /** The command that shows or mends it, or what to write instead. */
  readonly remedy: string
}

/** Every problem of one TLS configuration; the message holds one line each. */
export class TlsError extends KeagateError {
  readonly problems: readonly TlsProblem[]

  constructor(problems: readonly TlsProblem[]) {
    super('TLS_UNUSABLE', problems.map(({ text, remedy }) => escapeForLog(`${text}; ${remedy}`)).join('\n'))
    this.name = 'TlsError'
    this.problems = problems
  }
}

export class TlsDiagnostics {
  readonly problems: TlsProblem[] = []
  readonly warnings: string[] = []
  /** Those of the warnings that say that a certificate of the agent has expired or is not valid yet, and is refused. */
  readonly outsideValidity: string[] = []

  problem(keyword: TlsKeyword, text: string, remedy: string): void {
    this.problems.push({ keyword, text, remedy })
  }

  warning(text: string, remedy: string): void {
    this.warnings.push(`${text}; ${remedy}`)
  }

  /** A warning of a certificate of ours that is over, or not valid yet. */
  invalidNow(text: string, remedy: string): void {
    this.warning(text, remedy)
    this.outsideValidity.push(`${text}; ${remedy}`)
  }
}

/** A text as one word of a command line, quoted so that it can be pasted into a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
