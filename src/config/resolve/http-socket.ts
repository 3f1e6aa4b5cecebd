// A control socket that is a daemon's own HTTP or HTTPS listener: its address, what proves the daemon's identity, and
// what proves the agent's identity to the daemon.

import { isIP } from 'node:net'
import { maskedPassword } from '../print/masked-password.ts'
import { resolveFile } from './paths.ts'
import { readSecretFile } from './secret-file.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import { isHostName } from '../../net/lookup.ts'
import { canonicalAddress, isLoopback } from '../../net/network.ts'
import { isInForce, loginsInForce } from '../sockets-in-force.ts'
import type { Endpoint } from '../sockets-in-force.ts'
import type { AgentConfig, HttpSocketConfig, UpstreamLogin, UpstreamTlsConfig } from '../types.ts'

export interface HttpSocketRules {
  /** The folder that relative file names start from; absolute. */
  readonly directory: string
  /** true: the configuration came over the network and path checks are on. */
  readonly restricted: boolean
  /** Whether `*****` may stand for the password in force. */
  readonly hiddenPasswords: boolean
  /** The configuration in force, for what came over the network. */
  readonly current: AgentConfig | null
}

const httpsOnly = ['trust-anchor', 'cert-file', 'key-file', 'server-name'] as const

/** The keywords that mean nothing for a UNIX socket. */
export const httpOnly = [
  'socket-address', 'socket-port', ...httpsOnly, 'user', 'password', 'password-file', 'service',
  'forward-client-address',
] as const

type Resolved = Omit<HttpSocketConfig, 'limits' | 'userContext'>

export function resolveHttpSocket(section: Section, socketType: 'http' | 'https', rules: HttpSocketRules): Resolved {
  if (section.has('socket-name')) {
    const text = `socket-name does not go with socket-type "${socketType}"`
    section.error(section.keySpot('socket-name'), text, 'write socket-address and socket-port')
  }
  const endpoint = {
    socketType,
    address: addressOf(section),
    // Kea's own default for its listeners.
    port: section.integer('socket-port') ?? 8000,
    tls: socketType === 'https' ? tlsOf(section, rules.directory) : refuseTls(section),
  }
  if (rules.restricted) checkReach(section, endpoint, rules.current)
  return {
    ...endpoint,
    login: loginOf(section, endpoint, rules),
    service: section.string('service'),
    forwardClientAddress: section.boolean('forward-client-address') ?? false,
  }
}

function addressOf(section: Section): string {
  const address = section.string('socket-address') ?? '127.0.0.1'
  if (isIP(address) !== 0) return canonicalAddress(address) ?? address
  if (isHostName(address)) return address
  const inner = /^\[(.*)\]$/.exec(address)?.[1] ?? ''
  const remedy = isIP(inner) === 6 ? `leave out the brackets: "${inner}"`
    : 'write one such as "127.0.0.1", "::1" or "kea.example.org", without port and scheme'
  section.error('socket-address', `socket-address is ${quoted(address)}, which is neither an IP address nor a host name`, remedy)
  return '127.0.0.1'
}

function refuseTls(section: Section): null {
  for (const key of httpsOnly) {
    if (!section.has(key)) continue
    const text = `${key} does not go with socket-type "http"`
    section.error(section.keySpot(key), text, 'write "https" if the daemon has certificates, else remove it')
  }
  return null
}

function tlsOf(section: Section, directory: string): UpstreamTlsConfig {
  const trustAnchor = section.string('trust-anchor') ?? ''
  const certFile = section.string('cert-file')
  const keyFile = section.string('key-file')
  if (!section.has('trust-anchor')) {
    const text = 'trust-anchor is missing, and without it nothing shows that the daemon is the right one'
    section.error('socket-type', text, 'name the certificate of the CA that issued the one of the daemon')
  }
  for (const [given, missing] of [['cert-file', 'key-file'], ['key-file', 'cert-file']] as const) {
    if (!section.has(given) || section.has(missing)) continue
    section.error(section.keySpot(given), `${missing} is missing, but ${given} is given`, 'give both or neither')
  }
  for (const key of ['trust-anchor', 'cert-file', 'key-file', 'server-name'] as const) {
    if (section.string(key)?.includes('\0') === true) section.error(key, `${key} cannot hold the character NUL`)
  }
  return {
    trustAnchor: resolveFile(trustAnchor, directory),
    pair:
      certFile === null || keyFile === null
        ? null
        : { certFile: resolveFile(certFile, directory), keyFile: resolveFile(keyFile, directory) },
    serverName: section.string('server-name'),
    written: { trustAnchor, certFile, keyFile },
  }
}

