// The shape of the configuration file as a plain JSON schema: every keyword under the file's own name. What a keyword
// means, and how keywords depend on each other, is up to `resolve.ts`.

import type { LimitRow } from '../limits.ts'
import { httpLimitRows, lockOutRows, upstreamLimitRows } from '../limits.ts'
import { accessControl } from './access-schema.ts'
import { maxServices } from '../service-groups.ts'
import type { ConfigSchema, Keywords } from './schema-types.ts'

/** Service names: free, but fit for a URL path and a log line. */
const SERVICE_NAME = '^[A-Za-z0-9._@-]+$'

/**
 * How many elements a list may have, and how many control sockets there may be. Far more than anybody needs, and few
 * enough that reading a configuration which came over the network delays no other client.
 */
export const maxElements = 1000

function text(description: string): ConfigSchema {
  return { type: 'string', description }
}

function flag(description: string): ConfigSchema {
  return { type: 'boolean', description }
}

function choice(description: string, ...values: string[]): ConfigSchema {
  return { type: 'string', description, enum: values }
}

function map(description: string, properties: Keywords, required: string[] = []): ConfigSchema {
  return { type: 'object', description, properties, required, additionalProperties: false }
}

function list(description: string, items: ConfigSchema, maxItems: number = maxElements): ConfigSchema {
  return { type: 'array', description, items, maxItems }
}

function limits<Limits>(description: string, rows: readonly LimitRow<Limits>[]): ConfigSchema {
  const properties: [string, ConfigSchema][] = rows.map((row) => {
    const { minimum, maximum, description } = row
    return [row.keyword, { type: 'integer', minimum, maximum, default: row.fallback, description }]
  })
  return map(description, Object.fromEntries(properties))
}

/** The operator's own notes, allowed where Kea allows them. */
const notes = {
  comment: text('a remark, kept as user-context.comment'),
  'user-context': { type: 'object', description: 'a free-form map, kept as it is' },
} as const satisfies ConfigSchema['properties']

/** How many headers may be added: clients give up on an answer whose head is too large. */
const maxHeaders = 64

const header = map('a header added to every response', {
  name: { type: 'string', minLength: 1, maxLength: 256, description: 'the name of the header' },
  value: { type: 'string', minLength: 1, maxLength: 4096, description: 'the value of the header' },
  ...notes,
}, ['name', 'value'])

const tls = map('settings of TLS beyond the files', {
  'client-certificate': {
    ...choice('whether clients are asked for a certificate when cert-required is false', 'none', 'verify-if-given'), default: 'none',
  },
  'min-version': { ...choice('lowest version of TLS', '1.2', '1.3'), default: '1.2' },
  'max-version': { ...choice('highest version of TLS', '1.2', '1.3'), default: '1.3' },
  ciphers: {
    type: 'string', minLength: 1, maxLength: 4096,
    description: 'OpenSSL names of ciphers, separated by colons',
  },
  groups: {
    type: 'string', minLength: 1, maxLength: 1024,
    description: 'key exchange groups in order of preference, separated by colons',
  },
  'session-tickets': { ...flag('whether TLS sessions can be resumed with session tickets'), default: true },
  'crl-file': {
    type: 'string', minLength: 1,
    description: 'the revocation lists of the CAs of client certificates: a PEM file or a directory',
  },
  'reload-on-change': { ...flag('whether changed TLS files are loaded without a reload'), default: true },
  'expiry-warning-days': {
    type: 'integer', minimum: 0, maximum: 3650, default: 30,
    description: 'days before the end of a certificate or revocation list from which a warning is logged; 0: no warnings',
  },
})

const client = map('a user who may send commands', {
  user: text('the name of the user'),
  'user-file': text('a file that holds the name of the user'),
  password: text('the password'),
  'password-hash': { type: 'string', maxLength: 256, description: 'the hash of the password, as keagate hash-password prints it' },
  'password-file': text('a file that holds the password, or USER:PASSWORD if no user is given'),
  'cert-subject': {
    type: 'string', minLength: 1, maxLength: 1024, description: 'the name of the certificate that the user must present',
  },
  'cert-fingerprint': text('the SHA-256 fingerprint of the certificate that the user must present'),
  ...notes,
})

