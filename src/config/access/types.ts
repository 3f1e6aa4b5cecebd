// The vocabulary of access control in the typed configuration: who gets which role, and what a role may do.

import type { MapNode } from '../../json/text/node.ts'
import type { AccessRight, CommandDefinition } from './kea-commands.ts'

/** Which property of the caller selects the role. */
export type AssignRoleMethod = 'remote-address' | 'cert-subject' | 'cert-issuer' | 'basic-authentication'

export type ResponseFilter = 'list-commands' | 'redact-secrets'

/** A set of commands, as an operator describes it. */
export type AccessList =
  /** `ALL`, `NONE`, `READ`, `WRITE` or a list of `access-control-lists`. */
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'not'; readonly list: AccessList }
  | { readonly kind: 'and' | 'or'; readonly lists: readonly AccessList[] }
  /** Names of commands, or of services; among services, `agentService` stands for the agent itself. */
  | { readonly kind: 'commands' | 'services'; readonly names: ReadonlySet<string> }
  | { readonly kind: 'access'; readonly access: AccessRight }
  /** Empty: commands that belong to no hook library. */
  | { readonly kind: 'hook'; readonly hook: string }

/** Stands for the agent itself among services. No name of a service can hold parentheses. */
export const agentService = '(agent)'

export interface RoleConfig {
  readonly name: string
  readonly acceptCommands: AccessList | null
  readonly rejectCommands: AccessList | null
  /** For commands that neither list matches. */
  readonly otherCommands: 'accept' | 'reject'
  /** The list that counts for commands that both match. */
  readonly listMatchFirst: 'accept' | 'reject'
  readonly responseFilters: readonly ResponseFilter[]
  readonly userContext: MapNode | null
}

export interface AccessConfig {
  readonly assignRoleMethod: AssignRoleMethod
  readonly requireTls: boolean
  /** The folder of command descriptions, as written. */
  readonly apiFiles: string | null
  /** Every known command: from `apiFiles` or else Kea's own table, with the entries of `commands` over it. */
  readonly known: ReadonlyMap<string, CommandDefinition>
  /** The entries of `commands`, which are added to the table or replace entries of it. */
  readonly commands: ReadonlyMap<string, CommandDefinition>
  readonly lists: ReadonlyMap<string, AccessList>
  readonly roles: readonly RoleConfig[]
  /** For callers without the property that the method looks at. null: rejects everything. */
  readonly defaultRole: RoleConfig | null
  /** For callers whose role is none of `roles`. null: rejects everything. */
  readonly unknownRole: RoleConfig | null
  /** The library of Kea in `hooks-libraries` whose parameters the rules were; null: they stood in `access-control`. */
  readonly library: string | null
  readonly userContext: MapNode | null
}
