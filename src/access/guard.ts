// Applies the rules: decides on each command before any part of it runs, and on what its caller sees of the answers.

import { quoteName } from '../command/answer.ts'
import { callerFields } from '../command/caller.ts'
import type { Command } from '../command/handler.ts'
import type { RawJson } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import { shownBy } from './assign-role.ts'
import type { Decision } from './decide.ts'
import { decide, verdictOf } from './decide.ts'
import { filterCommandList } from './list-filter.ts'
import type { Policy, Role } from './policy.ts'
import { redactSecrets } from './redact.ts'

/** How many decisions are kept, and the longest name or address of a caller, in characters, for which one is kept. */
const maxKept = 1000
const maxNameLength = 256

export class Guard {
  readonly policy: Policy
  readonly #log: Log
  /**
   * Decisions made so far, keyed by all that a decision depends on; they stay valid because the rules of a guard never
   * change.
   */
  readonly #kept = new Map<string, Decision>()

  constructor(policy: Policy, log: Log) {
    this.policy = policy
    this.#log = log
  }

  /** Logs the command if it is refused. */
  decide(command: Command): Decision {
    const { name, services, caller } = command
    const decision = this.#known(command)
    if (!decision.allowed) {
      this.#log.write('KEAGATE_ACCESS_REFUSED', {
        command: name,
        services: services.length === 0 ? 'the agent' : services.join(', '),
        ...callerFields(caller),
        role: decision.role.name,
        rule: decision.rule,
      })
    }
    return decision
  }

  #known({ name, services, caller }: Command): Decision {
    const { policy } = this
    const service = services[0] ?? ''
    const shown = shownBy(caller, policy.config.assignRoleMethod)
    // Names that the configuration does not know are left out: a client could make up enough of them to push out the
    // others. So are commands for several services, which are rare.
    const kept =
      services.length < 2 && policy.known.has(name) && (services.length === 0 || policy.services.has(service))
    if (!kept || shown === null || shown.length > maxNameLength) return decide(policy, caller, name, services)
    // The lengths keep different questions from having the same key, whatever characters the names hold.
    const key = `${services.length} ${service.length} ${name.length} ${service}${name}${shown}`
    const found = this.#kept.get(key)
    if (found !== undefined) return found
    const decision = decide(policy, caller, name, services)
    if (this.#kept.size >= maxKept) this.#kept.clear()
    this.#kept.set(key, decision)
    return decision
  }

  /** What the caller is told: enough to ask an administrator, and nothing of the rules. */
  refusalText({ role, service }: Decision, { name }: Command): string {
    if (this.policy.tlsMissing) return 'commands are taken over TLS only, and this connection is plain HTTP'
    const where = service === null ? '' : ` for the service ${quoteName(service)}`
    return `the command ${quoteName(name)}${where} is not allowed to you; your role is ${quoteName(role.name)}`
  }

  /**
   * The answers as the caller may see them.
   * @param answers one for each service, or one of the agent
   */
  filter(
    { role }: Decision,
    command: Command,
    answers: readonly RawJson[],
  ): readonly RawJson[] | Promise<readonly RawJson[]> {
    return role.filters.length === 0 ? answers : this.#filtered(role, command, answers)
  }

  async #filtered(role: Role, command: Command, answers: readonly RawJson[]): Promise<readonly RawJson[]> {
    const listed = command.name === 'list-commands' && role.filters.includes('list-commands')
    const redacted = role.filters.includes('redact-secrets')
    const seen: RawJson[] = []
    for (const [index, answer] of answers.entries()) {
      const service = command.services[index] ?? null
      const allowed = (name: string): boolean => verdictOf(this.policy, role, name, service).allowed
      const list = listed ? filterCommandList(answer, allowed) : answer
      seen.push(redacted ? await redactSecrets(list) : list)
    }
    return seen
  }
}
