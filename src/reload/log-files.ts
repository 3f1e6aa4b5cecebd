// The files that the loggers and the audit of a configuration write to: their folders are made, whether they can be
// opened is checked, and those that could not be are named.

import { formatIssue } from '../config/parse/issue.ts'
import type { LoadedConfig } from '../config/load.ts'
import type { AgentConfig } from '../config/types.ts'
import { forKeyword, KeagateError } from '../errors.ts'
import { checkLogFile } from '../log/output/log-file.ts'
import { makeLogFolder } from '../log/output/log-folder.ts'
import type { Log } from '../log/message.ts'
import type { UnopenedFile } from '../log/output/outputs.ts'

type LogFiles = Pick<AgentConfig, 'loggers' | 'auditLog'>

interface NamedFile {
  readonly path: string
  /** JSON pointer of the keyword that names it. */
  readonly at: string
  /** The audit log is evidence: no command may run without it, so it is never left out. */
  readonly kind: 'log' | 'audit'
}

/** Makes the missing folders below `logFolder`. Never throws: opening the files says what is wrong. */
export function makeLogFolders(config: LogFiles, logFolder: string): void {
  for (const { path } of namedFiles(config)) makeLogFolder(path, logFolder)
}

/** One error, with its keyword, for each file that could not be opened. Nothing is created. */
export function logFileErrors(
  config: LogFiles,
  logFolder: string,
  mayFail: (path: string) => boolean = () => false,
): KeagateError[] {
  return namedFiles(config).flatMap(({ path, at, kind }) => {
    if (kind === 'log' && mayFail(path)) return []
    try {
      checkLogFile(path, logFolder)
      return []
    } catch (error) {
      if (!(error instanceof KeagateError)) throw error
      return [forKeyword(error, at)]
    }
  })
}

/**
 * Whether every file can be opened.
 * @param mayFail the log files that are not asked for
 * @throws KeagateError with the keyword of the first that cannot
 */
export function checkLogFiles(config: LogFiles, logFolder: string, mayFail?: (path: string) => boolean): void {
  const [error] = logFileErrors(config, logFolder, mayFail)
  if (error !== undefined) throw error
}

/** Names each file of a configuration in force whose lines go to standard error. */
export function logUnopenedFiles(log: Log, loaded: LoadedConfig, unopened: readonly UnopenedFile[]): void {
  const files = namedFiles(loaded.config)
  for (const { path, error } of unopened) {
    const at = files.find((file) => file.kind === 'log' && file.path === path)?.at ?? ''
    const text = `${error.message}; its lines go to standard error until it can be`
    const reason = formatIssue({ ...loaded.place(at), path: at, text, remedy: error.remedy })
    log.write('KEAGATE_CONFIG_WARNING', { reason })
  }
}

function namedFiles({ loggers, auditLog }: LogFiles): NamedFile[] {
  const logs = loggers.flatMap(({ outputs }, index) => {
    return (outputs ?? []).flatMap(({ path }, place): NamedFile[] => {
      const at = `/Control-agent/loggers/${index}/output-options/${place}/output`
      return path === null ? [] : [{ path, at, kind: 'log' }]
    })
  })
  if (auditLog === null) return logs
  return [...logs, { path: auditLog.path, at: '/Control-agent/audit-log/output', kind: 'audit' }]
}
