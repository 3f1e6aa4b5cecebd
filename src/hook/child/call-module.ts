// Calls one function of a handler module, and turns what it returns into a result for the agent.

import type { Answer, ReceivedCommand } from '../api.ts'
import { maxAnswer, maxText } from '../bounds.ts'
import type { Call, CallResult } from '../messages.ts'
import { describeThrown } from './describe-thrown.ts'
import type { UsableModule } from './load-module.ts'
import { processedCommand, receivedCommand } from './received-command.ts'

export interface Called {
  readonly result: CallResult
  /** JSON text of the answer, where the result is one. */
  readonly answer: Buffer | null
}

/**
 * Never rejects.
 * @param payload the arguments of the command
 * @param allow called with the command that the module is given, on whose behalf it may then ask daemons
 */
export async function callModule(
  usable: UsableModule,
  call: Call,
  payload: Buffer,
  allow: (command: ReceivedCommand) => void,
): Promise<Called> {
  try {
    return calledFor(call.kind, await invoke(usable, call, payload, allow))
  } catch (error) {
    return withoutAnswer({ kind: 'failure', reason: describeThrown(error) })
  }
}

function invoke(
  { module, commands }: UsableModule,
  call: Call,
  payload: Buffer,
  allow: (command: ReceivedCommand) => void,
): unknown {
  const allowed = <Command extends ReceivedCommand>(command: Command): Command => {
    allow(command)
    return command
  }
  switch (call.kind) {
    case 'run':
      return commands.get(call.command.name)?.run(allowed(receivedCommand(call.command, payload)))
    case 'authenticated':
      return module.authenticated?.(call.caller)
    case 'command-received':
      return module.commandReceived?.(allowed(receivedCommand(call.command, payload)))
    case 'command-processed':
      return module.commandProcessed?.(allowed(processedCommand(call, payload)))
    case 'start':
      return module.start?.()
    case 'stop':
      return module.stop?.()
  }
}

/** @throws Error when the function returned something that it must not */
function calledFor(kind: Call['kind'], returned: unknown): Called {
  const nothing = returned === undefined || returned === null
  switch (kind) {
    case 'run':
      return answered(returned)
    case 'command-received':
      return nothing ? withoutAnswer({ kind: 'nothing' }) : answered(returned)
    case 'authenticated':
      if (nothing) return withoutAnswer({ kind: 'nothing' })
      if (typeof returned !== 'string') throw new TypeError('what it returned is neither nothing nor a text')
      return withoutAnswer({ kind: 'refusal', text: returned.slice(0, maxText) })
    case 'command-processed':
    case 'start':
    case 'stop':
      return withoutAnswer({ kind: 'nothing' })
  }
}

/** Only a whole answer map goes on, with Kea's three members in Kea's order. */
function answered(returned: unknown): Called {
  if (typeof returned !== 'object' || returned === null) throw new TypeError('what it returned is not an answer map')
  const { arguments: args, result, text } = returned as Partial<Record<keyof Answer, unknown>>
  if (!Number.isSafeInteger(result)) throw new TypeError('the answer that it returned has no integer "result"')
  if (text !== undefined && typeof text !== 'string') throw new TypeError('the "text" that it returned is not a text')
  // Before writing JSON, as a text may be longer than this process could write.
  for (const part of [text, args]) if (typeof part === 'string' && part.length > maxAnswer) return tooLarge(part.length)
  const json = Buffer.from(JSON.stringify({ arguments: args, result, text }))
  return json.length > maxAnswer ? tooLarge(json.length) : { result: { kind: 'answer' }, answer: json }
}

function tooLarge(bytes: number): Called {
  return withoutAnswer({ kind: 'too-large', bytes })
}

function withoutAnswer(result: CallResult): Called {
  return { result, answer: null }
}
