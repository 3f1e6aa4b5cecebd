// The files that the loggers and the audit of a configuration write to: makes their folders, checks whether they can be
// opened, and logs those that could not be.

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
  /** JSON pointer of the keyword that names the file. */
  readonly at: string
  /** Only files of kind `log` may be left out: no command may run without the audit log, which is evidence. */
  readonly kind: 'log' | 'audit'
}

/** Makes the missing folders below `logFolder`. Never throws: errors show when the files are opened. */
export function makeLogFolders(config: LogFiles, logFolder: string): void {
  for (const { path } of namedFiles(config)) makeLogFolder(path, logFolder)
}

/** One error, with its keyword, for each file that cannot be opened. Nothing is created. */
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
 * Checks that every file can be opened.
 * @param mayFail which log files are left out of the check
 * @throws KeagateError with the keyword of the first file that cannot be opened
 */
export function checkLogFiles(config: LogFiles, logFolder: string, mayFail?: (path: string) => boolean): void {
  const [error] = logFileErrors(config, logFolder, mayFail)
  if (error !== undefined) throw error
}

/** Warns of each log file of the configuration in force that cannot be opened: its lines go to standard error. */
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
