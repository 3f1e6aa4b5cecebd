// May this caller run this command on these services? Pure: nothing but its arguments counts.

import type { Subject } from '../config/access/match.ts'
import { Matcher, nameCommand } from '../config/access/match.ts'
import type { AccessList } from '../config/access/types.ts'
import { agentService } from '../config/access/types.ts'
import { printAccessList } from '../config/print/access.ts'
import { printCompact } from '../json/text/print.ts'
import type { RoleFacts } from './assign-role.ts'
import { assignRole } from './assign-role.ts'
import type { Policy, Role, Verdict } from './policy.ts'

export interface Decision {
  readonly allowed: boolean
  readonly role: Role
  /** The address, name or user that the method of assignment took from the caller; null where there is none. */
  readonly identity: string | null
  /** The service that decided: the first that is refused, else the last; null for the agent, or without TLS. */
  readonly service: string | null
  /** The rule that decided, in words. */
  readonly rule: string
}

/**
 * Decides on a whole command: it is allowed only if it is allowed for every service.
 * @param services as the command names them; empty for the agent itself
 */
export function decide(policy: Policy, caller: RoleFacts, command: string, services: readonly string[]): Decision {
  const { role, identity, reason } = assignRole(policy, caller)
  const about = { role, identity }
  if (policy.tlsMissing) return { ...about, allowed: false, service: null, rule: 'require-tls: this is plain HTTP' }
  let last: { service: string | null; verdict: Verdict } | null = null
  for (const service of services.length === 0 ? [null] : services) {
    const verdict = verdictOf(policy, role, command, service)
    if (!verdict.allowed) return { ...about, allowed: false, service, rule: ruleOf(verdict, reason) }
    last = { service, verdict }
  }
  return { ...about, allowed: true, service: last?.service ?? null, rule: ruleOf(last?.verdict, reason) }
}

/** What decided, and how the caller got the role. */
function ruleOf(verdict: Verdict | undefined, reason: string): string {
  return `${verdict?.rule ?? ''} (${reason})`
}

/** How many verdicts are kept for one role: enough for all commands of Kea for some forty services. */
const maxVerdicts = 10_000

/** What a role decides of one command for one service. @param service null for the agent itself */
export function verdictOf(policy: Policy, role: Role, command: string, service: string | null): Verdict {
  const definition = policy.known.get(command)
  const target = service ?? agentService
  // Only verdicts on names that the configuration knows are kept, so no client can make the table grow.
  const keep = definition !== undefined && (service === null || policy.services.has(service))
  const key = `${target} ${command}`
  const kept = keep ? role.verdicts.get(key) : undefined
  if (kept !== undefined) return kept
  const verdict = decideForRole(role, {
    command, definition, service: target, groups: policy.serviceGroups.groupsOf(target),
  }, policy.config.lists)
  if (keep) {
    if (role.verdicts.size >= maxVerdicts) role.verdicts.clear()
    role.verdicts.set(key, verdict)
  }
  return verdict
}

function decideForRole(role: Role, subject: Subject, lists: ReadonlyMap<string, AccessList>): Verdict {
  const { config } = role
  const { command, definition } = subject
  if (config === null) return { allowed: false, rule: `${role.name} is not configured and so rejects everything` }
  const rules = [config.acceptCommands, config.rejectCommands].filter((list) => list !== null)
  if (definition === undefined && !nameCommand(rules, command, lists)) {
    return { allowed: false, rule: `no known command, and ${role.name} does not name it` }
  }
  const matcher = new Matcher(lists, subject)
  const accept = { allowed: true, key: 'accept-commands', list: config.acceptCommands }
  const reject = { allowed: false, key: 'reject-commands', list: config.rejectCommands }
  for (const { allowed, key, list } of config.listMatchFirst === 'accept' ? [accept, reject] : [reject, accept]) {
    if (list !== null && matcher.has(list)) return { allowed, rule: `${key} of ${role.name}: ${shown(list)}` }
  }
  const { otherCommands } = config
  return { allowed: otherCommands === 'accept', rule: `other-commands of ${role.name}: ${otherCommands}` }
}

/** How many characters of a rule are shown at most. */
const most = 160

function shown(list: AccessList): string {
  const known = shownTexts.get(list)
  if (known !== undefined) return known
  const whole = printCompact(printAccessList(list))
  const text = whole.length <= most ? whole : `${whole.slice(0, most)}…`
  shownTexts.set(list, text)
  return text
}

/** Printed lists. They are kept because a list may be as long as a configuration, and every verdict shows one. */
const shownTexts = new WeakMap<AccessList, string>()
