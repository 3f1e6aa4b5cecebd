// Finds the faults of access control that can be seen before any caller comes: names that lead nowhere, lists that lead
// back to themselves, roles that no caller can get.

import type { Mention } from './parse-list.ts'
import { checkReferences, predefinedLists } from './references.ts'
import type { AccessConfig } from './types.ts'
import { checkUnreachableRules } from './unreachable-rules.ts'
import { certificateNameId, checkCertificateName } from '../resolve/certificate-name.ts'
import { agentService } from './types.ts'
import type { Sliced } from '../../in-slices.ts'
import { WordList } from '../schema/suggestions.ts'
import { readNetwork } from '../../net/network.ts'
import type { Section } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import type { ServiceGroups } from '../service-groups.ts'
import type { AuthenticationConfig, TlsConfig } from '../types.ts'

/** What the rest of the configuration says of callers and daemons. */
export interface AccessContext {
  readonly tls: TlsConfig | null
  readonly authentication: AuthenticationConfig | null
  readonly services: readonly string[]
  readonly serviceGroups: ServiceGroups
}

export function* checkAccess(
  section: Section,
  config: AccessConfig,
  mentions: readonly Mention[],
  around: AccessContext,
): Sliced<void> {
  const names = knownNames(config, around)
  for (const mention of mentions) {
    checkMention(section, mention, names[mention.what])
    yield
  }
  const sound = checkReferences(section, config.lists)
  yield
  yield* checkRoles(section, config, around)
  checkMethod(section, config, around)
  if (sound) yield* checkUnreachableRules(section, config, mentions, around)
}

/** Names that rules may mention, and which of them was probably meant by a name that leads nowhere. */
class KnownNames {
  readonly #names: ReadonlySet<string>
  #words: WordList | null = null

  constructor(names: Iterable<string>) {
    this.#names = new Set(names)
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  adviceFor(name: string): string | null {
    this.#words ??= new WordList(this.#names)
    const near = this.#words.nearest(name)
    return near === null ? null : `did you mean ${quoted(near.word)}?`
  }
}

function knownNames({ lists, known }: AccessConfig, { services, serviceGroups }: AccessContext): Record<Mention['what'], KnownNames> {
  return {
    list: new KnownNames([...predefinedLists, ...lists.keys()]),
    command: new KnownNames(known.keys()),
    hook: new KnownNames(Array.from(known.values(), ({ hook }) => hook)),
    service: new KnownNames([...services, ...serviceGroups.names, agentService]),
  }
}

function checkMention(section: Section, mention: Mention, known: KnownNames): void {
  const { what, name } = mention
  if (known.has(name)) return
  // There may be tens of thousands of such names, so advice is searched only for the messages that are shown.
  const advice = (): string | null => known.adviceFor(name)
  switch (what) {
    case 'list':
      section.error(mention, `there is no access list ${quoted(name)}`, () => advice() ?? 'add it to access-control-lists')
      return
    case 'command': {
      const text = `${quoted(name)} is no command that is known here; the rule holds for this very name`
      section.warning('KEAGATE_CONFIG_WARNING', mention, text, () => advice() ?? 'say under "commands" what it is')
      return
    }
    case 'hook':
      section.warning('KEAGATE_CONFIG_WARNING', mention, `no known command belongs to the hook ${quoted(name)}`, advice)
      return
    case 'service':
      section.warning('KEAGATE_CONFIG_WARNING', mention, `there is no control socket or group ${quoted(name)}`, advice)
  }
}

function* checkRoles(section: Section, config: AccessConfig, around: AccessContext): Sliced<void> {
  const seen = new Set<string>()
  const users = new Set(around.authentication?.clients.map(({ user }) => user))
  for (const role of section.sections('roles') ?? []) {
    yield
    const name = role.string('name') ?? ''
    const network = config.assignRoleMethod === 'remote-address' ? readNetwork(name) : null
    const byCertificate = config.assignRoleMethod.startsWith('cert-')
    const id = network?.id ?? (byCertificate ? certificateNameId(name) : name)
    if (seen.has(id)) role.error('name', `the role ${quoted(name)} is given twice`, 'keep one of them')
    seen.add(id)
    if (name === '') continue
    if (byCertificate) checkCertificateName(role, 'name')
    else if (config.assignRoleMethod === 'remote-address' && network === null) {
      const text = `no caller can get the role ${quoted(name)}: it is neither an address nor a network`
      role.warning('KEAGATE_CONFIG_WARNING', 'name', text, 'name it like 192.0.2.1 or 192.0.2.0/24')
    } else if (config.assignRoleMethod === 'basic-authentication' && !users.has(name)) {
      const text = `no caller can get the role ${quoted(name)}: there is no such user in the clients of authentication`
      role.warning('KEAGATE_CONFIG_WARNING', 'name', text, 'name it as the user')
    }
  }
}

function checkMethod(section: Section, config: AccessConfig, { tls, authentication }: AccessContext): void {
  const warn = (at: string, text: string, remedy: string): void =>
    section.warning('KEAGATE_CONFIG_WARNING', at, text, remedy)
  const method = config.assignRoleMethod
  const asked = tls !== null && (tls.certRequired || tls.clientCertificate === 'verify-if-given')
  if (config.requireTls && tls === null) {
    const at = section.has('require-tls') ? 'require-tls' : 'assign-role-method'
    warn(at, 'TLS is required but not configured, so every command is refused', 'configure TLS, or set "require-tls": false')
  } else if (method.startsWith('cert-') && !asked) {
    const remedy = 'set "cert-required": true, or "client-certificate": "verify-if-given" in tls'
    warn('assign-role-method', 'no client is asked for a certificate, so all get the default role', remedy)
  } else if (method === 'basic-authentication' && (authentication?.clients.length ?? 0) === 0) {
    warn('assign-role-method', 'no caller is asked for a user, so all get the default role', 'name the clients in authentication')
  }
}
