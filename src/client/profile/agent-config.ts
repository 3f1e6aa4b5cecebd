// What the configuration of a keagate or a kea-ctrl-agent on this host tells a client: where the agent listens, which
// CA to trust, and a user whose password can be read.

import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { memberOf } from '../../json/text/node.ts'
import type { JsonNode, MapNode } from '../../json/text/node.ts'
import { parseJson } from '../../json/text/parser.ts'
import { loadSource } from '../../json/text/source.ts'
import { clientUsage } from '../error.ts'
import type { Profile } from './profile.ts'

/** Where packages put the configuration; that of keagate first. */
export const usualConfigs = ['/etc/kea/keagate.conf', '/etc/kea/kea-ctrl-agent.conf']

export interface AgentProfile {
  readonly profile: Profile
  /** The password of the profile's user, if the configuration itself has it; else null. */
  readonly password: string | null
}

/**
 * Reads a configuration leniently: certificates, password files and daemons that it names are not looked at.
 * @param user the user whose password is wanted; null: the first user who has one
 * @throws {KeagateError} CONFIG_UNREADABLE, CLIENT_USAGE
 */
export function readAgentConfig(file: string, user: string | null): AgentProfile {
  const { source } = loadSource(file)
  const { root, errors } = parseJson(source.text, { dialect: 'file' })
  const agent = root?.kind === 'map' ? memberOf(root, 'Control-agent') : undefined
  if (agent?.kind !== 'map') {
    const [first] = errors
    const place = source.locate(first?.offset ?? 0)
    const text = first === undefined ? `${file} holds no map "Control-agent"` : `${place.file}:${place.line}:${place.column}: ${first.text}`
    throw clientUsage(text, 'name the configuration of a keagate or kea-ctrl-agent')
  }
  // For Kea, relative file names start from its working directory. Those that `keagate certs init` writes start from
  // the folder of the configuration, which is used here.
  const base = path.dirname(path.resolve(file))
  const named = (key: string): string | null => {
    const name = textOf(agent, key)
    return name === null || name === '' ? null : path.resolve(base, name)
  }
  const secure = textOf(agent, 'cert-file') !== null && textOf(agent, 'cert-file') !== ''
  const trusted = named('trust-anchor')
  const pair = secure ? pairBeside(base) : null
  const client = clientOf(agent, user)
  return {
    profile: {
      url: `${secure ? 'https' : 'http'}://${hostFor(textOf(agent, 'http-host') ?? '127.0.0.1')}:${portOf(agent)}/`,
      ...(secure && trusted !== null ? { ca: trusted } : {}),
      ...(pair ?? {}),
      ...(client?.profile ?? {}),
    },
    password: client?.password ?? null,
  }
}

function textOf(map: MapNode, key: string): string | null {
  const value: JsonNode | undefined = memberOf(map, key)
  return value?.kind === 'string' ? value.value : null
}

function portOf(agent: MapNode): string {
  const port = memberOf(agent, 'http-port')
  return port?.kind === 'integer' ? port.text : '8000'
}

/** The host for a URL. An agent that listens on all addresses is reached on the loopback address. */
function hostFor(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function clientOf(agent: MapNode, user: string | null): AgentProfile | null {
  const authentication = memberOf(agent, 'authentication')
  if (authentication?.kind !== 'map') return null
  const clients = memberOf(authentication, 'clients')
  const folder = textOf(authentication, 'directory') ?? ''
  for (const client of clients?.kind === 'list' ? clients.items : []) {
    if (client.kind !== 'map') continue
    const name = textOf(client, 'user')
    if (name === null || name === '' || (user !== null && name !== user)) continue
    const password = textOf(client, 'password')
    const file = textOf(client, 'password-file')
    if (password === null && file === null) continue
    return { profile: { user: name, ...(file === null ? {} : { 'password-file': path.resolve(folder, file) }) }, password }
  }
  return null
}

/** The only client certificate that `keagate certs` made in the folder; null: there is none, or more than one. */
function pairBeside(folder: string): Pick<Profile, 'cert' | 'key'> | null {
  if (!existsSync(path.join(folder, 'ca', 'cert.pem'))) return null
  const pairs = readdirSync(folder).filter((name) => !['ca', 'server', 'issued'].includes(name) && !name.startsWith('old-'))
    .map((name) => ({ cert: path.join(folder, name, 'cert.pem'), key: path.join(folder, name, 'key.pem') }))
    .filter(({ cert, key }) => existsSync(cert) && existsSync(key))
  return pairs.length === 1 ? (pairs[0] ?? null) : null
}
