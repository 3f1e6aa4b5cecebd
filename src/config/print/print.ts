// The typed configuration back to what `config-get` shows and `config-write` writes, under the file's own names and in
// the order in which Kea sorts them.

import { nodeToPrintable } from '../../json/text/print.ts'
import type { Printable } from '../../json/text/print.ts'
import type { ServiceGroups } from '../service-groups.ts'
import type { OutputSettings } from '../../log/settings.ts'
import type { AccessConfig } from '../access/types.ts'
import { printMasked } from './masked-parameters.ts'
import { maskedPassword } from './masked-password.ts'
import { defaultModuleTimeout } from '../resolve/hooks.ts'
import { httpLimitRows, lockOutRows, shownLimits, upstreamLimitRows } from '../limits.ts'
import { printAccess } from './access.ts'
import type {
  AgentConfig,
  AuditConfig,
  AuthenticationConfig,
  ClientConfig,
  ControlSocketConfig,
  HookModuleConfig,
  HttpHeader,
  HttpSocketConfig,
  LoggerConfig,
  MonitoringConfig,
  TlsConfig,
  UserContext,
} from '../types.ts'

export type Secrets = 'hidden' | 'shown'

/** A map to show; members that are undefined are left out. */
type Shown = Readonly<Record<string, Printable | undefined>>

/** `{"Control-agent": {…}}` with every default filled in. Of files only the names are shown, never the contents. */
export function printConfig(config: AgentConfig, { secrets }: { secrets: Secrets }): Shown {
  const { access, tls } = config
  return {
    'Control-agent': {
      'access-control': access === null || access.library !== null ? undefined : printAccess(access),
      'audit-log': config.auditLog === null ? undefined : auditLog(config.auditLog),
      authentication: config.authentication === null ? undefined : authentication(config.authentication, secrets),
      'bind-retry-seconds': config.bindRetry === 0 ? undefined : config.bindRetry / 1000,
      'cert-file': tls?.written.certFile,
      'cert-required': tls?.certRequired,
      'control-sockets': new Map(
        [...config.controlSockets].map(([name, socket]) => [name, controlSocket(socket, secrets)]),
      ),
      'hooks-libraries': [
        ...(access === null || access.library === null ? [] : [rbacLibrary(access, access.library)]),
        ...config.hookModules.map((module) => hookModule(module, secrets)),
      ],
      'http-headers': filled(config.httpHeaders.map(header)),
      'http-host': config.httpHost,
      'http-limits': shownLimits(httpLimitRows, config.httpLimits),
      'http-port': config.httpPort,
      'key-file': tls?.written.keyFile,
      loggers: filled(config.loggers.map(logger)),
      monitoring: config.monitoring === null ? undefined : monitoring(config.monitoring),
      'proxy-protocol': config.proxies.proxyProtocol ? true : undefined,
      'service-groups': groups(config.serviceGroups),
      tls: tls === null ? undefined : refinements(tls),
      'trust-anchor': tls?.written.trustAnchor,
      'trusted-proxies': config.proxies.trusted.length === 0 ? undefined : config.proxies.trusted,
      'user-context': userContext(config.userContext),
    },
  }
}

/** undefined where there are none. */
function groups(serviceGroups: ServiceGroups): Printable | undefined {
  const entries = serviceGroups.entries()
  return entries.length === 0 ? undefined : new Map(entries)
}

/** undefined where every value is the default. */
function refinements(tls: TlsConfig): Shown | undefined {
  const shown = {
    ciphers: tls.ciphers ?? undefined,
    'client-certificate': tls.clientCertificate === 'none' ? undefined : tls.clientCertificate,
    'crl-file': tls.written.crlFile ?? undefined,
    'expiry-warning-days': tls.expiryWarningDays === 30 ? undefined : tls.expiryWarningDays,
    groups: tls.groups ?? undefined,
    'max-version': tls.maxVersion === '1.3' ? undefined : tls.maxVersion,
    'min-version': tls.minVersion === '1.2' ? undefined : tls.minVersion,
    'reload-on-change': tls.reloadOnChange ? undefined : false,
    'session-tickets': tls.sessionTickets ? undefined : false,
  }
  return Object.values(shown).some((value) => value !== undefined) ? shown : undefined
}

