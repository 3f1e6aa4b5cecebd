// Reads what comes from the thread of a handler module. Whatever the module, or a library that it uses, sends on its own
// over the port of the thread must not become the agent's trouble: it is looked at before it is believed.

import type { CallOutcome, FromThread, HookPoint } from './thread-message.ts'

const points: readonly unknown[] = ['authenticated', 'command-received', 'command-processed'] satisfies HookPoint[]
const severities: readonly unknown[] = ['DEBUG', 'INFO', 'WARN', 'ERROR']

/** The message, or null where it is none that the thread's own code sends. Never throws. */
export function readFromThread(message: unknown): FromThread | null {
  return isMap(message) && isFromThread(message) ? message : null
}

type Fields = Readonly<Record<string, unknown>>

function isFromThread(message: Fields): message is Fields & FromThread {
  switch (message['kind']) {
    case 'loaded':
      return isListOf(message['commands'], isCommand) && isListOf(message['points'], (point) => points.includes(point))
    case 'not-loaded':
    case 'leaked':
      return isText(message['reason'])
    case 'called':
      return typeof message['id'] === 'number' && isOutcome(message['outcome'])
    case 'log':
      return severities.includes(message['severity']) && isText(message['text'])
    case 'ask':
      return isQuestion(message)
    case 'alive':
      return true
    default:
      return false
  }
}

function isQuestion({ id, caller, command, services, argumentsText }: Fields): boolean {
  if (typeof id !== 'number' || !isText(command) || !isListOf(services, isText)) return false
  return isMap(caller) && isText(caller['remoteAddress']) && (argumentsText === null || isText(argumentsText))
}

function isOutcome(outcome: unknown): outcome is CallOutcome {
  if (!isMap(outcome)) return false
  const { ok, text, reason } = outcome
  return ok === true ? text === null || isText(text) : ok === false && isText(reason)
}

function isCommand(command: unknown): boolean {
  return isMap(command) && isText(command['name']) && (command['access'] === 'read' || command['access'] === 'write')
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem)
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}
