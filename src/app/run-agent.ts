// The process around the agent: its name, umask, PID file and log, what signals do, and how the process ends.

import { logConfigErrors } from '../reload/startup-log.ts'
import { checkConfigFile } from '../reload/check-config.ts'
import type { Plan } from '../cli/arguments.ts'
import { errorLines } from '../config/parse/issue.ts'
import { Agent } from './agent.ts'
import { describeError, KeagateError } from '../errors.ts'
import { looseParser } from '../http/connection/loose-parser.ts'
import { escapeLines } from '../log/escape.ts'
import { Logging } from '../log/logger.ts'
import type { MessageId } from '../log/message.ts'
import { takeName } from '../process/agent-name.ts'
import { openNotifyChannel } from '../process/sd-notify.ts'
import { activatedSockets } from '../process/socket-activation.ts'
import { PidFile, pidFilePath } from '../process/pid-file.ts'
import { Systemd, systemdSettings } from '../process/service-manager.ts'
import type { Signals } from '../process/signals.ts'
import { stackTrace } from '../process/stack-trace.ts'

export interface ProcessContext {
  /** The name the program was started by. */
  readonly program: string
  readonly signals: Signals
  readonly env: NodeJS.ProcessEnv
  /** Called once when clients can come in. */
  readonly started?: () => void
}

/** `-t`. @returns the exit code */
export async function runConfigCheck(plan: Extract<Plan, { kind: 'test' }>, env: NodeJS.ProcessEnv): Promise<number> {
  return checkConfigFile(plan, openLogging(plan.debug, env), env)
}

/** `-c`: runs until it is stopped, then ends the process. @returns the exit code of a start that failed */
export async function runAgent(plan: Extract<Plan, { kind: 'run' }>, parts: ProcessContext): Promise<number> {
  const { program, signals, env } = parts
  takeName(program)
  // As Kea 3: other users may not read the files that the agent creates.
  process.umask(process.umask(0o027) | 0o027)
  const logging = openLogging(plan.debug, env)
  const { file, pathChecks } = plan
  const agent = new Agent({ file, pathChecks, env, logging, passedSockets: activatedSockets(env, process.pid) })
  let restorePidFile: () => void = () => undefined
  try {
    // Where the plan names no file, there is no name for a PID file, and `start` fails below.
    if (/[^/]$/.test(plan.file)) {
      const pidFile = PidFile.create(pidFilePath(plan.file, env))
      restorePidFile = () => pidFile.restore()
      // Runs however the process ends, unless it is killed.
      process.once('exit', () => pidFile.remove())
      exitOnUncaught(logging)
      logging.write('DCTL_STARTING', { name: program, pid: process.pid, version: agent.version })
    }
    logging.write('DCTL_INIT_PROCESS', { name: program })
    if (!plan.pathChecks) logging.write('CTRL_AGENT_SECURITY_CHECKS_DISABLED')
    const start = agent.start()
    signals.listen({
      // If the start fails, nothing is reloaded: the process ends with a line about the start.
      reload: () => start.then(() => {
        logFailure(logging, 'KEAGATE_PID_FILE_LOST', restorePidFile)
        return agent.reload()
      }, () => undefined),
      stop: (signal) => {
        logging.write('DCTL_SHUTDOWN_SIGNAL_RECVD', { signal })
        agent.shutdown(0)
      },
      forceShutdown: () => agent.forceShutdown(),
      unknown: (signal) => logging.write('DCTL_UNSUPPORTED_SIGNAL', { signal }),
    })
    await Promise.race([start, agent.finished])
  } catch (error) {
    // A start that is stopped while it waits for its address is no failure.
    if (!signals.stopping) return startFailed(error, logging)
  }
  if (!signals.stopping) logging.write('CTRL_AGENT_STARTED', { version: agent.version })
  const parser = looseParser()
  if (parser !== null) logging.write('KEAGATE_LOOSE_HTTP_PARSER', { reason: parser })
  logging.write('DCTL_RUN_PROCESS', { name: program })
  if (!signals.stopping) parts.started?.()
  reportToSystemd(agent, logging, env)
  const exitValue = await agent.finished
  logging.write('CTRL_AGENT_RUN_EXIT')
  logging.write('DCTL_SHUTDOWN', { name: program, pid: process.pid, version: agent.version })
  await logging.close()
  // Connections to hung daemons may still be open; nothing waits for them any more.
  process.exit(exitValue)
}

/** Says why the start failed, and closes the log. @returns the exit code */
async function startFailed(error: unknown, logging: Logging): Promise<number> {
  const id = failureId(error)
  // As Kea: this goes to standard error, wherever earlier lines went.
  if (id === 'DCTL_CONFIG_FILE_LOAD_FAIL') logging.configure([])
  logConfigErrors(logging, id, error)
  await logging.close()
  process.stderr.write(`Service failed: ${errorLines(error).join('\n')}\n`)
  return 1
}

function reportToSystemd(agent: Agent, logging: Logging, env: NodeJS.ProcessEnv): void {
  const { notify, watchdog } = systemdSettings(env, process.pid)
  if (!notify) return
  let told = false
  const channel = openNotifyChannel(env, (reason) => {
    if (!told) logging.write('KEAGATE_NOTIFY_FAILED', { reason })
    told = true
  })
  agent.report(new Systemd({ channel, watchdog, alive: () => agent.open }))
}

function logFailure(logging: Logging, id: MessageId, work: () => void): void {
  try {
    work()
  } catch (error) {
    logging.write(id, { reason: describeError(error) })
  }
}

function failureId(error: unknown): MessageId {
  if (!(error instanceof KeagateError)) return 'CTRL_AGENT_FAILED'
  if (error.code === 'ALREADY_RUNNING') return 'DCTL_ALREADY_RUNNING'
  return error.code === 'PID_FILE' ? 'DCTL_PID_FILE_ERROR' : 'DCTL_CONFIG_FILE_LOAD_FAIL'
}

/** After an unexpected error the state of the process is unknown, so a new process is better than this one. */
function exitOnUncaught(logging: Logging): void {
  let ending = false
  process.on('uncaughtException', (error) => {
    if (ending) process.exit(1)
    ending = true
    logging.write('CTRL_AGENT_FAILED', { reason: describeError(error) })
    process.stderr.write(`Service failed: ${escapeLines(stackTrace(error))}\n`)
    void logging.close().then(() => process.exit(1))
  })
}

function openLogging(debug: boolean, env: NodeJS.ProcessEnv): Logging {
  const wanted = env['KEA_LOGGER_DESTINATION'] ?? ''
  try {
    return new Logging({ debug, earlyDestination: wanted === '' ? 'stdout' : wanted })
  } catch (error) {
    process.stderr.write(`KEA_LOGGER_DESTINATION: ${errorLines(error).join()}; standard error is used\n`)
    return new Logging({ debug, earlyDestination: 'stderr' })
  }
}
