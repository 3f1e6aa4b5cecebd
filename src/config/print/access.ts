// Access control back to what `config-get` shows, under the file's own names.

import type { Printable } from '../../json/text/print.ts'
import { nodeToPrintable } from '../../json/text/print.ts'
import type { AccessConfig, AccessList, RoleConfig } from '../access/types.ts'
import type { CommandDefinition } from '../access/kea-commands.ts'

type Shown = Readonly<Record<string, Printable | undefined>>

/** What stands under `access-control`, or as the parameters of Kea's library. */
export function printAccess(config: AccessConfig): Shown {
  return {
    'access-control-lists': filled([...config.lists].map(([name, list]) => ({ [name]: printAccessList(list) }))),
    'api-files': config.apiFiles ?? undefined,
    'assign-role-method': config.assignRoleMethod,
    commands: filled([...config.commands].map(([name, definition]) => command(name, definition))),
    'default-role': config.defaultRole === null ? undefined : rules(config.defaultRole),
    'require-tls': config.requireTls,
    roles: filled(config.roles.map((role) => ({ name: role.name, ...rules(role) }))),
    'unknown-role': config.unknownRole === null ? undefined : rules(config.unknownRole),
    'user-context': config.userContext === null ? undefined : nodeToPrintable(config.userContext),
  }
}

export function printAccessList(list: AccessList): Printable {
  switch (list.kind) {
    case 'name':
      return list.name
    case 'not':
      return { not: printAccessList(list.list) }
    case 'and':
    case 'or':
      return { [list.kind]: list.lists.map(printAccessList) }
    case 'commands':
    case 'services':
      return { [list.kind]: [...list.names] }
    case 'access':
      return { access: list.access }
    case 'hook':
      return { hook: list.hook }
  }
}

function rules(role: RoleConfig): Shown {
  return {
    'accept-commands': role.acceptCommands === null ? undefined : printAccessList(role.acceptCommands),
    'list-match-first': role.listMatchFirst,
    'other-commands': role.otherCommands,
    'reject-commands': role.rejectCommands === null ? undefined : printAccessList(role.rejectCommands),
    'response-filters': filled(role.responseFilters),
    'user-context': role.userContext === null ? undefined : nodeToPrintable(role.userContext),
  }
}

function command(name: string, { access, hook }: CommandDefinition): Shown {
  return { access, hook: hook === '' ? undefined : hook, name }
}

function filled(list: readonly Printable[]): readonly Printable[] | undefined {
  return list.length === 0 ? undefined : list
}
