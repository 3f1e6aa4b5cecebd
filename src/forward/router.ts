// Sends one command to the services it names, all at once, and brings the answers back in their order.

import { answer, quoteName, RESULT_ERROR } from '../command/answer.ts'
import { callerFields } from '../command/caller.ts'
import type { CallerContext } from '../command/caller.ts'
import { withReadableArguments, writeEnvelope } from '../command/envelope-writer.ts'
import type { Command } from '../command/handler.ts'
import type { CommandScope } from '../command/scope.ts'
import type { RawJson } from '../json/raw.ts'
import type { Log } from '../log/message.ts'
import type { CommandMeter } from '../metrics/command-meter.ts'
import type { RequestOwner, SentService, Upstream, UpstreamFailure } from './upstream.ts'

export class Router {
  readonly #upstreams: ReadonlyMap<string, Upstream>
  readonly #log: Log
  readonly #meter: CommandMeter | null
  readonly #groups: readonly string[]

  /**
   * @param upstreams by service name; services behind one socket share one upstream, so they share its limits
   * @param options `meter` null: times of services are not measured; `groups`: names of service groups, for error texts
   */
  constructor(
    upstreams: ReadonlyMap<string, Upstream>,
    log: Log,
    { meter = null, groups = [] }: { meter?: CommandMeter | null; groups?: readonly string[] } = {},
  ) {
    this.#upstreams = upstreams
    this.#log = log
    this.#meter = meter
    this.#groups = groups
  }

  /** The configured services, in the order of the configuration. */
  services(): readonly string[] {
    return [...this.#upstreams.keys()]
  }

  /** What `service` may name: the services, then the groups. */
  destinations(): readonly string[] {
    return [...this.services(), ...this.#groups]
  }

  /**
   * One answer per member of `services`, in that order; a service named twice is asked twice. For a service that cannot
   * answer, the answer has result 1. It neither delays nor changes the other answers.
   * @param times gets the milliseconds that each service took; null: not wanted
   */
  async forward(
    command: Command,
    services: readonly string[],
    scope: CommandScope,
    times: number[] | null = null,
  ): Promise<RawJson[]> {
    const readable = withReadableArguments(command)
    const envelopes = new Envelopes(readable instanceof Promise ? await readable : readable, services)
    const asker = { client: clientOf(command.caller), address: command.caller.remoteAddress, scope }
    const begin = times === null ? 0 : performance.now()
    const ask = (service: string, index: number): Promise<RawJson> =>
      this.#ask(service, command, envelopes, asker).then((element) => {
        if (times !== null) times[index] = performance.now() - begin
        return element
      })
    const [only = ''] = services
    return services.length === 1 ? [await ask(only, 0)] : Promise.all(services.map(ask))
  }

  #ask(service: string, command: Command, envelopes: Envelopes, asker: RequestOwner): Promise<RawJson> {
    const fields = { command: command.name, service, ...callerFields(command.caller) }
    const upstream = this.#upstreams.get(service)
    if (upstream === undefined) {
      const text = this.#unknownService(service)
      this.#log.write('CTRL_AGENT_COMMAND_FORWARD_FAILED', { ...fields, reason: text })
      return Promise.resolve(answer(RESULT_ERROR, text))
    }
    this.#log.write('CTRL_AGENT_COMMAND_FORWARD_BEGIN', fields)
    const begin = this.#meter === null ? 0 : performance.now()
    return upstream.send(envelopes.carrying(upstream.sentService), asker).then((result) => {
      this.#meter?.took(command.name, service, performance.now() - begin)
      if (result.ok) {
        this.#log.write('CTRL_AGENT_COMMAND_FORWARDED', fields)
        return result.answer
      }
      // Before an operator tries again, it must be known whether the daemon may have run the command.
      const fate = result.sent ? 'the command was sent' : 'the command was not sent'
      const reason = `${result.reason} (control socket ${upstream.address}; ${fate})`
      this.#log.write('CTRL_AGENT_COMMAND_FORWARD_FAILED', { ...fields, reason })
      return answer(RESULT_ERROR, failureText(service, result))
    })
  }

  #unknownService(service: string): string {
    const known = this.destinations()
    const configured = known.length === 0 ? 'none is' : `configured: ${known.join(', ')}`
    return `no control socket is configured for service ${quoteName(service)} (${configured})`
  }
}

/**
 * One command in the envelope that each kind of control socket gets. All envelopes share the bytes of the arguments.
 */
class Envelopes {
  readonly #command: Command
  readonly #services: readonly string[]
  #asAsked: RawJson | null = null

  constructor(command: Command, services: readonly string[]) {
    this.#command = command
    this.#services = services
  }

  carrying(service: SentService): RawJson {
    if (service === 'none') return writeEnvelope(this.#command, null)
    if (service !== 'as-asked') return writeEnvelope(this.#command, [service.name])
    // Written once for all services: the list may have 64 names, and is the same for each of them.
    return (this.#asAsked ??= writeEnvelope(this.#command, this.#services))
  }
}

/**
 * The key of a client that takes turns at a busy control socket. Many clients may share an address, behind a proxy or
 * on one machine: user and certificate tell them apart, so that the flood of one does not delay the others.
 */
function clientOf({ remoteAddress, user, tls }: CallerContext): string {
  return user === null && tls === null ? remoteAddress : `${remoteAddress} ${tls?.fingerprint ?? ''} ${user ?? ''}`
}

/** Clients look for the words at the end to find out that the daemon is down. */
function failureText(service: string, failure: UpstreamFailure): string {
  const text = `no usable answer from service ${service}: ${failure.reason}`
  return failure.offline ? `${text}; server is likely to be offline` : text
}
