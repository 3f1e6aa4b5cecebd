// `-t FILE`: everything that starting would check, without opening a port, a log file or a control socket.

import { logConfigWarnings } from './startup-log.ts'
import { loadConfigFile } from '../config/load.ts'
import type { LoadedConfig } from '../config/load.ts'
import { errorLines } from '../config/parse/issue.ts'
import { openUpstreams } from '../forward/open-upstreams.ts'
import { loadOnly } from '../hook/load-only.ts'
import { checkLogFiles, withPositions } from './resource-errors.ts'
import type { Logging } from '../log/logger.ts'
import { painterFor } from '../process/terminal-color.ts'
import { loadCredentials } from '../tls/files/credentials.ts'

export interface CheckOptions {
  readonly file: string
  readonly debug: boolean
  readonly pathChecks: boolean
}

/** Prints every mistake on standard error, one line each. Returns the exit code: 0 usable, 1 not. */
export async function checkConfigFile(
  options: CheckOptions,
  logging: Logging,
  env: NodeJS.ProcessEnv,
): Promise<number> {
  try {
    const loaded = loadConfigFile(options.file, { env, pathChecks: options.pathChecks })
    logConfigWarnings(logging, loaded.warnings)
    await checkFiles(loaded, logging)
    logging.write('DCTL_CONFIG_CHECK_COMPLETE', { result: 'usable' })
    if (options.debug) process.stderr.write('Syntax check OK\n')
    return 0
  } catch (error) {
    logging.write('DCTL_CONFIG_CHECK_COMPLETE', { result: 'not usable' })
    const paint = painterFor(process.stderr, env)
    process.stderr.write(`${errorLines(error).map((line) => paint('red', line)).join('\n')}\n`)
    return 1
  } finally {
    await logging.close()
  }
}

/** @throws KeagateError with the place of every keyword that names a file of no use */
async function checkFiles(loaded: LoadedConfig, logging: Logging): Promise<void> {
  const { tls, controlSockets, hookModules } = loaded.config
  try {
    const warnings = tls === null ? [] : loadCredentials(tls).warnings
    const upstreams = await openUpstreams(controlSockets, logging, null)
    for (const reason of [...warnings, ...upstreams.warnings]) logging.write('KEAGATE_TLS_FILE_WARNING', { reason })
    checkLogFiles(loaded.config)
    await loadOnly(hookModules, logging)
  } catch (error) {
    throw withPositions(error, loaded)
  }
}
