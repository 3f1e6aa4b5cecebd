// The control route: body in, dispatch, answer out.

import { answer, answerList, RESULT_ERROR } from '../command/answer.ts'
import { EnvelopeReader } from '../command/envelope.ts'
import type { Envelope } from '../command/envelope.ts'
import type { Outcome } from '../dispatch.ts'
import type { RawJson } from '../json/raw.ts'
import { readBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import { failure, memoryFull } from './failure.ts'
import { pathService } from './path-service.ts'
import { traceCommand } from './trace.ts'

/** Reads, runs and answers the command of an admitted request. */
export function control(exchange: Exchange): void {
  const reader = new EnvelopeReader()
  readBody(exchange, reader, (refusal) => {
    if (refusal !== null) {
      exchange.fail(refusal)
      return
    }
    try {
      run(exchange, reader)
    } catch (error) {
      exchange.crash(error)
    }
  })
}

function run(exchange: Exchange, reader: EnvelopeReader): void {
  const { door, target } = exchange
  const envelope = reader.finish()
  if (envelope.kind === 'not-json') {
    exchange.fail(failure('not-json', envelope.text))
    return
  }
  traceCommand(exchange.log, exchange.connection.remoteAddress, envelope)
  // Strings that have to be respelled for the daemon are copied with all that stands around them.
  const args = envelope.kind === 'command' ? envelope.arguments : null
  if (args?.wideEscapes === true && !exchange.hold(args.length)) {
    exchange.fail(memoryFull())
    return
  }
  exchange.startWorking()
  const service = pathService(target, door.services)
  exchange.onAbandoned = () => abandoned(exchange, envelope)
  const commandSize = exchange.held
  const answer = (outcome: Outcome): void => {
    exchange.letGo(commandSize)
    if (outcome.kind === 'answer') exchange.succeed(outcome.list)
    else exchange.fail(failure('forbidden', outcome.text))
  }
  const outcome = door.dispatch(envelope, exchange.caller, service, exchange)
  if (outcome instanceof Promise) outcome.then(answer).catch((error: unknown) => exchange.crash(error))
  else answer(outcome)
}

/** One answer per service, as the command would have had. */
function abandoned(exchange: Exchange, envelope: Envelope): RawJson {
  const [name, services] = envelope.kind === 'command' ? [envelope.name, envelope.services] : ['', []]
  const remoteAddress = exchange.connection.remoteAddress
  exchange.log.write('KEAGATE_COMMAND_ABANDONED', { command: name, 'remote-address': remoteAddress })
  const text = 'the agent is stopping and waits no longer for this command, which may still be carried out'
  return answerList(Array.from({ length: Math.max(1, services.length) }, () => answer(RESULT_ERROR, text)))
}
