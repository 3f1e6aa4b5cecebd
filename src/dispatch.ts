// The whole life of one command, from its envelope to the list that answers it. Knows nothing of HTTP.

import { answer, answerList, quoteName, RESULT_ERROR, RESULT_UNSUPPORTED } from './command/answer.ts'
import type { CallerContext } from './command/context.ts'
import type { Envelope } from './command/envelope.ts'
import type { Command } from './command/handler.ts'
import type { Registry } from './command/registry.ts'
import type { Waiter } from './command/waiter.ts'
import { describeError } from './errors.ts'
import type { Router } from './forward/router.ts'
import type { RawJson } from './json/raw.ts'
import type { Log } from './log/message.ts'

export interface DispatchParts {
  readonly registry: Registry
  readonly router: Router
  readonly log: Log
}

/**
 * Runs one command and resolves to the list that answers it. Never rejects.
 * @param pathService the service that stands for the body's `service` where that is absent or empty, or null
 */
export type Dispatch = (
  envelope: Envelope,
  caller: CallerContext,
  pathService: string | null,
  waiter: Waiter,
) => Promise<RawJson>

export function createDispatch(parts: DispatchParts): Dispatch {
  return async (envelope, caller, pathService, waiter) => {
    const remoteAddress = caller.remoteAddress
    if (envelope.kind !== 'command') {
      parts.log.write('COMMAND_PROCESS_ERROR2', { reason: envelope.text, 'remote-address': remoteAddress })
      return answerList([answer(RESULT_ERROR, envelope.text)])
    }
    const services = envelope.services.length === 0 && pathService !== null ? [pathService] : envelope.services
    const command = { name: envelope.name, services, arguments: envelope.arguments, caller }
    parts.log.write('COMMAND_RECEIVED', { command: command.name })
    parts.log.write('CTRL_AGENT_COMMAND_RECEIVED', { command: command.name, 'remote-address': remoteAddress })
    try {
      if (services.length > 0) return answerList(await parts.router.forward(command, services, waiter))
      return answerList([await runOwn(parts, command)])
    } catch (error) {
      const reason = describeError(error)
      parts.log.write('KEAGATE_HANDLER_FAILED', { command: command.name, reason })
      return answerList([answer(RESULT_ERROR, `the command ${quoteName(command.name)} failed: ${reason}`)])
    }
  }
}

function runOwn(parts: DispatchParts, command: Command): RawJson | Promise<RawJson> {
  const handler = parts.registry.find(command.name)
  return handler === undefined ? answer(RESULT_UNSUPPORTED, unsupported(command, parts.router)) : handler.run(command)
}

/** The words after the name are what clients look for. */
function unsupported(command: Command, router: Router): string {
  const services = router.services()
  const example = services[0] ?? 'dhcp4'
  const known = services.length === 0 ? 'no service is configured' : `configured services: ${services.join(', ')}`
  return (
    `${quoteName(command.name)} command not supported by the agent itself; a command for a daemon needs "service", ` +
    `such as "service": [ "${example}" ] (${known})`
  )
}
