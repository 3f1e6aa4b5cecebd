// Logs a configuration that is being put in force: its text, summary, warnings, mistakes, commands and missing daemons.

import { redactSecrets } from '../access/redact.ts'
import { errorLines, formatIssue } from '../config/parse/issue.ts'
import type { ConfigWarning } from '../config/parse/issue.ts'
import { printConfig } from '../config/print/print.ts'
import { isSocketPathTooLong } from '../config/resolve/socket-address.ts'
import type { AgentConfig, ControlSocketConfig } from '../config/types.ts'
import type { Listener } from '../http/connection/listener.ts'
import { printCompact } from '../json/text/print.ts'
import { rawJson, rawToString } from '../json/raw.ts'
import { shorten } from '../log/escape.ts'
import type { Log, MessageFields, MessageId } from '../log/message.ts'
import type { Runtime } from './runtime.ts'
import { leftOutWarning } from '../tls/crashing-authorities.ts'

/** Logs a configuration that is about to be put in force, without its secrets. */
export function logConfig(log: Log, config: AgentConfig): void {
  if (!log.enabled('DCTL_CONFIG_START')) return
  const shown = redactSecrets(rawJson(printCompact(printConfig(config, { secrets: 'hidden' }))))
  const configuration = shown instanceof Promise ? '(too long to be shown)' : rawToString(shown)
  log.write('DCTL_CONFIG_START', { configuration })
}

/** Logs the summary, the listener, and the warnings about TLS files. */
export function logStarted(log: Log, runtime: Runtime, listener: Listener, what: 'STARTED' | 'UPDATED'): void {
  const { config, credentials, upstreams } = runtime
  const where = { address: listener.address, port: listener.port }
  log.write('DCTL_CONFIG_COMPLETE', { summary: configSummary(config, listener) })
  if (credentials === null) log.write(`CTRL_AGENT_HTTP_SERVICE_${what}`, where)
  else log.write(`CTRL_AGENT_HTTPS_SERVICE_${what}`, { ...where, mode: tlsMode(config) })
  const { tlsFiles } = upstreams
  const leftOut = tlsFiles.leftOut.map(({ problem }) => leftOutWarning(problem))
  const warnings = [...(credentials?.warnings ?? []), ...leftOut, ...tlsFiles.warnings]
  for (const reason of warnings) log.write('KEAGATE_TLS_FILE_WARNING', { reason })
}

/** How many control sockets are probed at a time: a thousand at once would delay the requests of all clients. */
const maxProbes = 8

/**
 * Logs each control socket without a daemon once. That is never fatal, because the daemon may start later. Never
 * rejects.
 * @param superseded whether another configuration is in force by now, so that the daemons of this one no longer matter
 */
export async function logMissingDaemons(log: Log, runtime: Runtime, superseded: () => boolean): Promise<void> {
  const rest = runtime.upstreams.byService.entries()
  const probeOn = async (): Promise<void> => {
    for (const [service, upstream] of rest) {
      if (superseded()) return
      // The warnings of the configuration name this path already.
      if (hasUnusablePath(runtime.config.controlSockets.get(service))) continue
      const reason = await upstream.probe()
      if (reason === null || superseded()) continue
      log.write('KEAGATE_CONTROL_SOCKET_MISSING', { service, socket: upstream.address, reason })
    }
  }
  await Promise.all(Array.from({ length: maxProbes }, probeOn))
}

function hasUnusablePath(socket: ControlSocketConfig | undefined): boolean {
  return socket?.socketType === 'unix' && isSocketPathTooLong(socket.path)
}

/** Logs which commands of the agent and its modules are no longer offered, and which are new. */
export function logRegisteredCommands(log: Log, before: readonly string[], now: readonly string[]): void {
  const [known, kept] = [new Set(before), new Set(now)]
  for (const command of before) if (!kept.has(command)) log.write('COMMAND_DEREGISTERED', { command })
  for (const command of now) if (!known.has(command)) log.write('COMMAND_REGISTERED', { command })
}

/** Logs the warnings about a configuration that was accepted. */
export function logConfigWarnings(log: Log, warnings: readonly ConfigWarning[]): void {
  for (const warning of warnings) log.write(warning.id, { reason: formatIssue(warning) })
}

/** Logs why a configuration was refused, one line a mistake. */
export function logConfigErrors(log: Log, id: MessageId, error: unknown, fields: MessageFields = {}): void {
  for (const reason of errorLines(error)) log.write(id, { ...fields, reason })
}

/** One line: where the agent listens, for which clients, and for which services and modules. */
export function configSummary(config: AgentConfig, listener: Listener): string {
  const users = config.authentication?.clients.length ?? 0
  const modules = config.hookModules.length
  return [
    `${listener.address} port ${listener.port}`,
    config.tls === null ? 'plain HTTP' : tlsMode(config),
    `services ${namesOf([...config.controlSockets.keys()])}`,
    users === 0 ? 'no basic authentication' : `basic authentication with ${users} client${users === 1 ? '' : 's'}`,
    modules === 0 ? 'no handler modules' : `${modules} handler module${modules === 1 ? '' : 's'}`,
  ].join(', ')
}

/** How many services the summary names: the line for the service manager must not grow without bound. */
const maxNames = 20

function namesOf(services: readonly string[]): string {
  const more = services.length - maxNames
  const shown = services.slice(0, maxNames).map((name) => shorten(name, 64)).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown || 'none'
}

function tlsMode(config: AgentConfig): string {
  if (config.tls?.certRequired === true) return 'client certificates required'
  return config.tls?.clientCertificate === 'verify-if-given'
    ? 'client certificates verified if given'
    : 'no client certificates asked for'
}
