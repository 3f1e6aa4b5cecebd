// The whole life of one command, from its envelope to the list that answers it. Knows nothing of HTTP.

import type { Decision } from '../access/decide.ts'
import type { Guard } from '../access/guard.ts'
import type { Audit } from '../audit/audit.ts'
import { answer, answerList, quoteName, RESULT_ERROR, RESULT_UNSUPPORTED } from './answer.ts'
import { callerFields } from './caller.ts'
import type { CallerContext } from './caller.ts'
import type { Envelope } from './envelope.ts'
import type { Command, Handler } from './handler.ts'
import { misdirectedText, unsupportedText } from './not-for-agent.ts'
import type { Registry } from './registry.ts'
import { resultOf } from './result-of.ts'
import { targetServices } from './target-services.ts'
import type { PathTarget } from './path-target.ts'
import type { CommandScope } from './scope.ts'
import { keaCommands } from '../config/access/kea-commands.ts'
import { maxServices } from '../config/service-groups.ts'
import type { ServiceGroups } from '../config/service-groups.ts'
import { describeError } from '../errors.ts'
import type { Router } from '../forward/router.ts'
import type { Modules } from '../hook/modules.ts'
import type { RawJson } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import type { CommandMeter } from '../metrics/command-meter.ts'

export interface DispatchParts {
  readonly registry: Registry
  readonly modules: Modules
  readonly router: Router
  readonly serviceGroups: ServiceGroups
  /** null: every caller may run every command. */
  readonly guard: Guard | null
  /** null: commands are not recorded. */
  readonly audit: Audit | null
  readonly log: Log
  /** null: commands are not counted. */
  readonly meter: CommandMeter | null
}

/**
 * How one command ended: the list that answers it (`answer`), why its caller may not run it (`refused`), or why the
 * agent did not take it as a command for itself (`misdirected`).
 */
export type Outcome =
  | {
    readonly kind: 'answer'
    readonly list: RawJson
    /** The services in the order of the list, if the client named a group; null where the client knows them. */
    readonly services: readonly string[] | null
  }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'misdirected'; readonly text: string }

/**
 * Runs one command. Never rejects.
 * @param path where the command goes if the body's `service` is absent or empty
 */
export type Dispatch = (
  envelope: Envelope,
  caller: CallerContext,
  path: PathTarget,
  scope: CommandScope,
) => Promise<Outcome>

export function createDispatch(parts: DispatchParts): Dispatch {
  return async (envelope, caller, path, scope) => {
    if (envelope.kind !== 'command') return malformed(parts, caller, envelope.text)
    const { services, grouped } = targetServices(envelope.services, path, parts.serviceGroups)
    if (services.length > maxServices) {
      return malformed(parts, caller, `'service' names ${services.length} services with its groups; at most ${maxServices} are asked at once`)
    }
    const from = callerFields(caller)
    const command = { name: envelope.name, services, arguments: envelope.arguments, caller }
    const fields = { command: command.name, ...from }
    parts.log.write('COMMAND_RECEIVED', fields)
    parts.log.write('CTRL_AGENT_COMMAND_RECEIVED', fields)
    const { audit } = parts
    const result = await (audit === null
      ? attempt({ parts, command, scope, path, times: null })
      : audited(audit, { parts, command, scope, path, times: [] }))
    return toOutcome(parts, command, result, grouped)
  }
}

/** Answers a request that holds no command. */
async function malformed({ log, meter, audit }: DispatchParts, caller: CallerContext, text: string): Promise<Outcome> {
  log.write('COMMAND_PROCESS_ERROR2', { reason: text, ...callerFields(caller) })
  const list = answerList([answer(RESULT_ERROR, text)])
  meter?.answered(null, [], [RESULT_ERROR], null)
  await audit?.refused(caller, text, performance.now(), list.length)
  return { kind: 'answer', list, services: null }
}

/** How a command ended. */
interface CommandResult {
  /** One for each service, or one of the agent; empty if the command was refused. */
  readonly elements: readonly RawJson[]
  /** What the caller is told if it may not run the command or has sent it to a wrong path; null: it was answered. */
  readonly refusal: string | null
  readonly misdirected: boolean
  /** The decision of the access rules; null: they were not asked. */
  readonly decision: Decision | null
}

function answered(elements: readonly RawJson[], decision: Decision | null = null): CommandResult {
  return { elements, decision, refusal: null, misdirected: false }
}

function refused(refusal: string, decision: Decision | null = null): CommandResult {
  return { elements: [], refusal, misdirected: false, decision }
}

function failed({ name }: Command, reason: string): CommandResult {
  return answered([answer(RESULT_ERROR, `the command ${quoteName(name)} ${reason}`)])
}

