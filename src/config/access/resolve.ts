// Turns `access-control` into typed rules, with defaults and with the tables in which names of rules are looked up.

import type { JsonNode } from '../../json/text/node.ts'
import { memberOf } from '../../json/text/node.ts'
import type { Mention } from './parse-list.ts'
import { readAccessList } from './parse-list.ts'
import type { AccessConfig, AccessList, AssignRoleMethod, ResponseFilter, RoleConfig } from './types.ts'
import { readApiFiles } from './api-files.ts'
import type { AccessContext } from './check.ts'
import { predefinedLists } from './references.ts'
import { checkAccess } from './check.ts'
import type { Sliced } from '../../in-slices.ts'
import type { CommandDefinition } from './kea-commands.ts'
import { keaCommands } from './kea-commands.ts'
import { resolveFile } from '../resolve/paths.ts'
import { rbacEntries } from '../resolve/rbac-library.ts'
import type { Section } from '../parse/section.ts'
import { pointer } from '../parse/section.ts'
import { quoted } from '../schema/messages.ts'
import { userContextOf } from '../parse/user-context.ts'

export interface AccessRules extends AccessContext {
  /** The folder that a relative name of `api-files` starts from; absolute. */
  readonly directory: string
  /** Whether `api-files` may name only the folder in force; true for a configuration that came over the network. */
  readonly restricted: boolean
  readonly current: AccessConfig | null
}

/** @returns null where every caller that is let in may run every command */
export function* resolveAccess(agent: Section, rules: AccessRules): Sliced<AccessConfig | null> {
  const own = agent.section('access-control')
  const entries = rbacEntries(agent)
  const [first, second] = entries
  if (own !== null && first !== undefined) {
    const text = `the rules are given twice, here and as access-control at ${agent.keyPosition('access-control')}`
    first.error('library', text, 'keep one of them')
  } else if (second !== undefined) {
    second.error('library', `the rules are given twice, the first time at ${first?.keyPosition('library') ?? ''}`, null)
  }
  if (own !== null) return yield* readRules(own, null, rules)
  if (first === undefined) return null
  const parameters = first.section('parameters')
  if (parameters !== null) return yield* readRules(parameters, first.string('library'), rules)
  first.error('library', 'this library needs parameters, which say who may do what', 'add "parameters"')
  return null
}

function* readRules(section: Section, library: string | null, rules: AccessRules): Sliced<AccessConfig> {
  const mentions: Mention[] = []
  const assignRoleMethod = (section.string('assign-role-method') ?? 'remote-address') as AssignRoleMethod
  const commands = readCommands(section)
  const folder = yield* folderTable(section, rules)
  const config: AccessConfig = {
    assignRoleMethod,
    requireTls: section.boolean('require-tls') ?? assignRoleMethod.startsWith('cert-'),
    apiFiles: section.string('api-files'),
    known: new Map([...(folder ?? keaCommands), ...commands]),
    commands,
    lists: yield* readLists(section, mentions),
    roles: yield* readRoles(section, mentions),
    defaultRole: fallBack(section, 'default-role', mentions),
    unknownRole: fallBack(section, 'unknown-role', mentions),
    library,
    userContext: userContextOf(section),
  }
  yield* checkAccess(section, config, mentions, rules)
  return config
}

function fallBack(section: Section, key: string, mentions: Mention[]): RoleConfig | null {
  const role = section.section(key)
  return role === null ? null : readRole(role, mentions)
}

function* readRoles(section: Section, mentions: Mention[]): Sliced<RoleConfig[]> {
  const roles: RoleConfig[] = []
  for (const role of section.sections('roles') ?? []) {
    roles.push(readRole(role, mentions))
    yield
  }
  return roles
}

function readRole(section: Section, mentions: Mention[]): RoleConfig {
  return {
    name: section.string('name') ?? '',
    acceptCommands: listAt(section, 'accept-commands', mentions),
    rejectCommands: listAt(section, 'reject-commands', mentions),
    otherCommands: section.string('other-commands') === 'accept' ? 'accept' : 'reject',
    listMatchFirst: section.string('list-match-first') === 'reject' ? 'reject' : 'accept',
    responseFilters: readFilters(section),
    userContext: userContextOf(section),
  }
}

function readFilters(section: Section): ResponseFilter[] {
  const node = memberOf(section.node, 'response-filters')
  const names = node?.kind === 'list' ? node.items.map((item) => (item.kind === 'string' ? item.value : '')) : []
  return (['list-commands', 'redact-secrets'] as const).filter((name) => names.includes(name))
}

function readCommands(section: Section): Map<string, CommandDefinition> {
  const commands = new Map<string, CommandDefinition>()
  for (const entry of section.sections('commands') ?? []) {
    const name = entry.string('name') ?? ''
    if (commands.has(name)) entry.error('name', `the command ${quoted(name)} is given twice`, 'keep one of them')
    const access = entry.string('access') === 'read' ? 'read' : 'write'
    commands.set(name, { access, hook: entry.string('hook') ?? '', programs: null })
  }
  return commands
}

function* readLists(section: Section, mentions: Mention[]): Sliced<Map<string, AccessList>> {
  const lists = new Map<string, AccessList>()
  for (const entry of section.sections('access-control-lists') ?? []) {
    yield
    const [member] = entry.node.members
    if (member === undefined) {
      entry.error(entry.start, 'this entry is empty', 'give it the name of a list and what the list holds')
      continue
    }
    const name = member.key
    const at = entry.keySpot(name)
    if (predefinedLists.has(name)) entry.error(at, `the list ${name} is given by Kea`, 'choose another name')
    else if (lists.has(name)) entry.error(at, `the list ${quoted(name)} is given twice`, 'keep one of them')
    const list = listAt(entry, name, mentions)
    if (list !== null) lists.set(name, list)
  }
  return lists
}

function listAt(section: Section, key: string, mentions: Mention[]): AccessList | null {
  const node: JsonNode | undefined = memberOf(section.node, key)
  // Any other kind of value is reported where the shape is checked.
  if (node?.kind !== 'string' && node?.kind !== 'map') return null
  return readAccessList(node, pointer(section.path, key), {
    mention: (mention) => void mentions.push(mention),
    error: (at, text, remedy) => section.error(at, text, remedy),
  })
}

/** The commands that the folder describes; null where the built-in table of Kea's commands counts. */
function* folderTable(section: Section, rules: AccessRules): Sliced<ReadonlyMap<string, CommandDefinition> | null> {
  const written = section.string('api-files')
  if (written === null || written === '') return null
  if (rules.restricted && written !== rules.current?.apiFiles) {
    const remedy = 'name it in the configuration file, or start the agent with -X'
    section.error('api-files', 'this folder may not be named over the network', remedy)
    return null
  }
  const folder = resolveFile(written, rules.directory)
  const files = yield* readApiFiles(folder)
  if (files.kind === 'read') return files.commands
  if (files.kind === 'bad') section.error('api-files', `${folder} cannot be used: ${files.reason}`)
  else {
    const text = `there are no command descriptions in ${folder}, so the table that comes with the agent counts`
    section.warning('KEAGATE_CONFIG_WARNING', 'api-files', text, 'remove the keyword, or correct the name')
  }
  return null
}