const authentication = map('HTTP basic authentication', {
  type: { ...choice('the scheme', 'basic'), default: 'basic' },
  realm: { type: 'string', maxLength: 1024, default: 'kea-control-agent', description: 'the realm sent to clients' },
  directory: text('the folder of the user and password files'),
  clients: list('the users who may send commands; with an empty list no password is needed', client),
  'lock-out': limits('the lock-out after wrong passwords', lockOutRows),
  ...notes,
})

/** `resolve/control-sockets.ts` checks which keyword goes with which type of socket. */
export const controlSocket = map('the control socket of a daemon', {
  'socket-type': { ...choice('the kind of socket', 'unix', 'http', 'https'), default: 'unix' },
  'socket-name': { type: 'string', minLength: 1, description: 'the path of the control socket of the daemon' },
  'socket-address': { ...text('the IP address or host name of the listener of the daemon'), default: '127.0.0.1' },
  'socket-port': {
    type: 'integer', minimum: 1, maximum: 65_535, default: 8000, description: 'the port of the listener of the daemon',
  },
  'trust-anchor': {
    type: 'string', minLength: 1,
    description: 'the CAs that may issue the certificate of the daemon: a PEM file or a directory',
  },
  'cert-file': { type: 'string', minLength: 1, description: 'the certificate presented to the daemon: a PEM file' },
  'key-file': { type: 'string', minLength: 1, description: 'the private key of that certificate: a PEM file, not encrypted' },
  'server-name': {
    type: 'string', minLength: 1, maxLength: 253,
    description: 'the name in the certificate of the daemon, if it is not the address',
  },
  user: text('the user to log in as at the daemon'),
  password: text('the password of that user'),
  'password-file': text('a file that holds the password of that user'),
  service: {
    type: 'string', pattern: SERVICE_NAME, maxLength: 256,
    description: 'the service to name if another agent (keagate or kea-ctrl-agent) listens at that address',
  },
  'forward-client-address': {
    ...flag('whether the agent at that address is told where each command came from, as X-Forwarded-For'), default: false,
  },
  limits: limits('limits of this control socket', upstreamLimitRows),
  ...notes,
})

const controlSockets: ConfigSchema = {
  type: 'object',
  description: 'the daemons, by service name such as dhcp4, dhcp6 or d2',
  propertyNames: { pattern: SERVICE_NAME },
  properties: { comment: false, 'user-context': false },
  additionalProperties: controlSocket,
  maxProperties: maxElements,
}

const serviceGroups: ConfigSchema = {
  type: 'object',
  description: 'names for several services, such as all4, each with the list of them',
  propertyNames: { pattern: SERVICE_NAME },
  additionalProperties: {
    type: 'array', maxItems: maxServices, description: 'the services that a command for the group is sent to, in this order',
    items: text('the name of a control socket'),
  },
  maxProperties: maxElements,
}

const output = map('a destination of log lines', {
  output: { type: 'string', minLength: 1, description: 'stdout, stderr, syslog, syslog:FACILITY or a file name' },
  flush: { ...flag('whether each line is written at once'), default: true },
  maxsize: {
    type: 'integer', maximum: Number.MAX_SAFE_INTEGER, default: 10_240_000,
    description: 'size in bytes at which a file rotates; 0: never',
  },
  maxver: { type: 'integer', maximum: 10_000, default: 1, description: 'number of rotated files to keep' },
  pattern: { type: 'string', maxLength: 1024, description: 'the layout of a line, in the form of log4cplus' },
  format: { ...choice('the format of a line', 'pattern', 'json'), default: 'pattern' },
}, ['output'])

