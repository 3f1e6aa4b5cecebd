// The table of every message keagate can log: id, severity, debug level, logger and text. Ids are Kea's where the event
// is Kea's, `KEAGATE_` otherwise; texts are our own. A `{field}` in a text is filled from the fields of the call.

import { traceMessages } from './message-trace.ts'
import type { Severity } from './settings.ts'

export interface MessageDefinition {
  readonly severity: Exclude<Severity, 'NONE'>
  /** 0 start and stop, 10 commands, 40 basic trace, 45 its data, 50 detailed trace, 55 its data. For DEBUG only. */
  readonly debugLevel?: number
  /** The child of the root logger that the message belongs to. */
  readonly logger: 'ctrl-agent' | 'http' | 'auth' | 'commands' | 'dctl' | 'hooks' | 'tls'
  readonly text: string
  /** Length limit of one value in UTF-16 units, where the usual limit is not enough. */
  readonly longest?: number
}

const definitions = {
  ...traceMessages,
  DCTL_STARTING: { severity: 'INFO', logger: 'dctl', text: 'starting {name}, pid {pid}, version {version}' },
  DCTL_CONFIG_COMPLETE: { severity: 'INFO', logger: 'dctl', text: 'configuration in force: {summary}' },
  DCTL_CONFIG_CHECK_COMPLETE: { severity: 'INFO', logger: 'dctl', text: 'configuration checked: {result}' },
  DCTL_CONFIG_FILE_LOAD_FAIL: { severity: 'FATAL', logger: 'dctl', text: 'cannot start: {reason}' },
  DCTL_ALREADY_RUNNING: { severity: 'FATAL', logger: 'dctl', text: 'cannot start: {reason}' },
  DCTL_PID_FILE_ERROR: { severity: 'FATAL', logger: 'dctl', text: 'cannot start: {reason}' },
  DCTL_PARSER_FAIL: { severity: 'ERROR', logger: 'dctl', text: 'configuration cannot be put in force: {reason}' },
  CTRL_AGENT_CONFIG_FAIL: { severity: 'ERROR', logger: 'ctrl-agent', text: 'configuration refused: {reason}' },
  CTRL_AGENT_CONFIG_CHECK_FAIL: { severity: 'ERROR', logger: 'ctrl-agent', text: 'configuration not usable: {reason}' },
  DCTL_CFG_FILE_RELOAD_SIGNAL_RECVD: { severity: 'INFO', logger: 'dctl', text: 'SIGHUP: reloading {file}' },
  DCTL_CFG_FILE_RELOAD_ERROR: {
    severity: 'ERROR',
    logger: 'dctl',
    text: '{file} was not taken, the configuration before it stays in force: {reason}',
  },
  DCTL_SHUTDOWN_SIGNAL_RECVD: { severity: 'DEBUG', debugLevel: 0, logger: 'dctl', text: '{signal}: stopping' },
  DCTL_UNSUPPORTED_SIGNAL: { severity: 'WARN', logger: 'dctl', text: '{signal} means nothing here and was ignored' },
  DCTL_SHUTDOWN: { severity: 'INFO', logger: 'dctl', text: '{name} has stopped, pid {pid}, version {version}' },
  CTRL_AGENT_STARTED: { severity: 'INFO', logger: 'ctrl-agent', text: 'ready, version {version}' },
  CTRL_AGENT_FAILED: { severity: 'FATAL', logger: 'ctrl-agent', text: 'unexpected error, stopping: {reason}' },
  CTRL_AGENT_HTTP_SERVICE_STARTED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'HTTP service listening on {address} port {port}',
  },
  CTRL_AGENT_HTTPS_SERVICE_STARTED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'HTTPS service listening on {address} port {port}, {mode}',
  },
  CTRL_AGENT_HTTP_SERVICE_UPDATED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'HTTP service on {address} port {port} goes on with the new configuration',
  },
  CTRL_AGENT_HTTPS_SERVICE_UPDATED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'HTTPS service on {address} port {port} goes on with the new configuration, {mode}',
  },
  CTRL_AGENT_HTTP_SERVICE_REUSE_FAILED: {
    severity: 'ERROR',
    logger: 'ctrl-agent',
    text: 'HTTP on {address} port {port} cannot become HTTPS while it is open',
  },
  CTRL_AGENT_HTTPS_SERVICE_REUSE_FAILED: {
    severity: 'ERROR',
    logger: 'ctrl-agent',
    text: 'HTTPS on {address} port {port} cannot become HTTP while it is open',
  },
  CTRL_AGENT_COMMAND_RECEIVED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'command {command} received from {remote-address}, user {user}, certificate {certificate}',
  },
  CTRL_AGENT_COMMAND_FORWARDED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'command {command} from {remote-address}, user {user}, certificate {certificate}, answered by {service}',
  },
  CTRL_AGENT_COMMAND_FORWARD_BEGIN: {
    severity: 'DEBUG',
    debugLevel: 10,
    logger: 'ctrl-agent',
    text: 'forwarding command {command} to {service}',
  },
  CTRL_AGENT_COMMAND_FORWARD_FAILED: {
    severity: 'WARN',
    logger: 'ctrl-agent',
    text:
      'command {command} from {remote-address}, user {user}, certificate {certificate}, could not be answered by ' +
      '{service}: {reason}',
  },
  CTRL_AGENT_CONFIG_SYNTAX_WARNING: { severity: 'WARN', logger: 'ctrl-agent', text: '{reason}' },
  DCTL_DEPRECATED_OUTPUT_OPTIONS: { severity: 'WARN', logger: 'dctl', text: '{reason}' },
  LOG_BAD_SEVERITY: { severity: 'ERROR', logger: 'dctl', text: '{reason}' },
  CTRL_AGENT_SECURITY_CHECKS_DISABLED: {
    severity: 'WARN',
    logger: 'ctrl-agent',
    text: 'started with -X: path rules are not enforced',
  },
  COMMAND_RECEIVED: {
    severity: 'INFO',
    logger: 'commands',
    text: 'received command {command} from {remote-address}, user {user}, certificate {certificate}',
  },
  COMMAND_PROCESS_ERROR2: {
    severity: 'WARN',
    logger: 'commands',
    text: 'command from {remote-address}, user {user}, certificate {certificate}, refused: {reason}',
  },
  HTTP_CLIENT_REQUEST_AUTHORIZED: {
    severity: 'INFO',
    logger: 'auth',
    text: 'user {user} authenticated from {remote-address}',
  },
  HTTP_CLIENT_REQUEST_NOT_AUTHORIZED: {
    severity: 'INFO',
    logger: 'auth',
    text: 'wrong user or password from {remote-address}, attempted user {attempted-user}',
  },
  HTTP_CLIENT_REQUEST_NO_AUTH_HEADER: {
    severity: 'INFO',
    logger: 'auth',
    text: 'request without credentials from {remote-address}',
  },
  HTTP_CLIENT_REQUEST_BAD_AUTH_HEADER: {
    severity: 'INFO',
    logger: 'auth',
    text: 'unusable Authorization header from {remote-address}: {reason}',
  },
  KEAGATE_WRONG_CERTIFICATE: {
    severity: 'WARN',
    logger: 'auth',
    text: 'attempted user {attempted-user} from {remote-address} refused: {reason}',
  },
  KEAGATE_ACCESS_REFUSED: {
    severity: 'WARN',
    logger: 'auth',
    text:
      'command {command} for {services} from {remote-address}, user {user}, certificate {certificate}, role {role}, ' +
      'refused by {rule}',
  },
  KEAGATE_LOCKED_OUT: {
    severity: 'WARN',
    logger: 'auth',
    text:
      'attempts from {remote-address} refused without a comparison: {attempts}; the {scope} is locked out after too ' +
      'many wrong passwords, attempted user {attempted-user}',
  },
  HTTP_BAD_CLIENT_REQUEST_RECEIVED: {
    severity: 'INFO',
    logger: 'http',
    text: 'bad request from {remote-address}: {reason}',
  },
  HTTP_CLIENT_REQUEST_RECEIVED: {
    severity: 'DEBUG',
    debugLevel: 40,
    logger: 'http',
    text: 'request from {remote-address}',
  },
  HTTP_CLIENT_REQUEST_TIMEOUT_OCCURRED: {
    severity: 'INFO',
    logger: 'http',
    text: 'request from {remote-address} took too long: {reason}',
  },
  HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED: {
    severity: 'DEBUG',
    debugLevel: 50,
    logger: 'http',
    text: 'closing idle connection of {remote-address}',
  },
  HTTP_CONNECTION_HANDSHAKE_FAILED: {
    severity: 'INFO',
    logger: 'http',
    text: 'TLS handshake with {remote-address} failed: {reason}; {remedy}',
  },
  KEAGATE_CLIENT_CERTIFICATE_REFUSED: {
    severity: 'WARN',
    logger: 'tls',
    text:
      'client {remote-address} refused: {reason} (subject {subject}, issuer {issuer}, serial {serial}, SHA-256 ' +
      'fingerprint {fingerprint}); {remedy}',
  },
  KEAGATE_TLS_FILES_TAKEN: {
    severity: 'INFO',
    logger: 'tls',
    text: 'the changed TLS files are in force: certificate {subject}, serial {serial}, valid until {not-after}',
  },
  KEAGATE_CONTROL_SOCKET_TLS_FILES_TAKEN: {
    severity: 'INFO',
    logger: 'tls',
    text: 'the changed TLS files of control sockets are in force for {services}',
  },
  KEAGATE_TLS_FILES_NOT_TAKEN: {
    severity: 'ERROR',
    logger: 'tls',
    text: 'the changed TLS files were not taken, those before stay in force: {reason}',
  },
  KEAGATE_TLS_FILE_WARNING: { severity: 'WARN', logger: 'tls', text: '{reason}' },
  KEAGATE_MONITORING_STARTED: {
    severity: 'INFO',
    logger: 'ctrl-agent',
    text: 'monitoring listening on {address} port {port}',
  },
  KEAGATE_CONNECTION_LIMIT: {
    severity: 'WARN',
    logger: 'http',
    text: 'connection of {remote-address} closed: {reason}',
  },
  KEAGATE_CONNECTION_EVICTED: {
    severity: 'WARN',
    logger: 'http',
    text: 'connection of {remote-address} closed to make room: {reason}',
  },
  KEAGATE_PROXY_HEADER_REFUSED: {
    severity: 'WARN',
    logger: 'http',
    text: 'connection of {remote-address} closed: {reason}; {remedy}',
  },
  KEAGATE_MEMORY_LIMIT: { severity: 'WARN', logger: 'http', text: 'command from {remote-address} refused: {reason}' },
  KEAGATE_CONNECTION_ERROR: {
    severity: 'DEBUG',
    debugLevel: 40,
    logger: 'http',
    text: 'connection of {remote-address} broke: {reason}',
  },
  KEAGATE_REQUEST_FAILED: {
    severity: 'ERROR',
    logger: 'http',
    text: 'request from {remote-address} ended in an unexpected error: {reason}',
  },
  KEAGATE_ADDRESS_AWAITED: {
    severity: 'WARN',
    logger: 'http',
    text: '{address} is not an address of this machine yet; port {port} is opened when it comes, within {seconds} s',
  },
  KEAGATE_ACCEPT_FAILED: { severity: 'ERROR', logger: 'http', text: 'cannot accept connections: {reason}' },
  KEAGATE_ANSWER_TRAILING_BYTES: {
    severity: 'DEBUG',
    debugLevel: 40,
    logger: 'ctrl-agent',
    text: 'the daemon behind {socket} sent bytes after its answer; they were ignored',
  },
  KEAGATE_CONTROL_SOCKET_MISSING: {
    severity: 'WARN',
    logger: 'ctrl-agent',
    text: 'control socket {socket} of service {service} has no daemon behind it that can be asked: {reason}',
  },
  KEAGATE_LOG_OUTPUT_FAILED: { severity: 'ERROR', logger: 'dctl', text: 'log output {output} failed: {reason}' },
  KEAGATE_LOG_OUTPUT_RESTORED: {
    severity: 'WARN',
    logger: 'dctl',
    text: 'log output {output} takes lines again; {lost} lines before this one were lost',
  },
  KEAGATE_NOTIFY_FAILED: {
    severity: 'WARN',
    logger: 'dctl',
    text:
      'systemd is not told how this process is: {reason}; install systemd-notify (part of systemd), ' +
      'or have Type=exec and no WatchdogSec in the unit',
  },
  KEAGATE_LOOSE_HTTP_PARSER: { severity: 'WARN', logger: 'dctl', text: '{reason}' },
  KEAGATE_CONFIG_WARNING: { severity: 'WARN', logger: 'dctl', text: '{reason}' },
  KEAGATE_CONFIG_WRITTEN_IN_PLACE: {
    severity: 'WARN',
    logger: 'dctl',
    text: 'config-write wrote {file} in place, so a kill or a power cut could have left a part of it: {reason}',
  },
  KEAGATE_PID_FILE_LOST: { severity: 'WARN', logger: 'dctl', text: 'the PID file is gone: {reason}' },
  KEAGATE_COMMAND_ABANDONED: {
    severity: 'WARN',
    logger: 'commands',
    text: 'command {command} from {remote-address} was still running when the agent stopped; its client was told so',
  },
  KEAGATE_AUDIT_FAILED: { severity: 'ERROR', logger: 'commands', text: 'audit log {file}: {reason}' },
  KEAGATE_AUDIT_RESTORED: {
    severity: 'WARN',
    logger: 'commands',
    text: 'audit log {file} takes records again; {lost} could not be kept meanwhile',
  },
  HOOKS_LIBRARY_LOADED: { severity: 'INFO', logger: 'hooks', text: 'module {library} loaded: {what}' },
  HOOKS_LIBRARY_CLOSED: { severity: 'INFO', logger: 'hooks', text: 'module {library} ended' },
  // Long enough for the first places of a stack trace.
  KEAGATE_MODULE_FAILED: { severity: 'ERROR', logger: 'hooks', text: 'module {library}: {reason}', longest: 2048 },
  KEAGATE_MODULE_DEBUG: { severity: 'DEBUG', debugLevel: 40, logger: 'hooks', text: 'module {library}: {text}' },
  KEAGATE_MODULE_INFO: { severity: 'INFO', logger: 'hooks', text: 'module {library}: {text}' },
  KEAGATE_MODULE_WARN: { severity: 'WARN', logger: 'hooks', text: 'module {library}: {text}' },
  KEAGATE_MODULE_ERROR: { severity: 'ERROR', logger: 'hooks', text: 'module {library}: {text}' },
  KEAGATE_HANDLER_FAILED: {
    severity: 'ERROR',
    logger: 'commands',
    text: 'handler of command {command} failed: {reason}',
  },
} as const satisfies Readonly<Record<string, MessageDefinition>>

export type MessageId = keyof typeof definitions

export const messages: Readonly<Record<MessageId, MessageDefinition>> = definitions

/** Values for the `{field}` places of a text. Callers must not pass secrets. */
export type MessageFields = Readonly<Record<string, string | number>>

/** What the rest of the program uses to log. */
export interface Log {
  write(id: MessageId, fields?: MessageFields): void
  /** Whether a line with this id would be written anywhere. To be asked before costly fields are prepared. */
  enabled(id: MessageId): boolean
}
