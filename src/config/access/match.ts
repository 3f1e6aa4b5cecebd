// Whether access lists have a command. Pure: nothing but its arguments counts.

import type { AccessList } from './types.ts'
import type { CommandDefinition } from './kea-commands.ts'

/** The command and service that lists are asked about. */
export interface Subject {
  readonly command: string
  /** undefined: the command is unknown. */
  readonly definition: CommandDefinition | undefined
  /** `agentService` for the agent itself. */
  readonly service: string
  /** The service groups that it is a member of. */
  readonly groups: readonly string[]
}

/**
 * Asks lists about one command for one service. Each named list is looked at once: otherwise, where each list names the
 * next one twice, every further list would double the cost. `references.ts` bounds how deep lists stand inside each
 * other.
 */
export class Matcher {
  /** How many lists, and lists inside lists, have been looked at. */
  steps = 0
  readonly #lists: ReadonlyMap<string, AccessList>
  readonly #subject: Subject
  readonly #named = new Map<string, boolean>()

  /** @param lists `access-control-lists`, by name; none leads back to itself */
  constructor(lists: ReadonlyMap<string, AccessList>, subject: Subject) {
    this.#lists = lists
    this.#subject = subject
  }

  has(list: AccessList): boolean {
    const { command, definition, service, groups } = this.#subject
    this.steps++
    switch (list.kind) {
      case 'name':
        return this.#hasByName(list.name)
      case 'not':
        return !this.has(list.list)
      case 'and':
        return list.lists.every((each) => this.has(each))
      case 'or':
        return list.lists.some((each) => this.has(each))
      case 'commands':
        return list.names.has(command)
      case 'services':
        return list.names.has(service) || groups.some((group) => list.names.has(group))
      case 'access':
        return definition?.access === list.access
      case 'hook':
        return definition?.hook === list.hook
    }
  }

  #hasByName(name: string): boolean {
    switch (name) {
      case 'ALL':
        return true
      case 'NONE':
        return false
      case 'READ':
        return this.#subject.definition?.access === 'read'
      case 'WRITE':
        return this.#subject.definition?.access === 'write'
    }
    const known = this.#named.get(name)
    if (known !== undefined) return known
    const list = this.#lists.get(name)
    const result = list !== undefined && this.has(list)
    this.#named.set(name, result)
    return result
  }
}

/** Whether lists, or the named lists that they are made of, name a command. */
export function nameCommand(
  rules: readonly AccessList[],
  command: string,
  lists: ReadonlyMap<string, AccessList>,
  seen = new Set<string>(),
): boolean {
  return rules.some((list): boolean => {
    switch (list.kind) {
      case 'commands':
        return list.names.has(command)
      case 'not':
        return nameCommand([list.list], command, lists, seen)
      case 'and':
      case 'or':
        return nameCommand(list.lists, command, lists, seen)
      case 'name': {
        const named = seen.has(list.name) ? undefined : lists.get(list.name)
        seen.add(list.name)
        return named !== undefined && nameCommand([named], command, lists, seen)
      }
      case 'services':
      case 'access':
      case 'hook':
        return false
    }
  })
}
