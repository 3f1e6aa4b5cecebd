// Examines what an agent needs from its machine: free addresses, folders to write to, the clock, a usable Node.js.

import { statSync } from 'node:fs'
import type { LoadedConfig } from '../config/load.ts'
import type { AgentConfig } from '../config/types.ts'
import { KeagateError, systemCode } from '../errors.ts'
import { loadOnly } from '../hook/load-only.ts'
import { openListener } from '../http/connection/listener.ts'
import { looseParser } from '../http/connection/loose-parser.ts'
import { logFileErrors } from '../reload/log-files.ts'
import { withPositions } from '../reload/resource-errors.ts'
import { folderFor } from '../config/resolve/paths.ts'
import type { Log } from '../log/message.ts'
import { ownUser } from '../account.ts'
import { pidFilePath, pidFolderIsUsable, runningAgent } from '../process/pid-file.ts'
import { describeLibrary, tlsLibrary } from '../tls/openssl-info.ts'
import { mistakesOf } from './configuration.ts'
import type { Finding } from './finding.ts'
import { ok, problem, warning } from './finding.ts'

/** The oldest version of Node.js that is supported. */
const oldest = [20, 19] as const

/** The month of this version; a clock before it is wrong. */
const made = Date.UTC(2026, 10, 1)

export function examineMachine(env: NodeJS.ProcessEnv, now = Date.now()): readonly Finding[] {
  const { node } = process.versions
  const [major = 0, minor = 0] = node.split('.').map(Number)
  const enough = major > oldest[0] || (major === oldest[0] && minor >= oldest[1])
  const parser = looseParser()
  const date = new Date(now).toISOString()
  return [
    !enough ? problem('error', 'Node.js', `${node} is too old`, `install ${oldest.join('.')} or newer`)
      : parser === null ? ok('Node.js', node)
        : warning('Node.js', parser),
    ok('TLS library', describeLibrary(tlsLibrary(env)).join('; ')),
    now >= made ? ok('clock', date)
      : problem('error', 'clock', `${date} is before this program was made, so no certificate is valid yet`, 'set it: date -u'),
    process.geteuid?.() === 0
      ? ok('user', "root, who may read everything; the agent's own user sees less: runuser -u _kea -- keagate doctor ...")
      : ok('user', ownUser()),
    pidFolderIsUsable(env) ? ok('PID file', 'its folder can be written')
      : problem('error', 'PID file', 'its folder cannot be written', 'make /run/kea, or name another one in KEA_PIDFILE_DIR'),
  ]
}

/** Whether the addresses that the agent listens on are free, or are in use by the running agent. */
export async function examineAddresses(
  config: AgentConfig,
  file: string,
  env: NodeJS.ProcessEnv,
): Promise<readonly Finding[]> {
  const { httpHost, httpPort, monitoring } = config
  const running = runningAgent(pidFilePath(file, env))
  return Promise.all([
    examineAddress('http-port', httpHost, httpPort, running),
    ...(monitoring === null ? [] : [examineAddress('monitoring', monitoring.httpHost, monitoring.httpPort, running)]),
  ])
}

async function examineAddress(what: string, host: string, port: number, running: number | null): Promise<Finding> {
  try {
    const listener = await openListener(host, port, silent)
    await listener.close()
    return ok(what, `${host} port ${port} is free`)
  } catch (error) {
    if (!(error instanceof KeagateError)) throw error
    const taken = systemCode(error) === 'EADDRINUSE'
    if (taken && running !== null) return ok(what, `${host} port ${port} is open; the agent runs as process ${running}`)
    const remedy = taken ? `see whose it is with: ss -ltnp "sport = :${port}"` : error.remedy
    return problem('error', what, taken ? `${host} port ${port} is taken by another program` : error.message, remedy)
  }
}

/** Examines log files, the audit log, handler modules and the time of the configuration file. */
export async function examineFiles(
  loaded: LoadedConfig,
  file: string,
  env: NodeJS.ProcessEnv,
  log: Log,
): Promise<readonly Finding[]> {
  const { config } = loaded
  const findings: Finding[] = [...examineTimes(file)]
  const errors = logFileErrors(config, folderFor('log-file', env))
  findings.push(...errors.flatMap((error) => mistakesOf(withPositions(error, loaded), 'loggers')))
  if (errors.length === 0) {
    const files = config.loggers
      .flatMap(({ outputs }) => outputs ?? [])
      .flatMap(({ path }) => (path === null ? [] : [path]))
    for (const path of new Set(files)) findings.push(ok('loggers', `${path} can be written`))
    if (config.auditLog !== null) findings.push(ok('audit-log', `${config.auditLog.path} can be written`))
  }
  try {
    await loadOnly(config.hookModules, log)
    for (const { library } of config.hookModules) findings.push(ok('hooks-libraries', `${library} can be loaded`))
  } catch (error) {
    findings.push(...mistakesOf(withPositions(error, loaded), 'hooks-libraries'))
  }
  return findings
}

/** A file that was changed in the future shows that the clock was set back. */
function examineTimes(file: string, now = Date.now()): Finding[] {
  const changed = statSync(file).mtimeMs
  if (changed <= now + 60_000) return []
  const text = `${file} was changed on ${new Date(changed).toISOString()}, which is yet to come`
  return [problem('warning', 'clock', text, 'compare the clock of this machine with another one: date -u')]
}

const silent: Log = { write: () => undefined, enabled: () => false }
