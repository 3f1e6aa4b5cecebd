// Reads the header of a message from the process of a handler module. A module, or a library that it uses, can write
// into the channel by itself, so every message is checked before it is used.

import type { CallResult, FromChild, HookPoint, Severity } from './messages.ts'

const points: readonly unknown[] = ['authenticated', 'command-received', 'command-processed'] satisfies HookPoint[]
const severities: readonly unknown[] = ['DEBUG', 'INFO', 'WARN', 'ERROR'] satisfies Severity[]

/** The message, or null where the agent's own code in the process would not send this text. Never throws. */
export function readFromChild(header: string): FromChild | null {
  try {
    const message: unknown = JSON.parse(header)
    return isMap(message) && isFromChild(message) ? message : null
  } catch {
    return null
  }
}

type Fields = Readonly<Record<string, unknown>>

function isFromChild(message: Fields): message is Fields & FromChild {
  switch (message['kind']) {
    case 'loaded':
      return isListOf(message['commands'], isCommand) && isListOf(message['points'], (point) => points.includes(point))
    case 'not-loaded':
    case 'unhandled':
      return isText(message['reason'])
    case 'called':
      return isNumber(message['id']) && isMap(message['result']) && isResult(message['result'])
    case 'log':
      return severities.includes(message['severity']) && isText(message['text'])
    case 'ask': {
      const { id, call, command, services } = message
      return isNumber(id) && isNumber(call) && isText(command) && isListOf(services, isText)
    }
    case 'pong':
      return true
    default:
      return false
  }
}

function isResult(result: Fields): result is Fields & CallResult {
  switch (result['kind']) {
    case 'nothing':
    case 'answer':
      return true
    case 'refusal':
      return isText(result['text'])
    case 'failure':
      return isText(result['reason'])
    case 'too-large':
      return isNumber(result['bytes'])
    default:
      return false
  }
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

function isNumber(value: unknown): value is number {
  return typeof value === 'number'
}
