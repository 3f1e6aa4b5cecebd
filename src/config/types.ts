// The typed configuration: read-only data with every default filled in. Names as in code; the file's names are in
// `schema.ts`, the way from one to the other is `resolve.ts`.

import type { MapNode } from '../json/text/node.ts'
import type { LoggerSettings } from '../log/settings.ts'
import type { AccessConfig } from './access/types.ts'
import type { ServiceGroups } from './service-groups.ts'
import type { PasswordHash } from './resolve/password-hash.ts'

/** A free-form map of the operator, kept with every digit; `comment` is merged into it. */
export type UserContext = MapNode | null

export interface AgentConfig {
  /** IP literal to listen on; as written. */
  readonly httpHost: string
  /** 0..65535; 0 lets the system choose. */
  readonly httpPort: number
  /** Milliseconds that a start waits at most until the address is one of this machine. */
  readonly bindRetry: number
  readonly proxies: ProxiesConfig
  readonly httpHeaders: readonly HttpHeader[]
  /** null: plain HTTP. */
  readonly tls: TlsConfig | null
  /** null: no authentication configured. With an empty client list no caller is asked either, as in Kea. */
  readonly authentication: AuthenticationConfig | null
  /** null: every caller that is let in may run every command. */
  readonly access: AccessConfig | null
  /** By service name, in the order of the file. */
  readonly controlSockets: ReadonlyMap<string, ControlSocketConfig>
  readonly serviceGroups: ServiceGroups
  readonly hookModules: readonly HookModuleConfig[]
  readonly loggers: readonly LoggerConfig[]
  /** null: commands are not recorded. */
  readonly auditLog: AuditConfig | null
  readonly httpLimits: HttpLimits
  /** null: not served. */
  readonly monitoring: MonitoringConfig | null
  readonly userContext: UserContext
  /** Absolute; the folder that relative file names start from: that of the configuration file. */
  readonly directory: string
  /** The start file and what it includes, absolute. For a configuration from the network: those of the one before. */
  readonly sourceFiles: readonly string[]
}

/** Proxies and balancers between the clients and this process. */
export interface ProxiesConfig {
  /** Addresses and networks, as written; `readNetwork` can read each of them. */
  readonly trusted: readonly string[]
  /** Whether each connection begins with a header of the PROXY protocol. */
  readonly proxyProtocol: boolean
}

export interface HttpHeader {
  readonly name: string
  readonly value: string
  readonly userContext: UserContext
}

export type TlsVersion = '1.2' | '1.3'

/** The three names without which there is no TLS. */
export interface TlsFiles {
  /** File or directory. */
  readonly trustAnchor: string
  readonly certFile: string
  readonly keyFile: string
}

/** The file names here are absolute. */
export interface TlsConfig extends TlsFiles {
  /** Certificate revocation lists: file or directory; null: revocation is not checked. */
  readonly crlFile: string | null
  /** The file names as the operator wrote them. */
  readonly written: TlsFiles & { readonly crlFile: string | null }
  /** true: mutual TLS. */
  readonly certRequired: boolean
  /** With `certRequired` false: whether a certificate is asked for and, if sent, verified. */
  readonly clientCertificate: 'none' | 'verify-if-given'
  readonly minVersion: TlsVersion
  readonly maxVersion: TlsVersion
  /** OpenSSL cipher list for TLS 1.2 plus suite names for 1.3, or null for the default. */
  readonly ciphers: string | null
  /** Key exchange groups in order of preference, colon-separated, or null for the default. */
  readonly groups: string | null
  /** Whether session tickets are handed out. */
  readonly sessionTickets: boolean
  /** Whether the files are watched, and taken when they change. */
  readonly reloadOnChange: boolean
  /** How many days before their end certificates and revocation lists are warned of; 0: never. */
  readonly expiryWarningDays: number
}

export interface AuthenticationConfig {
  readonly realm: string
  /** Prefix of the `*-file` names, as written. */
  readonly directory: string
  readonly clients: readonly ClientConfig[]
  readonly lockOut: LockOutLimits
  readonly userContext: UserContext
}

/** Limits on password guessing. */
export interface LockOutLimits {
  /** Failures that one user from one address may have within the window; 0: no limit. */
  readonly failures: number
  /** Milliseconds for which a failure counts. */
  readonly window: number
}

/** One accepted user and password. If they came from files, their contents are here, and the names for printing. */
export interface ClientConfig {
  readonly user: string
  /** Empty where there is a hash instead. */
  readonly password: string
  readonly hash: PasswordHash | null
  /** As written, null where the literal key was used. */
  readonly userFile: string | null
  readonly passwordFile: string | null
  /** true: the password file holds `user:password`. */
  readonly userInPasswordFile: boolean
  /** The common name or the whole name of the certificate that the user must show; null: any certificate, or none. */
  readonly certSubject: string | null
  /** The same by its SHA-256 fingerprint: upper-case hex pairs joined by colons. */
  readonly certFingerprint: string | null
  readonly userContext: UserContext
}

