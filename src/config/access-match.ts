// Whether an access list has a command. Pure: nothing but its arguments counts.

import type { AccessList } from './access-types.ts'
import type { CommandDefinition } from './kea-commands.ts'

export interface Question {
  readonly command: string
  /** undefined: nobody knows the command. */
  readonly definition: CommandDefinition | undefined
  /** `agentService` for the agent itself. */
  readonly service: string
  /** Whether a list of `access-control-lists` has it. */
  readonly named: (name: string) => boolean
}

export function matches(list: AccessList, question: Question): boolean {
  const { command, definition, service } = question
  switch (list.kind) {
    case 'name':
      switch (list.name) {
        case 'ALL':
          return true
        case 'NONE':
          return false
        case 'READ':
          return definition?.access === 'read'
        case 'WRITE':
          return definition?.access === 'write'
        default:
          return question.named(list.name)
      }
    case 'not':
      return !matches(list.list, question)
    case 'and':
      return list.lists.every((each) => matches(each, question))
    case 'or':
      return list.lists.some((each) => matches(each, question))
    case 'commands':
      return list.names.has(command)
    case 'services':
      return list.names.has(service)
    case 'access':
      return definition?.access === list.access
    case 'hook':
      return definition?.hook === list.hook
  }
}
