// `-t FILE`: checks everything that a start would check, without opening a port, a log file or a control socket. A
// mistake in one part does not hide those in other parts.

import { logConfig, logConfigWarnings } from './startup-log.ts'
import { examineConfigFile } from '../config/load.ts'
import type { LoadedConfig } from '../config/load.ts'
import { ConfigError, errorLines } from '../config/parse/issue.ts'
import type { ConfigIssue } from '../config/parse/issue.ts'
import { folderFor } from '../config/resolve/paths.ts'
import { tlsUpkeep } from '../config/resolve/tls.ts'
import type { HookModuleConfig } from '../config/types.ts'
import { KeagateError } from '../errors.ts'
import { openUpstreams } from '../forward/open-upstreams.ts'
import { loadOnly } from '../hook/load-only.ts'
import { logFileErrors } from './log-files.ts'
import { inOrder, placedIssues } from './resource-errors.ts'
import type { Logging } from '../log/logger.ts'
import { painterFor } from '../process/terminal-color.ts'
import { loadCredentials } from '../tls/files/credentials.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import { expiryWarnings } from '../tls/files/expiry.ts'

export interface CheckOptions {
  readonly file: string
  readonly debug: boolean
  readonly pathChecks: boolean
}

/** Prints every mistake on standard error, one line each. @returns the exit code: 0 usable, 1 not usable */
export async function checkConfigFile(
  options: CheckOptions,
  logging: Logging,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    const { error, loaded } = examineConfigFile(options.file, { env, pathChecks: options.pathChecks })
    if (loaded !== null) logConfigWarnings(logging, loaded.warnings)
    if (error === null) logConfig(logging, loaded.config)
    const errors = loaded === null ? [] : await fileErrors(loaded, logging, env)
    const lines = mistakeLines(error, errors, loaded)
    if (lines.length === 0) {
      const result = `usable; ports were not tried, which is done by: keagate doctor -c ${options.file}`
      logging.write('DCTL_CONFIG_CHECK_COMPLETE', { result })
      if (options.debug) process.stderr.write('Syntax check OK\n')
      return 0
    }
    logging.write('DCTL_CONFIG_CHECK_COMPLETE', { result: 'not usable' })
    const paint = painterFor(process.stderr, env)
    process.stderr.write(`${lines.map((line) => paint('red', line)).join('\n')}\n`)
    return 1
  } finally {
    await logging.close()
  }
}

/** The mistakes that show only when the files that a configuration names are opened, as one error for each part. */
async function fileErrors({ config }: LoadedConfig, logging: Logging, env: NodeJS.ProcessEnv): Promise<KeagateError[]> {
  const { tls, controlSockets, hookModules } = config
  const errors: KeagateError[] = []
  const attempt = async (work: () => readonly string[] | Promise<readonly string[]>): Promise<void> => {
    try {
      for (const reason of await work()) logging.write('KEAGATE_TLS_FILE_WARNING', { reason })
    } catch (error) {
      if (!(error instanceof KeagateError)) throw error
      errors.push(error)
    }
  }
  await attempt(() => (tls === null ? [] : loadCredentials(tls).warnings))
  await attempt(async () => {
    const { tlsFiles } = await openUpstreams(controlSockets, logging, null)
    const now = Date.now()
    const ending = tlsFiles.expiring.filter(({ notAfter }) => notAfter >= now)
    const problems = tlsFiles.leftOut.map(({ problem }) => problem)
    if (problems.length > 0) errors.push(new TlsError(problems))
    return [...tlsFiles.warnings, ...expiryWarnings(ending, (tls ?? tlsUpkeep).expiryWarningDays, now)]
  })
  errors.push(...logFileErrors(config, folderFor('log-file', env)))
  errors.push(...(await moduleErrors(hookModules, logging)))
  return errors
}

/**
 * The errors of each module loaded by itself. If each one loads alone but not with the others, the error of all
 * together: two of them may claim the same command.
 */
async function moduleErrors(modules: readonly HookModuleConfig[], logging: Logging): Promise<KeagateError[]> {
  const together = await moduleError(modules, logging)
  if (together === null) return []
  const alone: KeagateError[] = []
  for (const module of modules.length > 1 ? modules : []) {
    const error = await moduleError([module], logging)
    if (error !== null) alone.push(error)
  }
  return alone.length === 0 ? [together] : alone
}

async function moduleError(modules: readonly HookModuleConfig[], logging: Logging): Promise<KeagateError | null> {
  try {
    await loadOnly(modules, logging)
    return null
  } catch (error) {
    if (error instanceof KeagateError) return error
    throw error
  }
}

/**
 * One line for each mistake, in the order of the text.
 * @param ofText what is wrong with the text of the configuration; mistakes that follow from it are not said again
 */
function mistakeLines(
  ofText: KeagateError | null,
  ofFiles: readonly KeagateError[],
  loaded: LoadedConfig | null,
): string[] {
  const known = ofText instanceof ConfigError ? ofText.issues : []
  const found = loaded === null ? [] : ofFiles.flatMap((error) => placedIssues(error, loaded))
  const more = found.filter((issue) => !known.some((other) => isPartOf(issue, other) || isPartOf(other, issue)))
  const issues = inOrder([...known, ...more])
  const count = issues.length + (ofText instanceof ConfigError ? ofText.count - known.length : 0)
  const unplaced = ofFiles.filter((error) => loaded === null || placedIssues(error, loaded).length === 0)
  return [
    ...(ofText === null || ofText instanceof ConfigError ? [] : errorLines(ofText)),
    ...(issues.length === 0 ? [] : errorLines(new ConfigError(issues, { count }))),
    ...unplaced.flatMap((error) => errorLines(error)),
  ]
}

/** A mistake of the map `Control-agent` itself, such as a missing keyword, does not cover mistakes in its parts. */
function isPartOf({ path }: ConfigIssue, whole: ConfigIssue): boolean {
  return whole.path !== '/Control-agent' && (path === whole.path || path.startsWith(`${whole.path}/`))
}
