// Builds everything that one configuration needs into one immutable object. Nothing is global and nothing is started:
// if a part cannot be built, this throws, and the caller still has the previous runtime.

import { Guard } from '../access/guard.ts'
import { compilePolicy } from '../access/policy.ts'
import type { Audit } from '../audit/audit.ts'
import { createAuthenticator } from '../auth/basic.ts'
import type { LockOut } from '../auth/lock-out.ts'
import type { AgentControl } from '../command/agent-control.ts'
import { builtinHandlers } from '../command/builtin/all.ts'
import { Registry } from '../command/registry.ts'
import { keaCommands } from '../config/access/kea-commands.ts'
import type { AgentConfig } from '../config/types.ts'
import { createDispatch } from '../command/dispatch.ts'
import { openUpstreams } from '../forward/open-upstreams.ts'
import type { Upstreams } from '../forward/open-upstreams.ts'
import { Router } from '../forward/router.ts'
import type { Modules } from '../hook/modules.ts'
import { TrustedProxies } from '../http/proxy/trusted-proxies.ts'
import type { HttpSettings } from '../http/settings.ts'
import { inSlices } from '../in-slices.ts'
import type { Log } from '../log/message.ts'
import { CommandMeter } from '../metrics/command-meter.ts'
import type { Metrics } from '../metrics/registry.ts'
import type { CredentialSet } from '../tls/files/credentials.ts'
import { TlsError } from '../tls/files/diagnostics.ts'
import { credentialWork } from '../tls/files/credentials.ts'
import type { HandshakeLog } from '../tls/server/handshake-log.ts'

export interface Runtime {
  readonly config: AgentConfig
  readonly http: HttpSettings
  /** null: plain HTTP. */
  readonly credentials: CredentialSet | null
  readonly upstreams: Upstreams
  readonly router: Router
  /** null: every client may run every command. */
  readonly guard: Guard | null
  /** Loaded; started once the runtime is in force. */
  readonly modules: Modules
  /** The names of the commands of the agent itself and of the modules, in ascending order. */
  readonly commands: () => readonly string[]
  /** null: commands are not recorded. */
  readonly audit: Audit | null
}

export interface RuntimeParts {
  readonly agent: AgentControl
  readonly log: Log
  readonly lockOut: LockOut
  readonly modules: Modules
  /** null: commands are not recorded. */
  readonly audit: Audit | null
  readonly metrics: Metrics
  readonly tlsReport: HandshakeLog
  /** The runtime that this one is to replace. */
  readonly previous: Runtime | null
}

/**
 * @throws KeagateError TLS_UNUSABLE when certificate, key or trust anchor cannot serve
 */
export async function buildRuntime(config: AgentConfig, parts: RuntimeParts): Promise<Runtime> {
  const credentials = config.tls === null ? null : await inSlices(credentialWork(config.tls))
  const { audit, modules } = parts
  const { serviceGroups } = config
  const registry: Registry = new Registry(builtinHandlers(parts.agent, () => namesOf(registry, modules)))
  const upstreams = await openUpstreams(config.controlSockets, parts.log, parts.previous?.upstreams ?? null)
  const meter = config.monitoring === null ? null : new CommandMeter(parts.metrics, {
    command: (name) => keaCommands.has(name) || registry.find(name) !== undefined || modules.find(name) !== undefined,
    service: (name) => upstreams.byService.has(name),
  })
  const router = new Router(upstreams.byService, parts.log, { meter, groups: serviceGroups.names })
  const guard = config.access === null ? null : new Guard(compilePolicy(config.access, {
    tls: config.tls !== null,
    services: upstreams.byService.keys(),
    serviceGroups,
    handlers: [...registry.handlers(), ...modules.handlers()],
  }), parts.log)
  const dispatch = createDispatch({ registry, modules, router, serviceGroups, guard, audit, log: parts.log, meter })
  return {
    config,
    credentials,
    upstreams,
    modules,
    commands: () => namesOf(registry, modules),
    router,
    guard,
    audit,
    http: {
      limits: config.httpLimits,
      headers: config.httpHeaders,
      trustedProxies: new TrustedProxies(config.proxies.trusted),
      readiness: config.monitoring?.probesOnAgentPort === true ? () => unavailableReasons(audit) : null,
      certificateRequired: config.tls?.certRequired ?? false,
      trustAnchors: credentials?.trustAnchors ?? null,
      revocation: credentials?.revocation ?? null,
      tlsReport: parts.tlsReport,
      authenticator: config.authentication === null ? null : createAuthenticator(config.authentication, parts.lockOut),
      services: new Set([...upstreams.byService.keys(), ...serviceGroups.names]),
      serviceGroups,
      audit,
      metrics: meter === null ? null : parts.metrics,
      dispatch: meter === null ? dispatch : (...command) => meter.during(() => dispatch(...command)),
    },
  }
}

/**
 * The same runtime with the present content of its TLS files; null if that has not changed.
 * @throws KeagateError TLS_UNUSABLE
 */
export async function renewCredentials(runtime: Runtime): Promise<Runtime | null> {
  const { config, credentials, http } = runtime
  if (config.tls === null) return null
  const renewed = await inSlices(credentialWork(config.tls))
  if (renewed.digest === credentials?.digest) return null
  const { revocation, trustAnchors } = renewed
  return { ...runtime, credentials: renewed, http: { ...http, revocation, trustAnchors } }
}

/** The absolute names of the trust anchors of control sockets. */
export function anchorsInUse(config: AgentConfig | null): readonly string[] {
  return [...(config?.controlSockets.values() ?? [])].flatMap((socket) => {
    return socket.socketType === 'unix' || socket.tls === null ? [] : [socket.tls.trustAnchor]
  })
}

/**
 * Refuses a runtime whose control sockets do not trust all authorities that the configuration names.
 * @param mayFail whether a warning is enough for the trust anchor with this absolute name
 * @throws TlsError
 */
export function refuseLeftOut({ upstreams }: Runtime, mayFail: (file: string) => boolean = () => false): void {
  const refused = upstreams.tlsFiles.leftOut.filter(({ file }) => !mayFail(file))
  if (refused.length > 0) throw new TlsError(refused.map(({ problem }) => problem))
}

/** Why no command can run now. @param audit null: commands are not recorded */
export function unavailableReasons(audit: Audit | null): readonly string[] {
  const reason = audit?.unavailableReason ?? null
  return reason === null ? [] : [reason]
}

function namesOf(registry: Registry, modules: Modules): readonly string[] {
  return modules.present ? [...new Set([...registry.names(), ...modules.names()])].sort() : registry.names()
}