function loginOf(section: Section, endpoint: Endpoint, rules: HttpSocketRules): UpstreamLogin | null {
  const hasFile = section.has('password-file')
  const secret = hasFile ? 'password-file' : 'password'
  if (!section.has('user')) {
    if (section.has(secret)) {
      section.error(section.keySpot(secret), `${secret} is given, but no user`, 'add "user"')
    }
    return null
  }
  const user = section.string('user')
  if (user === null || !checkUser(section, user)) return null
  if (!section.has(secret)) {
    section.error(section.keySpot('user'), 'the user has no password', 'add "password" or "password-file"')
    return null
  }
  if (hasFile && section.has('password')) {
    const text = `"password-file" and "password" at ${section.keyPosition('password')} exclude each other`
    section.error(section.keySpot('password-file'), text, 'keep one of them')
    return null
  }
  const login = hasFile ? fromFile(section, user, endpoint, rules) : fromText(section, user, endpoint, rules)
  if (login !== null && endpoint.socketType === 'http' && !leadsToThisMachine(endpoint.address)) {
    const text = `the password goes to ${endpoint.address} in the clear: any host on the way can read it`
    section.warning('KEAGATE_CONFIG_WARNING', section.keySpot(secret), text, 'use socket-type "https"')
  }
  return login
}

function checkUser(section: Section, user: string): boolean {
  const fault =
    user === '' ? 'is empty' : user.includes(':') ? 'holds a colon' : /[\r\n]/.test(user) ? 'holds a line end' : null
  if (fault === null) return true
  const remedy = fault === 'holds a colon' ? 'HTTP ends the name of a user at the first colon' : null
  section.error('user', `the name of the user ${fault}`, remedy)
  return false
}

function fromText(
  section: Section,
  user: string,
  endpoint: Endpoint,
  { hiddenPasswords, current }: HttpSocketRules,
): UpstreamLogin | null {
  const password = section.string('password')
  if (password === null) return null
  if (password !== maskedPassword) return { user, password, passwordFile: null }
  const known = hiddenPasswords ? loginInForce(endpoint, current, (login) => login.user === user) : null
  if (known !== null) return known
  const text = hiddenPasswords
    ? `${maskedPassword} stands for the password in force, but this user has none for this very daemon`
    : `the password is ${maskedPassword}, which config-get shows in the place of a password`
  section.error('password', text, 'write the password itself, or name a file with "password-file"')
  return null
}

function fromFile(
  section: Section,
  user: string,
  endpoint: Endpoint,
  { directory, restricted, current }: HttpSocketRules,
): UpstreamLogin | null {
  const written = section.string('password-file')
  if (written === null) return null
  // The content of the file is sent to the daemon, so a client that may set the configuration must not choose the file.
  if (restricted && loginInForce(endpoint, current, (login) => login.passwordFile === written) === null) {
    const text = 'over the network only the password-file may be named that is in use for this very daemon'
    section.error('password-file', text, 'write it in the configuration file, or start the agent with -X')
    return null
  }
  const path = resolveFile(written, directory)
  const content = readSecretFile(path)
  if (!content.ok) {
    section.error('password-file', `password-file ${path} cannot be used: ${content.reason}`, content.remedy)
    return null
  }
  if (content.othersMayRead) {
    const text = `any user of this machine may read ${path}`
    section.warning('KEAGATE_CONFIG_WARNING', 'password-file', text, `run: chmod o-r ${path}`)
  }
  return { user, password: content.text, passwordFile: written }
}

/** A secret is sent only to the daemon that it was given for, with the same trust anchor and server name as before. */
function loginInForce(
  endpoint: Endpoint,
  current: AgentConfig | null,
  wanted: (login: UpstreamLogin) => boolean,
): UpstreamLogin | null {
  return loginsInForce(current, endpoint).find(wanted) ?? null
}

/**
 * Over the network, only addresses of this machine and addresses in use may be named, as paths may only lie in their
 * folder. Of names, only `localhost` is surely this machine's: where another name leads may change unnoticed.
 */
function checkReach(section: Section, endpoint: Endpoint, current: AgentConfig | null): void {
  if (leadsToThisMachine(endpoint.address) || isInForce(current, endpoint)) return
  section.error(
    'socket-address',
    `${endpoint.address} is another machine, which is not allowed for what comes over the network`,
    'write it in the configuration file, or start the agent with -X',
  )
}

/** An address with a zone is no loopback address. */
function leadsToThisMachine(address: string): boolean {
  return address.toLowerCase() === 'localhost' || (!address.includes('%') && isLoopback(address))
}
