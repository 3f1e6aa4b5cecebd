// The whole life of one command, from its envelope to the list that answers it. Knows nothing of HTTP.

import type { Decision } from './access/decide.ts'
import type { Guard } from './access/guard.ts'
import type { Audit } from './audit/audit.ts'
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
  /** null: commands are not recorded. */
  readonly audit: Audit | null
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
      const list = answerList([answer(RESULT_ERROR, envelope.text)])
      parts.meter?.answered(null, [], [RESULT_ERROR], null)
      await parts.audit?.refused(caller, envelope.text, performance.now(), list.length)
      return { kind: 'answer', list }
    }
    const services = envelope.services.length === 0 && pathService !== null ? [pathService] : envelope.services
    const command = { name: envelope.name, services, arguments: envelope.arguments, caller }
    parts.log.write('COMMAND_RECEIVED', { command: command.name })
    parts.log.write('CTRL_AGENT_COMMAND_RECEIVED', { command: command.name, 'remote-address': remoteAddress })
    const { audit } = parts
    const ending = audit === null ? await attempt(parts, command, waiter, null) : await audited(parts, audit, command, waiter)
    return told(parts, command, ending)
  }
}

/** How a command ended. */
interface Ending {
  /** One for each service, or one of the agent; none where it was refused. */
  readonly elements: readonly RawJson[]
  /** What a caller is told who may not run it; null: it was answered. */
  readonly refusal: string | null
  /** What the rules said; null: they were not asked. */
  readonly decision: Decision | null
}

function answered(elements: readonly RawJson[], decision: Decision | null = null): Ending {
  return { elements, decision, refusal: null }
}

function failed({ name }: Command, reason: string): Ending {
  return answered([answer(RESULT_ERROR, `the command ${quoteName(name)} ${reason}`)])
}

function told({ meter }: DispatchParts, { name, services }: Command, { elements, refusal, decision }: Ending): Outcome {
  const role = decision?.role.name ?? null
  if (refusal !== null) {
    meter?.refused(name, services, role)
    return { kind: 'refused', text: refusal }
  }
  meter?.answered(name, services, elements.map(resultOf), role)
  return { kind: 'answer', list: answerList(elements) }
}

/** With a record, which is written before the answer goes out. */
async function audited(parts: DispatchParts, audit: Audit, command: Command, waiter: Waiter): Promise<Ending> {
  const ticket = audit.begin(command)
  const { obstacle } = audit
  if (obstacle !== null) {
    const ending = failed(command, `was not run: ${obstacle}`)
    await audit.finished(ticket, { ...ending, refusal: obstacle, times: [] })
    return ending
  }
  const times: number[] = []
  const ending = await attempt(parts, command, waiter, times)
  const problem = await audit.finished(ticket, { ...ending, times })
  return problem === null ? ending : failed(command, `cannot be answered: ${problem}`)
}

/** @param times gets the milliseconds of each service; null: nobody wants them */
type Run = (
  parts: DispatchParts,
  command: Command,
  waiter: Waiter,
  times: number[] | null,
) => Promise<readonly RawJson[]>

async function attempt(...asked: Parameters<Run>): Promise<Ending> {
  const [parts, command] = asked
  try {
    if (!parts.modules.any) return await permit(run, ...asked)
    parts.modules.enter()
    return await authenticate(...asked).finally(() => parts.modules.leave())
  } catch (error) {
    const reason = describeError(error)
    parts.log.write('KEAGATE_HANDLER_FAILED', { command: command.name, reason })
    return failed(command, `failed: ${reason}`)
  }
}

/** What handler modules say of the caller goes before what the rules say. */
async function authenticate(...asked: Parameters<Run>): Promise<Ending> {
  const [parts, command] = asked
  const refusal = await parts.modules.authenticated(command.caller)
  return refusal === null ? permit(runWithModules, ...asked) : { elements: [], refusal, decision: null }
}

/** Runs what the caller may run, and takes out of the answers what he may not see. */
async function permit(runs: Run, ...asked: Parameters<Run>): Promise<Ending> {
  const [{ guard }, command] = asked
  if (guard === null) return answered(await runs(...asked))
  const decision = guard.decide(command)
  if (!decision.allowed) return { elements: [], refusal: guard.refusalText(decision, command), decision }
  return answered(await guard.filter(decision, command, await runs(...asked)), decision)
}

/** One answer for each service, or one of the agent. */
async function run(...[parts, command, waiter, times]: Parameters<Run>): Promise<readonly RawJson[]> {
  if (command.services.length > 0) return parts.router.forward(command, command.services, waiter, times)
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
async function runWithModules(...[parts, command, waiter, times]: Parameters<Run>): Promise<readonly RawJson[]> {
  const { modules, registry } = parts
  const own = modules.find(command.name)
  const known = parts.guard?.policy.known ?? keaCommands
  const access = (own ?? known.get(command.name) ?? registry.find(command.name))?.access ?? null
  const begin = performance.now()
  const early = await modules.received(command, access)
  const elements =
    early !== null ? [early] : own !== undefined ? [await timed(parts, command, own)] : await run(parts, command, waiter, times)
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