/** How many outputs one logger may have, and how many loggers there may be: each output is an open file. */
const maxOutputs = 16
const maxLoggers = 32

const logger = map('a logger', {
  name: text('kea-ctrl-agent, or a child of it such as kea-ctrl-agent.http'),
  severity: text('DEBUG, INFO, WARN, ERROR, FATAL or NONE; without it that of the parent, or INFO'),
  debuglevel: { type: 'integer', minimum: 0, maximum: 99, description: 'the level of detail of DEBUG' },
  'output-options': list('the destinations of its lines', output, maxOutputs),
  output_options: { ...list('the old spelling of output-options', output, maxOutputs), deprecated: true },
  ...notes,
}, ['name'])

const auditLog = map('the audit log: one line of JSON for each command', {
  output: { type: 'string', minLength: 1, description: 'the file of the audit log' },
  maxsize: {
    type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER, default: 10_240_000,
    description: 'size in bytes at which it rotates; 0: never',
  },
  maxver: { type: 'integer', minimum: 1, maximum: 10_000, default: 10, description: 'number of rotated files to keep' },
  arguments: { ...flag('whether the arguments of commands are recorded, with secrets hidden'), default: false },
  'on-failure': {
    ...choice('what happens to commands while no record can be written', 'refuse', 'continue'), default: 'refuse',
  },
  ...notes,
}, ['output'])

/** How many handler modules there may be: each is a process. */
export const maxModules = 16

const hooksLibrary = map('a handler module', {
  library: text('the file of the module'),
  parameters: { type: 'object', description: 'the parameters of the module' },
  'timeout-seconds': {
    type: 'integer', minimum: 1, maximum: 3600, default: 30,
    description: 'longest time that a function of the module may take',
  },
}, ['library'])

const monitoring = map('the listener for metrics, health and the status page', {
  'http-host': { ...text('the IP address to listen on for monitoring'), default: '127.0.0.1' },
  'http-port': {
    type: 'integer', minimum: 0, maximum: 65_535, default: 8001, description: 'the port to listen on for monitoring',
  },
  'probes-on-agent-port': {
    ...flag('whether GET /livez and GET /readyz are also answered where commands are taken, without credentials'),
    default: false,
  },
  ...notes,
})

const controlAgent = map('the configuration of the agent', {
  'audit-log': auditLog,
  'http-host': { ...text('the IP address to listen on'), default: '127.0.0.1' },
  'http-port': { type: 'integer', minimum: 0, maximum: 65_535, default: 8000, description: 'the port to listen on' },
  'bind-retry-seconds': {
    type: 'integer', minimum: 0, maximum: 3600, default: 0,
    description: 'how long a start waits until http-host is an address of this machine',
  },
  'http-headers': list('headers added to every response', header, maxHeaders),
  'http-limits': limits('limits of the HTTP side', httpLimitRows),
  'trust-anchor': text('the CAs that may issue client certificates: a PEM file or a directory'),
  'cert-file': text('the certificate of the agent, followed by its chain: a PEM file'),
  'key-file': text('the private key of the agent: a PEM file, not encrypted'),
  'cert-required': { ...flag('whether clients must present a certificate'), default: true },
  tls,
  authentication,
  'access-control': accessControl,
  'control-sockets': controlSockets,
  'hooks-libraries': list('handler modules', hooksLibrary, maxModules),
  'service-groups': serviceGroups,
  loggers: list('the loggers', logger, maxLoggers),
  monitoring,
  'trusted-proxies': list(
    'addresses and networks of the proxies that say which address a client has',
    { type: 'string', minLength: 1, maxLength: 64, description: 'an IP address, or a network such as 10.0.0.0/8' },
  ),
  'proxy-protocol': {
    ...flag('whether each connection begins with a header of the PROXY protocol, from a trusted proxy'), default: false,
  },
  ...notes,
})

/** The whole file. */
export const configSchema: ConfigSchema = map('the configuration', { 'Control-agent': controlAgent }, ['Control-agent'])
