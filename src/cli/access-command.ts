// `keagate access`: what a caller may do, and the rule that says so, as the agent would decide it.

import { isIP } from 'node:net'
import { parseArgs } from 'node:util'
import type { RoleFacts } from '../access/assign-role.ts'
import { assignRole } from '../access/assign-role.ts'
import { decide, verdictOf } from '../access/decide.ts'
import type { Policy } from '../access/policy.ts'
import { compilePolicy } from '../access/policy.ts'
import { agentService } from '../config/access/types.ts'
import { keaCommands } from '../config/access/kea-commands.ts'
import { loadConfigFile } from '../config/load.ts'
import { errorLines } from '../config/parse/issue.ts'
import type { AgentConfig, ClientConfig } from '../config/types.ts'
import { loadOnly } from '../hook/load-only.ts'
import { escapeForLog } from '../log/escape.ts'
import type { Log } from '../log/message.ts'
import { isNamed, isWholeName, nameOfCommonName, parseName } from '../x509/name-text.ts'
import { visibleText } from '../x509/visible-text.ts'
import { meant } from './arguments.ts'
import { asksForHelp, mistakeIn } from './words.ts'

const usage = `Usage: keagate access -c FILE [CALLER] [COMMAND [SERVICE...]]

Prints whether the caller may run COMMAND, and the rule that decides. Without COMMAND, lists the commands this caller
may run.

  -c FILE              configuration file
  --address A          IP address of the caller (127.0.0.1)
  --user U             user that the caller has logged in as
  --cert-subject S     subject of the caller's certificate, or its common name alone
  --cert-issuer I      issuer of the caller's certificate, or its common name alone
  SERVICE              a service or a group that the command is for; none: keagate itself

Exit code: 0 allowed or listed, 1 not understood, 2 refused.
`

interface Surroundings {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: NodeJS.WritableStream
  readonly stderr: NodeJS.WritableStream
}

/** Resolves to the exit code. */
export async function accessCommand(words: readonly string[], { env, stdout, stderr }: Surroundings): Promise<number> {
  if (asksForHelp(words)) {
    stdout.write(usage)
    return 0
  }
  const question = read(words)
  if (typeof question === 'string') {
    stderr.write(`keagate access: ${escapeForLog(question)}\n\n${usage}`)
    return 1
  }
  try {
    const { file, caller, command } = question
    const { config } = loadConfigFile(file, { env, pathChecks: true, tolerance: 'all' })
    // The commands of the handler modules are known only once the modules are loaded.
    const handlers = await loadOnly(config.hookModules, silent)
    const services = config.serviceGroups.expand(question.services)
    const missing = services.find((service) => !config.controlSockets.has(service))
    // A module answers its own commands whatever service is named.
    if (missing !== undefined && handlers.every(({ name }) => name !== command))
      throw notConfigured(missing, [...config.controlSockets.keys(), ...config.serviceGroups.names], file)
    if (config.access === null) {
      stdout.write(`There is no access-control in ${escapeForLog(file)}: every authenticated caller may run everything.\n`)
      return 0
    }
    const policy = compilePolicy(config.access, {
      tls: config.tls !== null,
      services: config.controlSockets.keys(),
      serviceGroups: config.serviceGroups,
      handlers,
    })
    const { text, code } = command === undefined ? list(policy, caller) : explain(policy, caller, command, services)
    stdout.write(admission(config, caller) + text)
    return code
  } catch (error) {
    stderr.write(`keagate access: ${errorLines(error).join('\n')}\n`)
    return 1
  }
}

/** The agent answers a command for a service that is not configured with an error, even if the rules allow it. */
function notConfigured(service: string, configured: readonly string[], file: string): Error {
  const known = configured.length === 0 ? 'it has no control sockets' : `its services: ${configured.join(', ')}`
  const text = `the service ${visibleText(service)} is not configured in ${file} (${known})`
  return new Error(escapeForLog(`${text}${meant(service, configured)}`))
}

interface Question {
  readonly file: string
  readonly caller: RoleFacts
  readonly command: string | undefined
  readonly services: readonly string[]
}

const options = {
  config: { type: 'string', short: 'c' },
  address: { type: 'string', default: '127.0.0.1' },
  user: { type: 'string' },
  'cert-subject': { type: 'string' },
  'cert-issuer': { type: 'string' },
} as const