function toOutcome(
  { meter }: DispatchParts,
  { name, services }: Command,
  { elements, refusal, misdirected, decision }: CommandResult,
  grouped: boolean,
): Outcome {
  const role = decision?.role.name ?? null
  if (misdirected) {
    meter?.answered(name, services, [RESULT_ERROR], role)
    return { kind: 'misdirected', text: refusal ?? '' }
  }
  if (refusal !== null) {
    meter?.refused(name, services, role)
    return { kind: 'refused', text: refusal }
  }
  meter?.answered(name, services, elements.map(resultOf), role)
  // Not so for a handler module, which answers once for all the services that are named.
  const answering = grouped && elements.length === services.length ? services : null
  return { kind: 'answer', list: answerList(elements), services: answering }
}

/** A command under way. */
interface Task {
  readonly parts: DispatchParts
  readonly command: Command
  readonly scope: CommandScope
  readonly path: PathTarget
  /** Gets the milliseconds that each service took; null: not wanted. */
  readonly times: number[] | null
}

/** Runs a command and records it; the record is written before the answer goes out. */
async function audited(audit: Audit, task: Task): Promise<CommandResult> {
  const { command } = task
  const times = task.times ?? []
  const entry = audit.begin(command)
  const { unavailableReason } = audit
  if (unavailableReason !== null) {
    const result = failed(command, `was not run: ${unavailableReason}`)
    await audit.finished(entry, { ...result, refusal: unavailableReason, times })
    return result
  }
  const result = await attempt(task)
  const problem = await audit.finished(entry, { ...result, times })
  return problem === null ? result : failed(command, `cannot be answered: ${problem}`)
}

type Run = (task: Task) => Promise<readonly RawJson[]>

async function attempt(task: Task): Promise<CommandResult> {
  const { parts, command } = task
  try {
    return await (parts.modules.present ? withHooks(task) : permit(run, task))
  } catch (error) {
    const reason = describeError(error)
    parts.log.write('KEAGATE_HANDLER_FAILED', { command: command.name, reason })
    return failed(command, `failed: ${reason}`)
  }
}

/** The modules stay loaded until the command has ended. */
async function withHooks(task: Task): Promise<CommandResult> {
  const { modules } = task.parts
  modules.enter()
  try {
    // Handler modules judge the caller before the access rules do.
    const refusal = await modules.authenticated(task.command.caller)
    return refusal === null ? await permit(runWithHooks, task) : refused(refusal)
  } finally {
    modules.leave()
  }
}

/** Runs a command if its caller may run it, and takes out of the answers what the caller may not see. */
async function permit(runs: Run, task: Task): Promise<CommandResult> {
  const { command } = task
  const { guard } = task.parts
  const decision = guard?.decide(command) ?? null
  if (guard !== null && decision?.allowed === false) return refused(guard.refusalText(decision, command), decision)
  const misdirected = misdirection(task)
  if (misdirected !== null) return { elements: [], refusal: misdirected, misdirected: true, decision }
  const elements = await runs(task)
  return guard === null || decision === null
    ? answered(elements)
    : answered(await guard.filter(decision, command, elements), decision)
}

/** One answer for each service, or one of the agent. */
async function run({ parts, command, scope, times }: Task): Promise<readonly RawJson[]> {
  if (command.services.length > 0) return parts.router.forward(command, command.services, scope, times)
  const handler = parts.registry.find(command.name)
  if (handler === undefined) return [answer(RESULT_UNSUPPORTED, unsupportedText(command.name, parts.router.services()))]
  return [await timed(parts, command, handler)]
}

/** Why a command must not change the agent: its path may be the misspelled name of a daemon. null: it may run. */
function misdirection({ parts, command, path }: Task): string | null {
  if (path.kind !== 'unknown' || command.services.length > 0) return null
  const { modules, registry, router } = parts
  if (modules.find(command.name) !== undefined || registry.find(command.name)?.access !== 'write') return null
  return misdirectedText(command.name, router.destinations())
}

/** Runs a command of the agent itself or of a module, and counts its time. */
async function timed({ meter }: DispatchParts, command: Command, handler: Pick<Handler, 'run'>): Promise<RawJson> {
  const begin = performance.now()
  const element = await handler.run(command)
  meter?.took(command.name, null, performance.now() - begin)
  return element
}

/**
 * Runs a command where there are handler modules. A command that a module registered goes to it for any `service`.
 */
async function runWithHooks(task: Task): Promise<readonly RawJson[]> {
  const { parts, command } = task
  const { modules, registry } = parts
  const own = modules.find(command.name)
  const known = parts.guard?.policy.known ?? keaCommands
  const access = (own ?? known.get(command.name) ?? registry.find(command.name))?.access ?? null
  const begin = performance.now()
  const early = await modules.received(command, access)
  const elements =
    early !== null ? [kept(task, early)]
    : own !== undefined ? [kept(task, await timed(parts, command, own))]
    : await run(task)
  modules.processed(command, access, elements.map(resultOf), performance.now() - begin)
  return elements
}

/** Reserves memory for the answer of a module, which is kept until the client has taken it, as that of a daemon. */
function kept({ command, scope }: Task, element: RawJson): RawJson {
  if (scope.memory.tryReserve(element.length)) return element
  const text = `the answer to ${quoteName(command.name)} finds no memory: all bodies and answers together take as much as they may`
  return answer(RESULT_ERROR, `${text}; try again later`)
}
