// Mistakes that show only when the things that a configuration names are opened: TLS files, log files, addresses. Each
// mistake gets the place of its keyword, so that an operator sees all mistakes in one form.

import type { LoadedConfig } from '../config/load.ts'
import { ConfigError } from '../config/parse/issue.ts'
import type { ConfigIssue } from '../config/parse/issue.ts'
import { KeagateError } from '../errors.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import type { TlsKeyword } from '../tls/files/diagnostics.ts'

/** The same error with the positions of its keywords; an error that names no keyword is returned as it is. */
export function withPositions(error: unknown, loaded: LoadedConfig): unknown {
  if (!(error instanceof KeagateError)) return error
  const issues = placedIssues(error, loaded)
  return issues.length === 0 ? error : new ConfigError(inOrder(issues), { code: error.code, cause: error })
}

/** The mistakes that an error tells of, each with the place of its keyword; empty if it names no keyword. */
export function placedIssues(error: KeagateError, loaded: Pick<LoadedConfig, 'place'>): ConfigIssue[] {
  return keywordIssues(error).map((issue) => ({ ...loaded.place(issue.path), ...issue }))
}

/** Sorts the issues of each file by their places in its text. */
export function inOrder(issues: readonly ConfigIssue[]): ConfigIssue[] {
  return issues.toSorted(byPlace)
}

function byPlace(one: ConfigIssue, other: ConfigIssue): number {
  if (one.file !== other.file) return 0
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}

function keywordIssues(error: KeagateError): { path: string; text: string; remedy: string | null }[] {
  if (error instanceof TlsError) {
    return error.problems.map(({ keyword, section, text, remedy }) => {
      return { path: section === undefined ? pathOf(keyword) : `${section}/${keyword}`, text, remedy }
    })
  }
  return error.at === null ? [] : [{ path: error.at, text: error.message, remedy: error.remedy }]
}

const tlsFiles: ReadonlySet<TlsKeyword> = new Set(['trust-anchor', 'cert-file', 'key-file'])

/** Keywords other than those of the three files are in the map `tls`. */
function pathOf(keyword: TlsKeyword): string {
  return tlsFiles.has(keyword) ? `/Control-agent/${keyword}` : `/Control-agent/tls/${keyword}`
}
