// What of access control can be known to be wrong before anybody calls: names that lead nowhere, lists that lead back
// to themselves, roles that nobody can get.

import type { Mention } from './access-list.ts'
import type { AccessConfig, AccessList } from './access-types.ts'
import { checkIdleLists } from './idle-lists.ts'
import { certificateNameId, checkCertificateName } from './certificate-name.ts'
import { agentService } from './access-types.ts'
import { nearestKeyword } from './keywords.ts'
import { readNetwork } from './network.ts'
import type { Section } from './section.ts'
import { quoted } from './sentence.ts'
import type { AuthenticationConfig, TlsConfig } from './types.ts'

/** What the rest of the configuration says of callers and daemons. */
export interface AccessSurroundings {
  readonly tls: TlsConfig | null
  readonly authentication: AuthenticationConfig | null
  readonly services: readonly string[]
}

export const predefinedLists: readonly string[] = ['ALL', 'NONE', 'READ', 'WRITE']

export function checkAccess(
  section: Section,
  config: AccessConfig,
  mentions: readonly Mention[],
  around: AccessSurroundings,
): void {
  for (const mention of mentions) checkMention(section, config, mention, around)
  const sound = checkCycles(section, config.lists)
  checkRoles(section, config, around)
  checkMethod(section, config, around)
  if (sound) checkIdleLists(section, config, mentions, around)
}

function checkMention(section: Section, config: AccessConfig, mention: Mention, around: AccessSurroundings): void {
  const { what, name } = mention
  const known = namesOf(what, config, around)
  if (known.includes(name)) return
  const near = nearestKeyword(name, known)
  const advice = near === null ? null : `did you mean ${quoted(near.keyword)}?`
  switch (what) {
    case 'list':
      section.error(mention, `there is no access list ${quoted(name)}`, advice ?? 'add it to access-control-lists')
      return
    case 'command': {
      const text = `${quoted(name)} is no command that is known here; the rule holds for this very name`
      section.warning('KEAGATE_CONFIG_WARNING', mention, text, advice ?? 'say under "commands" what it is')
      return
    }
    case 'hook':
      section.warning('KEAGATE_CONFIG_WARNING', mention, `no known command belongs to the hook ${quoted(name)}`, advice)
      return
    case 'service':
      section.warning('KEAGATE_CONFIG_WARNING', mention, `there is no control socket ${quoted(name)}`, advice)
  }
}

function namesOf(what: Mention['what'], config: AccessConfig, around: AccessSurroundings): string[] {
  switch (what) {
    case 'list':
      return [...predefinedLists, ...config.lists.keys()]
    case 'command':
      return [...config.known.keys()]
    case 'hook':
      return [...new Set([...config.known.values()].map(({ hook }) => hook))]
    case 'service':
      return [...around.services, agentService]
  }
}

/** Every list is visited once; the path back is told for the first of a circle. @returns whether there is none */
function checkCycles(section: Section, lists: ReadonlyMap<string, AccessList>): boolean {
  let sound = true
  const state = new Map<string, 'open' | 'done'>()
  const visit = (name: string, path: readonly string[]): void => {
    const list = lists.get(name)
    if (list === undefined || state.get(name) === 'done') return
    if (state.get(name) === 'open') {
      const circle = [...path.slice(path.indexOf(name)), name].join(' > ')
      sound = false
      section.error('access-control-lists', `access lists lead back to themselves: ${circle}`, 'take one step out')
      return
    }
    state.set(name, 'open')
    for (const next of listsIn(list)) visit(next, [...path, name])
    state.set(name, 'done')
  }
  for (const name of lists.keys()) visit(name, [])
  return sound
}

/** The names of lists that a list is made of. */
export function listsIn(list: AccessList): string[] {
  switch (list.kind) {
    case 'name':
      return predefinedLists.includes(list.name) ? [] : [list.name]
    case 'not':
      return listsIn(list.list)
    case 'and':
    case 'or':
      return list.lists.flatMap(listsIn)
    case 'commands':
    case 'services':
    case 'access':
    case 'hook':
      return []
  }
}

function checkRoles(section: Section, config: AccessConfig, around: AccessSurroundings): void {
  const seen = new Set<string>()
  const users = new Set(around.authentication?.clients.map(({ user }) => user))
  for (const role of section.sections('roles') ?? []) {
    const name = role.string('name') ?? ''
    const network = config.assignRoleMethod === 'remote-address' ? readNetwork(name) : null
    const byCertificate = config.assignRoleMethod.startsWith('cert-')
    const id = network?.id ?? (byCertificate ? certificateNameId(name) : name)
    if (seen.has(id)) role.error('name', `the role ${quoted(name)} is given twice`, 'keep one of them')
    seen.add(id)
    if (name === '') continue
    if (byCertificate) checkCertificateName(role, 'name')
    else if (config.assignRoleMethod === 'remote-address' && network === null) {
      const text = `nobody can get the role ${quoted(name)}: it is neither an address nor a network`
      role.warning('KEAGATE_CONFIG_WARNING', 'name', text, 'name it like 192.0.2.1 or 192.0.2.0/24')
    } else if (config.assignRoleMethod === 'basic-authentication' && !users.has(name)) {
      const text = `nobody can get the role ${quoted(name)}: there is no such user in the clients of authentication`
      role.warning('KEAGATE_CONFIG_WARNING', 'name', text, 'name it as the user')
    }
  }
}

function checkMethod(section: Section, config: AccessConfig, { tls, authentication }: AccessSurroundings): void {
  const warn = (at: string, text: string, remedy: string): void =>
    section.warning('KEAGATE_CONFIG_WARNING', at, text, remedy)
  const method = config.assignRoleMethod
  const asked = tls !== null && (tls.certRequired || tls.clientCertificate === 'verify-if-given')
  if (config.requireTls && tls === null) {
    const at = section.has('require-tls') ? 'require-tls' : 'assign-role-method'
    warn(at, 'TLS is required but not configured, so every command is refused', 'configure TLS, or set "require-tls": false')
  } else if (method.startsWith('cert-') && !asked) {
    warn('assign-role-method', 'no client is asked for a certificate, so everybody gets the default role', 'set "cert-required": true')
  } else if (method === 'basic-authentication' && (authentication?.clients.length ?? 0) === 0) {
    warn('assign-role-method', 'nobody is asked for a user, so everybody gets the default role', 'name the clients in authentication')
  }
}
