// The rules of a configuration, prepared for decisions: roles are looked up by what assigns them.

import type { AccessConfig, ResponseFilter, RoleConfig } from '../config/access/types.ts'
import type { AccessRight, CommandDefinition } from '../config/access/kea-commands.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import { NetworkTable, readNetwork } from '../net/network.ts'
import type { Network } from '../net/network.ts'
import { isWholeName, nameKey } from '../x509/name-text.ts'

/** What a role decides of one command for one service. */
export interface Verdict {
  readonly allowed: boolean
  /** The rule that decided, in words. */
  readonly rule: string
}

export interface Role {
  /** Its name, or `default-role` or `unknown-role`. */
  readonly name: string
  /** null: not configured, so it rejects everything. */
  readonly config: RoleConfig | null
  readonly filters: readonly ResponseFilter[]
  /** The verdicts so far on known commands for configured services, by service and command. */
  readonly verdicts: Map<string, Verdict>
}

export interface Policy {
  readonly config: AccessConfig
  /** Whether every command is refused because TLS is required but not in use. */
  readonly tlsMissing: boolean
  readonly known: ReadonlyMap<string, CommandDefinition>
  /** Service names for which verdicts are kept. */
  readonly services: ReadonlySet<string>
  readonly serviceGroups: ServiceGroups
  readonly roles: ReadonlyMap<string, Role>
  /** Roles by the network that names them; empty unless the method is `remote-address`. */
  readonly networks: NetworkTable<Role>
  /** Roles that are named by a whole distinguished name, by the key of that name. */
  readonly distinguished: ReadonlyMap<string, Role>
  readonly defaultRole: Role
  readonly unknownRole: Role
}

/** What the rules depend on besides their own configuration. */
export interface PolicyContext {
  /** Whether callers come over TLS. */
  readonly tls: boolean
  readonly services: Iterable<string>
  readonly serviceGroups: ServiceGroups
  /** Commands that run in the agent, with the right that each declares; an entry of `commands` overrides it. */
  readonly handlers: Iterable<{ readonly name: string; readonly access: AccessRight }>
}

export function compilePolicy(config: AccessConfig, { tls, services, serviceGroups, handlers }: PolicyContext): Policy {
  const known = new Map(config.known)
  for (const { name, access } of handlers) {
    if (!config.commands.has(name)) known.set(name, { hook: '', programs: null, ...known.get(name), access })
  }
  const roles = config.roles.map((role) => compileRole(role.name, role))
  const byNetwork = config.assignRoleMethod === 'remote-address' ? roles.flatMap(networkOf) : []
  return {
    config,
    tlsMissing: config.requireTls && !tls,
    known,
    services: new Set(services),
    serviceGroups,
    roles: new Map(roles.map((role) => [role.name, role])),
    networks: new NetworkTable(byNetwork),
    distinguished: new Map(roles.flatMap(byWholeName)),
    defaultRole: compileRole('default-role', config.defaultRole),
    unknownRole: compileRole('unknown-role', config.unknownRole),
  }
}

/** Empty where the name cannot be read: no certificate has it, and reading the configuration has warned of that. */
function byWholeName(role: Role): [string, Role][] {
  const key = isWholeName(role.name) ? nameKey(role.name) : null
  return key === null ? [] : [[key, role]]
}

function networkOf(role: Role): [Network, Role][] {
  const network = readNetwork(role.name)
  return network === null ? [] : [[network, role]]
}

function compileRole(name: string, config: RoleConfig | null): Role {
  return { name, config, filters: config?.responseFilters ?? [], verdicts: new Map() }
}
