// The whole life of one command, from its envelope to the list that answers it. Knows nothing of HTTP.

import type { Decision } from './access/decide.ts'
import type { Guard } from './access/guard.ts'
import { answer, answerList, quoteName, RESULT_ERROR, RESULT_UNSUPPORTED } from './command/answer.ts'
import type { CallerContext } from './command/context.ts'
import type { Envelope } from './command/envelope.ts'
import type { Command, Handler } from './command/handler.ts'
import type { Registry } from './command/registry.ts'
import { resultOf } from './command/result-of.ts'
import type { Waiter } from './command/waiter.ts'
import { keaCommands } from './config/kea-commands.ts'
import { describeError } from './errors.ts'
import type { Router } from './forward/router.ts'
import type { Modules } from './hook/modules.ts'
import type { RawJson } from './json/raw.ts'
import type { Log } from './log/message.ts'
import type { CommandMeter } from './observe/command-meter.ts'

export interface DispatchParts {
  readonly registry: Registry
  readonly modules: Modules
  readonly router: Router
  /** null: everybody may run everything. */
  readonly guard: Guard | null
  readonly log: Log
  /** null: nobody wants to know what is run. */
  readonly meter: CommandMeter | null
}

/** How one command ended: the list that answers it, or the reason why its caller may not run it. */
export type Outcome =
  | { readonly kind: 'answer'; readonly list: RawJson }
  | { readonly kind: 'refused'; readonly text: string }

/**
 * Runs one command. Never rejects.
 * @param pathService the service that stands for the body's `service` where that is absent or empty, or null
 */
export type Dispatch = (
  envelope: Envelope,
  caller: CallerContext,
  pathService: string | null,
  waiter: Waiter,
) => Promise<Outcome>

export function createDispatch(parts: DispatchParts): Dispatch {
  return async (envelope, caller, pathService, waiter) => {
    const remoteAddress = caller.remoteAddress
    if (envelope.kind !== 'command') {
      parts.log.write('COMMAND_PROCESS_ERROR2', { reason: envelope.text, 'remote-address': remoteAddress })
      return answered(parts, null, null, [answer(RESULT_ERROR, envelope.text)])
    }
    const services = envelope.services.length === 0 && pathService !== null ? [pathService] : envelope.services
    const command = { name: envelope.name, services, arguments: envelope.arguments, caller }
    parts.log.write('COMMAND_RECEIVED', { command: command.name })
    parts.log.write('CTRL_AGENT_COMMAND_RECEIVED', { command: command.name, 'remote-address': remoteAddress })
    try {
      if (!parts.modules.any) return await permit(parts, command, waiter, run)
      parts.modules.enter()
      return await authenticate(parts, command, waiter).finally(() => parts.modules.leave())
    } catch (error) {
      const reason = describeError(error)
      parts.log.write('KEAGATE_HANDLER_FAILED', { command: command.name, reason })
      return answered(parts, command, null, [answer(RESULT_ERROR, `the command ${quoteName(command.name)} failed: ${reason}`)])
    }
  }
}

/** @param command null: what came was none */
function answered(
  { meter }: DispatchParts,
  command: Command | null,
  decision: Decision | null,
  elements: readonly RawJson[],
): Outcome {
  meter?.answered(command?.name ?? null, command?.services ?? [], elements.map(resultOf), decision?.role.name ?? null)
  return { kind: 'answer', list: answerList(elements) }
}

function refused({ meter }: DispatchParts, command: Command, decision: Decision | null, text: string): Outcome {
  meter?.refused(command.name, command.services, decision?.role.name ?? null)
  return { kind: 'refused', text }
}

type Run = (parts: DispatchParts, command: Command, waiter: Waiter) => Promise<readonly RawJson[]>

/** What handler modules say of the caller goes before what the rules say. */
async function authenticate(parts: DispatchParts, command: Command, waiter: Waiter): Promise<Outcome> {
  const refusal = await parts.modules.authenticated(command.caller)
  return refusal === null ? permit(parts, command, waiter, runWithModules) : refused(parts, command, null, refusal)
}

/** Runs what the caller may run, and takes out of the answers what he may not see. */
async function permit(parts: DispatchParts, command: Command, waiter: Waiter, run: Run): Promise<Outcome> {
  const { guard } = parts
  if (guard === null) return answered(parts, command, null, await run(parts, command, waiter))
  const decision = guard.decide(command)
  if (!decision.allowed) return refused(parts, command, decision, guard.refusalText(decision, command))
  return answered(parts, command, decision, await guard.filter(decision, command, await run(parts, command, waiter)))
}

/** One answer for each service, or one of the agent. */
async function run(parts: DispatchParts, command: Command, waiter: Waiter): Promise<readonly RawJson[]> {
  if (command.services.length > 0) return parts.router.forward(command, command.services, waiter)
  const handler = parts.registry.find(command.name)
  if (handler === undefined) return [answer(RESULT_UNSUPPORTED, unsupported(command, parts.router))]
  return [await timed(parts, command, handler)]
}

/** Runs a command that no daemon is asked for. */
async function timed({ meter }: DispatchParts, command: Command, handler: Pick<Handler, 'run'>): Promise<RawJson> {
  const begin = performance.now()
  const result = await handler.run(command)
  meter?.took(command.name, null, performance.now() - begin)
  return result
}

/** The same with handler modules: what one of them registered goes before everything, whatever `service` says. */
async function runWithModules(parts: DispatchParts, command: Command, waiter: Waiter): Promise<readonly RawJson[]> {
  const { modules, registry } = parts
  const own = modules.find(command.name)
  const known = parts.guard?.policy.known ?? keaCommands
  const access = (own ?? known.get(command.name) ?? registry.find(command.name))?.access ?? null
  const begin = performance.now()
  const early = await modules.received(command, access)
  const elements = early !== null ? [early] : own !== undefined ? [await timed(parts, command, own)] : await run(parts, command, waiter)
  modules.processed(command, access, elements.map(resultOf), performance.now() - begin)
  return elements
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
