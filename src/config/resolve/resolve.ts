// A checked tree in, the typed configuration out: defaults, and what one keyword demands of another.

import type { MapNode } from '../../json/text/node.ts'
import { isLoopback } from '../../net/network.ts'
import { checkOutputFiles } from '../files/check-outputs.ts'
import type { Diagnostics } from '../parse/diagnostics.ts'
import type { Sliced } from '../../in-slices.ts'
import type { PathRules } from './paths.ts'
import { resolveAccess } from '../access/resolve.ts'
import { resolveAudit } from './audit.ts'
import { resolveAuthentication } from './authentication.ts'
import { resolveControlSockets } from './control-sockets.ts'
import { resolveHooks } from './hooks.ts'
import { resolveHeaders, resolveHost, resolveHttpLimits } from './http.ts'
import { resolveLoggers } from './loggers.ts'
import { resolveMonitoring } from './monitoring.ts'
import { resolveProxies } from './proxies.ts'
import { resolveServiceGroups } from './service-groups.ts'
import { resolveTls } from './tls.ts'
import { Section } from '../parse/section.ts'
import type { Tolerance } from '../tolerance.ts'
import type { AgentConfig } from '../types.ts'
import { userContextOf } from '../parse/user-context.ts'

export interface ResolveRules {
  /** Absolute; relative file names start here. */
  readonly directory: string
  readonly env: NodeJS.ProcessEnv
  /** Whether paths must lie in Kea 3's folders: true for what came over the network, unless started with `-X`. */
  readonly restricted: boolean
  /** The configuration in force, for what came over the network; null for files. */
  readonly current: AgentConfig | null
  /** Whether `*****` may stand for the password in force: true for what came over the network. */
  readonly hiddenPasswords: boolean
  /** The files that are being read, absolute, the start file first; null for what came over the network. */
  readonly sourceFiles: readonly string[] | null
  /** Which mistakes are warnings only. */
  readonly tolerance: Tolerance
}

/**
 * Reads on after mistakes, so that all are found; the result is only good if `diagnostics` holds none. What is not of
 * the right shape reads as absent.
 */
export function* resolveConfig(root: MapNode, rules: ResolveRules, diagnostics: Diagnostics): Sliced<AgentConfig> {
  const agent = new Section(root, '', diagnostics).section('Control-agent') ?? new Section(emptyMap, '', diagnostics)
  const { current, directory } = rules
  const tls = resolveTls(agent, directory)
  yield
  const authentication = yield* resolveAuthentication(agent, {
    directory,
    known: rules.hiddenPasswords ? (current?.authentication?.clients ?? []) : null,
  })
  const controlSockets =
    yield* resolveControlSockets(agent, { ...rules, paths: pathRules(rules, socketsInUse(current)) })
  const services = [...controlSockets.keys()]
  const serviceGroups = yield* resolveServiceGroups(agent, services)
  const loggers = yield* resolveLoggers(agent, pathRules(rules, logsInUse(current)))
  const config: AgentConfig = {
    httpHost: resolveHost(agent),
    httpPort: agent.integer('http-port') ?? 8000,
    bindRetry: 1000 * (agent.integer('bind-retry-seconds') ?? 0),
    proxies: yield* resolveProxies(agent),
    httpHeaders: yield* resolveHeaders(agent),
    httpLimits: resolveHttpLimits(agent),
    tls,
    authentication,
    access: yield* resolveAccess(agent, {
      tls, authentication, services, serviceGroups, directory,
      restricted: rules.restricted, current: current?.access ?? null,
    }),
    controlSockets,
    serviceGroups,
    hookModules: yield* resolveHooks(agent, {
      ...pathRules(rules, modulesInUse(current)), known: rules.hiddenPasswords ? (current?.hookModules ?? []) : null,
    }),
    loggers,
    monitoring: resolveMonitoring(agent),
    auditLog: resolveAudit(agent, pathRules(rules, logsInUse(current))),
    userContext: userContextOf(agent),
    directory,
    sourceFiles: rules.sourceFiles ?? current?.sourceFiles ?? [],
  }
  warnOfOpenAgent(agent, config)
  // This asks the system about files. What came over the network must be right so far, so that no refused path is
  // looked at.
  if (diagnostics.errorCount === 0 || !rules.restricted) yield* checkOutputFiles(agent, config, rules.env)
  return config
}

/** Does not warn where there is access control, which may tell callers apart by their addresses. */
function warnOfOpenAgent(agent: Section, { httpHost, tls, authentication, access }: AgentConfig): void {
  const users = authentication?.clients.length ?? 0
  if (isLoopback(httpHost) || tls !== null || users > 0 || access !== null) return
  const text = 'anyone who reaches this address can change your DHCP server: there is no TLS and no user'
  const remedy = 'add certificates (keagate certs init) or authentication, or listen on 127.0.0.1'
  agent.warning('KEAGATE_CONFIG_WARNING', 'http-host', text, remedy)
}

const emptyMap: MapNode = { kind: 'map', members: [], start: 0, end: 0 }

function pathRules({ directory, env, restricted }: ResolveRules, inUse: ReadonlySet<string>): PathRules {
  return { directory, env, restricted, inUse }
}

function socketsInUse(current: AgentConfig | null): Set<string> {
  const sockets = [...(current?.controlSockets.values() ?? [])]
  return new Set(sockets.flatMap((socket) => (socket.socketType === 'unix' ? [socket.path] : [])))
}

function modulesInUse(current: AgentConfig | null): Set<string> {
  return new Set(current?.hookModules.map(({ path }) => path))
}

/** The files that the loggers and the audit of a configuration write to. */
export function logsInUse(current: AgentConfig | null): Set<string> {
  const outputs = [
    ...(current?.loggers ?? []).flatMap((logger) => logger.outputs ?? []),
    current?.auditLog ?? { path: null },
  ]
  return new Set(outputs.flatMap(({ path }) => (path === null ? [] : [path])))
}
