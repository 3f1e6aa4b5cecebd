// Mistakes that show only when what a configuration names is opened: TLS files, log files, addresses. Each gets the
// place of the keyword that names it, so that an operator reads of all mistakes in one form.

import type { LoadedConfig } from '../config/load.ts'
import { ConfigError } from '../config/parse/issue.ts'
import type { ConfigIssue } from '../config/parse/issue.ts'
import type { AgentConfig } from '../config/types.ts'
import { forKeyword, KeagateError } from '../errors.ts'
import { checkLogFile } from '../log/log-file.ts'
import { checkLoggers } from '../log/logger.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import type { TlsKeyword } from '../tls/files/diagnostics.ts'

/** The same error with positions where it tells its keywords; anything else as it is. */
export function withPositions(error: unknown, loaded: LoadedConfig): unknown {
  if (!(error instanceof KeagateError)) return error
  const issues = keywordIssues(error).map((issue) => ({ ...loaded.place(issue.path), ...issue }))
  return issues.length === 0 ? error : new ConfigError(issues.toSorted(byPlace), { code: error.code, cause: error })
}

/** In the order of the text, as far as they stand in one file. */
function byPlace(one: ConfigIssue, other: ConfigIssue): number {
  if (one.file !== other.file) return 0
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0)
}

/**
 * Whether every log file can be opened; nothing is created.
 * @throws KeagateError with the keyword of the first that cannot
 */
export function checkLogFiles({ loggers, auditLog }: Pick<AgentConfig, 'loggers' | 'auditLog'>): void {
  for (const [index, logger] of loggers.entries()) {
    for (const [place, output] of (logger.outputs ?? []).entries()) {
      try {
        checkLoggers([{ ...logger, outputs: [output] }])
      } catch (error) {
        throw forKeyword(error, `/Control-agent/loggers/${index}/output-options/${place}/output`)
      }
    }
  }
  if (auditLog === null) return
  try {
    checkLogFile(auditLog.path)
  } catch (error) {
    throw forKeyword(error, '/Control-agent/audit-log/output')
  }
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
