// The rules at work: decides on each command before anything of it runs, and on what its caller sees of the answers.

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

/** Decisions kept, and the characters of the longest name or address of a caller that they are kept for. */
const maxKept = 1000
const maxNameLength = 256

export class Guard {
  readonly policy: Policy
  readonly #log: Log
  /** What has been decided, by everything that it depends on: these rules never change. */
  readonly #kept = new Map<string, Decision>()

  constructor(policy: Policy, log: Log) {
    this.policy = policy
    this.#log = log
  }

  /** Logs what it refuses. */
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
    // Names that only a client knows would push the others out. A command for several services is rare.
    const kept =
      services.length < 2 && policy.known.has(name) && (services.length === 0 || policy.services.has(service))
    if (!kept || shown === null || shown.length > maxNameLength) return decide(policy, caller, name, services)
    // No two questions have one key, whatever characters their names have.
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
