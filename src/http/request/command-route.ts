// The one route: the body as a command, its dispatch, and the list that answers it.

import type { RouteHandlerMethod } from 'fastify'
import type { IncomingMessage, Server } from 'node:http'
import { answer, answerList, RESULT_ERROR } from '../../command/answer.ts'
import type { Envelope, EnvelopeReader } from '../../command/envelope.ts'
import type { Outcome } from '../../command/dispatch.ts'
import type { PathTarget } from '../../command/path-target.ts'
import { targetServices } from '../../command/target-services.ts'
import type { ServiceGroups } from '../../config/service-groups.ts'
import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import { HttpError, memoryFull } from '../http-error.ts'
import { respond } from '../response/respond.ts'
import type { WireResponse } from '../response/wire-response.ts'
import { traceCommand } from '../trace.ts'
import { pathTarget } from './path-service.ts'

export interface CommandRouteOptions {
  readonly log: Log
}

/** What `readEnvelope` gives. */
export interface CommandRoute {
  Body: EnvelopeReader
}

type Handler = RouteHandlerMethod<Server, IncomingMessage, WireResponse, CommandRoute>

export function runCommand({ log }: CommandRouteOptions): Handler {
  return async ({ body, context }, reply) => {
    const { client, memory, settings, target } = context
    const envelope = body.finish()
    if (envelope.kind === 'not-json') throw new HttpError('not-json', envelope.text)
    traceCommand(log, client, envelope)
    // If strings have to be transcoded for the daemon, all arguments are copied.
    const args = envelope.kind === 'command' ? envelope.arguments : null
    if (args?.wideEscapes === true && !memory.tryReserve(args.length)) throw memoryFull()
    const path = pathTarget(target, settings.services)
    const commandSize = memory.reserved
    const outcome = await context.run(
      () => settings.dispatch(envelope, context.caller, path, context),
      () => {
        const command = envelope.kind === 'command' ? envelope.name : ''
        log.write('KEAGATE_COMMAND_ABANDONED', { command, ...addressFields(client) })
        return abandoned(envelope, path, settings.serviceGroups)
      },
    )
    memory.release(commandSize)
    if (outcome.kind === 'refused') throw new HttpError('forbidden', outcome.text)
    if (outcome.kind === 'misdirected') throw new HttpError('not-found', outcome.text)
    const headers = outcome.services === null ? [] : ['Keagate-Services', outcome.services.join(', ')]
    return respond(reply, { status: 200, headers, body: outcome.list })
  }
}

/** One answer per service, as the command would have had. */
function abandoned(envelope: Envelope, path: PathTarget, groups: ServiceGroups): Outcome {
  const named = envelope.kind === 'command' ? envelope.services : []
  const { services, grouped } = targetServices(named, path, groups)
  const text = 'the agent is stopping and waits no longer for this command, which may still be carried out'
  const elements = Array.from({ length: Math.max(1, services.length) }, () => answer(RESULT_ERROR, text))
  return { kind: 'answer', list: answerList(elements), services: grouped ? services : null }
}