/** @returns what is wrong with the words, or what they ask */
function read(words: readonly string[]): Question | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options,
    })
    const { config: file, address, user, 'cert-subject': subject, 'cert-issuer': issuer } = values
    if (file === undefined) return 'the configuration file is missing'
    if (isIP(address) === 0) return `${address} is no IP address`
    for (const name of [subject, issuer]) {
      const fault = name !== undefined && isWholeName(name) ? parseName(name) : ''
      if (typeof fault === 'string' && fault !== '') return `the name ${visibleText(name ?? '')} ${fault}`
    }
    const tls =
      subject === undefined && issuer === undefined ? null : { subject: named(subject), issuer: named(issuer) }
    const [command, ...services] = positionals
    return { file, caller: { remoteAddress: address, user: user ?? null, tls }, command, services }
  } catch (error) {
    return mistakeIn(error, options)
  }
}

/** A text that is no whole subject, such as `CN=stork, O=Example` is one, is taken as a common name. */
function named(name: string | undefined): string {
  return name === undefined || isWholeName(name) ? (name ?? '') : nameOfCommonName(name)
}

const silent: Log = { write: () => undefined, enabled: () => false }

/** Notes on what keeps this caller out before any rule is applied. */
function admission({ authentication, tls }: AgentConfig, { user, tls: certificate }: RoleFacts): string {
  const clients = authentication?.clients ?? []
  const notes: string[] = []
  if (tls?.certRequired === true && certificate === null) notes.push('no caller gets this far without a certificate')
  if (clients.length > 0 && user === null) notes.push('no caller gets this far without a user')
  const own = clients.filter((client) => client.user === user)
  if (user !== null && own.length === 0) notes.push(`there is no user ${user} in authentication`)
  if (own.length > 0 && own.every((client) => !mayBeOf(client, certificate))) {
    notes.push(`the user ${user ?? ''} is bound to a certificate, and does not get this far without it`)
  }
  const asked = tls !== null && (tls.certRequired || tls.clientCertificate === 'verify-if-given')
  if (certificate !== null && !asked) notes.push('no client is asked for a certificate, so none has one')
  return notes.map((note) => `note:    ${escapeForLog(note)}\n`).join('')
}

/** Whether the caller may be this client. A fingerprint cannot be checked: the caller is given by names only. */
function mayBeOf({ certSubject, certFingerprint }: ClientConfig, certificate: RoleFacts['tls']): boolean {
  if (certificate === null) return certSubject === null && certFingerprint === null
  return certSubject === null || isNamed(certificate.subject, certSubject)
}

interface Told {
  readonly text: string
  /** Exit code. */
  readonly code: number
}

function explain(policy: Policy, caller: RoleFacts, command: string, services: readonly string[]): Told {
  const { allowed, role, service, rule } = decide(policy, caller, command, services)
  const where = services.length === 0 ? 'keagate itself' : services.join(', ')
  const lines = [
    `${allowed ? 'allowed' : 'refused'}: ${command} for ${where}`,
    ...(!allowed && services.length > 1 && service !== null ? [`because: of ${service}`] : []),
    `role:    ${role.name}`,
    `rule:    ${rule}`,
  ]
  return { text: lines.map((line) => `${escapeForLog(line, Infinity)}\n`).join(''), code: allowed ? 0 : 2 }
}

function list(policy: Policy, caller: RoleFacts): Told {
  const { role, reason } = assignRole(policy, caller)
  const begin = `role:    ${escapeForLog(`${role.name} (${reason})`)}\n`
  if (policy.tlsMissing) return { text: `${begin}nothing: TLS is required, and this configuration has none\n`, code: 0 }
  const rows = [...policy.known].sort().flatMap(([command, { access }]) => {
    const places = placesOf(policy, command).filter((place) => verdictOf(policy, role, command, place).allowed)
    return places.length === 0 ? [] : [[command, access, places.map((place) => place ?? agentService).join(', ')] as const]
  })
  const width = Math.max(0, ...rows.map(([command]) => command.length))
  const lines = rows.map(([command, access, places]) => {
    return `${escapeForLog(`${command.padEnd(width)}  ${access.padEnd(5)}  ${places}`, Infinity)}\n`
  })
  return { text: `${begin}${lines.join('')}${rows.length} of ${policy.known.size} known commands\n`, code: 0 }
}

const daemons: Readonly<Record<string, string>> = { dhcp4: 'kea-dhcp4', dhcp6: 'kea-dhcp6', d2: 'kea-dhcp-ddns' }

/**
 * The services that can know a command; null stands for keagate itself. A service whose name is none of Kea's may be
 * any daemon.
 */
function placesOf(policy: Policy, command: string): (string | null)[] {
  const programs: readonly string[] | null = policy.known.get(command)?.programs ?? null
  const services = [...policy.services].filter((service) => {
    const daemon = Object.hasOwn(daemons, service) ? daemons[service] : undefined
    return daemon === undefined || programs === null || programs.includes(daemon)
  })
  const own = !keaCommands.has(command) || programs?.includes('kea-ctrl-agent') === true
  return own ? [null, ...services] : services
}
