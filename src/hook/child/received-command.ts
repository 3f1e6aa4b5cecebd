// A command as a handler module gets it. Nothing of it can be changed. Its arguments are parsed when the module first
// looks at them.

import type { Json, ProcessedCommand, ReceivedCommand } from '../api.ts'
import type { Call, CommandMessage } from '../messages.ts'

/** @param payload its arguments; empty where it has none, or where they are too large */
export function receivedCommand(message: CommandMessage, payload: Buffer): ReceivedCommand {
  return Object.freeze(withArguments(message, payload))
}

/** @param payload as for `receivedCommand` */
export function processedCommand(
  { command, results, duration }: Extract<Call, { kind: 'command-processed' }>,
  payload: Buffer,
): ProcessedCommand {
  return Object.freeze(Object.assign(withArguments(command, payload), { results: frozen(results), duration }))
}

function withArguments(message: CommandMessage, payload: Buffer): ReceivedCommand {
  const { name, services, access, caller, argumentsSize } = message
  let text: string | undefined
  let value: Json | undefined
  const command = {
    name,
    services: frozen(services),
    access,
    caller: frozen(caller),
    argumentsSize: argumentsSize ?? 0,
    get argumentsText() {
      return payload.length === 0 ? undefined : (text ??= payload.toString('utf8'))
    },
    get arguments() {
      const { argumentsText } = command
      return argumentsText === undefined ? undefined : (value ??= JSON.parse(argumentsText) as Json)
    },
  }
  return command
}

/** Freezes a value and everything in it. */
function frozen<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values(value)) frozen(part)
  return Object.freeze(value)
}
