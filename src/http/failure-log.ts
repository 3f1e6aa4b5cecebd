// The log line of a refusal.

import type { Log } from '../log/message.ts'
import type { Failure, FailureKind } from './failure.ts'

/** Those of which more is known where they are noticed, and logged there. */
const loggedElsewhere: ReadonlySet<FailureKind> = new Set(['unauthorized', 'certificate', 'unexpected', 'overload'])

export function logFailure(log: Log, failure: Failure, remoteAddress: string): void {
  if (loggedElsewhere.has(failure.kind)) return
  const id =
    failure.kind === 'timeout' ? 'HTTP_CLIENT_REQUEST_TIMEOUT_OCCURRED' : 'HTTP_BAD_CLIENT_REQUEST_RECEIVED'
  log.write(id, { 'remote-address': remoteAddress, reason: failure.text })
}