function authentication(config: AuthenticationConfig, secrets: Secrets): Shown {
  return {
    clients: config.clients.map((entry) => client(entry, secrets)),
    directory: config.directory,
    'lock-out': shownLimits(lockOutRows, config.lockOut),
    realm: config.realm,
    type: 'basic',
    'user-context': userContext(config.userContext),
  }
}

function client(config: ClientConfig, secrets: Secrets): Shown {
  const { hash, userFile, passwordFile, userInPasswordFile } = config
  const literal = secrets === 'hidden' ? maskedPassword : (hash?.text ?? config.password)
  return {
    'cert-fingerprint': config.certFingerprint ?? undefined,
    'cert-subject': config.certSubject ?? undefined,
    password: passwordFile === null && hash === null ? literal : undefined,
    'password-file': passwordFile ?? undefined,
    'password-hash': hash === null ? undefined : literal,
    user: userFile === null && !userInPasswordFile ? config.user : undefined,
    'user-context': userContext(config.userContext),
    'user-file': userFile ?? undefined,
  }
}

function rbacLibrary(access: AccessConfig, library: string): Shown {
  return { library, parameters: printAccess(access) }
}

function controlSocket(config: ControlSocketConfig, secrets: Secrets): Shown {
  if (config.socketType !== 'unix') return httpSocket(config, secrets)
  return {
    limits: shownLimits(upstreamLimitRows, config.limits),
    'socket-name': config.socketName,
    'socket-type': config.socketType,
    'user-context': userContext(config.userContext),
  }
}

function auditLog(config: AuditConfig): Shown {
  return {
    arguments: config.arguments,
    maxsize: config.maxSize,
    maxver: config.maxVersions,
    'on-failure': config.onFailure,
    output: config.output,
    'user-context': userContext(config.userContext),
  }
}

function hookModule({ library, parameters, timeout }: HookModuleConfig, secrets: Secrets): Shown {
  const print = secrets === 'hidden' ? printMasked : nodeToPrintable
  return {
    library,
    parameters: parameters === null ? undefined : print(parameters),
    'timeout-seconds': timeout === defaultModuleTimeout ? undefined : timeout / 1000,
  }
}

function httpSocket(config: HttpSocketConfig, secrets: Secrets): Shown {
  const { tls, login } = config
  const literal = secrets === 'hidden' ? maskedPassword : login?.password
  return {
    'cert-file': tls?.written.certFile ?? undefined,
    'forward-client-address': config.forwardClientAddress ? true : undefined,
    'key-file': tls?.written.keyFile ?? undefined,
    limits: shownLimits(upstreamLimitRows, config.limits),
    password: login?.passwordFile === null ? literal : undefined,
    'password-file': login?.passwordFile ?? undefined,
    'server-name': tls?.serverName ?? undefined,
    service: config.service ?? undefined,
    'socket-address': config.address,
    'socket-port': config.port,
    'socket-type': config.socketType,
    'trust-anchor': tls?.written.trustAnchor,
    user: login?.user,
    'user-context': userContext(config.userContext),
  }
}

function header({ name, value, userContext: notes }: HttpHeader): Shown {
  return { name, 'user-context': userContext(notes), value }
}

function monitoring(config: MonitoringConfig): Shown {
  return {
    'http-host': config.httpHost,
    'http-port': config.httpPort,
    'probes-on-agent-port': config.probesOnAgentPort ? true : undefined,
    'user-context': userContext(config.userContext),
  }
}

function logger(config: LoggerConfig): Shown {
  return {
    debuglevel: config.debugLevel,
    name: config.name,
    'output-options': config.outputs?.map(output),
    severity: config.severity ?? undefined,
    'user-context': userContext(config.userContext),
  }
}

/** Rotation is shown for files only, as Kea shows it. */
function output(config: OutputSettings): Shown {
  const isFile = config.path !== null
  return {
    flush: config.flush,
    format: config.format === 'json' ? 'json' : undefined,
    maxsize: isFile ? config.maxSize : undefined,
    maxver: isFile ? config.maxVersions : undefined,
    output: config.output,
    pattern: config.pattern ?? undefined,
  }
}

function filled(list: readonly Shown[]): readonly Shown[] | undefined {
  return list.length === 0 ? undefined : list
}

function userContext(context: UserContext): Printable | undefined {
  return context === null ? undefined : nodeToPrintable(context)
}