/** One entry of `hooks-libraries`. */
export interface HookModuleConfig {
  /** As written. */
  readonly library: string
  /** Absolute. */
  readonly path: string
  readonly parameters: MapNode | null
  /** Milliseconds that a function of the module may take at most. */
  readonly timeout: number
  /** Where it stands in the configuration, for errors: a JSON pointer. */
  readonly place: string
}

/** Where a daemon takes commands. */
export type ControlSocketConfig = UnixSocketConfig | HttpSocketConfig

interface ControlSocketBase {
  readonly limits: UpstreamLimits
  readonly userContext: UserContext
}

export interface UnixSocketConfig extends ControlSocketBase {
  readonly socketType: 'unix'
  /** As written. */
  readonly socketName: string
  /** The path to connect to. */
  readonly path: string
}

/** A daemon's own listener (Kea 2.7.2 and later), or an agent that forwards to the daemon. */
export interface HttpSocketConfig extends ControlSocketBase {
  readonly socketType: 'http' | 'https'
  /** IP literal or host name. */
  readonly address: string
  /** 1..65535. */
  readonly port: number
  /** null with `http`. */
  readonly tls: UpstreamTlsConfig | null
  /** What the daemon's `authentication` asks for; null: nothing is sent. */
  readonly login: UpstreamLogin | null
  /** The name that the agent listening there knows the daemon by; null: the daemon itself listens there. */
  readonly service: string | null
  /** Whether the far side is told the address of the client that sent the command. */
  readonly forwardClientAddress: boolean
}

/** The file names here are absolute. */
export interface UpstreamTlsConfig {
  /** The CAs that the daemon's certificate must come from: file or directory. */
  readonly trustAnchor: string
  /** What is shown to the daemon; null: no certificate. */
  readonly pair: { readonly certFile: string; readonly keyFile: string } | null
  /** The name or address that the daemon's certificate must carry; null: the address that is connected to. */
  readonly serverName: string | null
  /** The file names as the operator wrote them. */
  readonly written: { readonly trustAnchor: string; readonly certFile: string | null; readonly keyFile: string | null }
}

/** For HTTP basic authentication at the daemon. */
export interface UpstreamLogin {
  readonly user: string
  readonly password: string
  /** As written, null where the password itself is in the configuration. */
  readonly passwordFile: string | null
}

/** Limits of one control socket. Times in milliseconds. */
export interface UpstreamLimits {
  readonly connectTimeout: number
  /** Longest wait without a byte moving in either direction. */
  readonly stallTimeout: number
  readonly totalTimeout: number
  readonly maxInFlight: number
  readonly maxWaiting: number
  /** Bytes. */
  readonly maxAnswerSize: number
  /** How long a refused connection or a missing socket is tried again; 0: never. */
  readonly connectRetry: number
}

/** One entry of `loggers`. */
export interface LoggerConfig extends LoggerSettings {
  readonly userContext: UserContext
}

/** The listener for metrics, health and the status page; plain HTTP. */
export interface MonitoringConfig {
  /** IP literal; as written. */
  readonly httpHost: string
  /** 0..65535; 0 lets the system choose. */
  readonly httpPort: number
  /** Whether health is also told where commands are taken. */
  readonly probesOnAgentPort: boolean
  readonly userContext: UserContext
}

/** Where the record of every command goes. */
export interface AuditConfig {
  /** As written. */
  readonly output: string
  readonly path: string
  /** Bytes before the file rotates; 0: never. */
  readonly maxSize: number
  /** Rotated files to keep. */
  readonly maxVersions: number
  /** Whether the arguments of commands are recorded, with secrets hidden. */
  readonly arguments: boolean
  /** What becomes of commands while no record can be written. */
  readonly onFailure: 'refuse' | 'continue'
  readonly userContext: UserContext
}

/** Limits of the HTTP side. Times in milliseconds, sizes in bytes. */
export interface HttpLimits {
  readonly maxHeadSize: number
  readonly maxBodySize: number
  readonly headTimeout: number
  readonly requestTimeout: number
  readonly idleTimeout: number
  /** Longest time in which a body or a reading client makes no progress. */
  readonly stallTimeout: number
  readonly handshakeTimeout: number
  readonly maxConnections: number
  /** Memory for all bodies and answers together. */
  readonly maxBuffered: number
  /** The lowest average speed at which a client may read a long answer, in bytes a second. */
  readonly minReaderRate: number
}
