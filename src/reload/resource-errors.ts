// Mistakes that show only when what a configuration names is opened: TLS files, log files, addresses. Each gets the
// place of the keyword that names it, so that an operator reads of all mistakes in one form.

import type { LoadedConfig } from '../config/load.ts'
import { ConfigError } from '../config/parse/issue.ts'
import type { ConfigIssue } from '../config/parse/issue.ts'
import { KeagateError } from '../errors.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import type { TlsKeyword } from '../tls/files/diagnostics.ts'

/** The same error with positions where it tells its keywords; anything else as it is. */
export function withPositions(error: unknown, loaded: LoadedConfig): unknown {
  if (!(error instanceof KeagateError)) return error
  const issues = placedIssues(error, loaded)
  return issues.length === 0 ? error : new ConfigError(inOrder(issues), { code: error.code, cause: error })
}

/** What an error says of keywords, with their places; nothing where it names none. */
export function placedIssues(error: KeagateError, loaded: Pick<LoadedConfig, 'place'>): ConfigIssue[] {
  return keywordIssues(error).map((issue) => ({ ...loaded.place(issue.path), ...issue }))
}

/** In the order of the text, as far as they stand in one file. */
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

/** What is not one of the three files stands in the map `tls`. */
function pathOf(keyword: TlsKeyword): string {
  return tlsFiles.has(keyword) ? `/Control-agent/${keyword}` : `/Control-agent/tls/${keyword}`
}
