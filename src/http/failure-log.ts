// The log line of a refusal.

import type { Log, MessageId } from '../log/message.ts'
import type { Failure, FailureKind } from './failure.ts'

/** Those of which more is known where they are noticed, and logged there. */
const loggedElsewhere: ReadonlySet<FailureKind> = new Set([
  'unauthorized', 'locked-out', 'certificate', 'unexpected', 'overload',
])

/** @returns the message written; null where that was done elsewhere */
export function logFailure(log: Log, failure: Failure, remoteAddress: string): MessageId | null {
  if (loggedElsewhere.has(failure.kind)) return null
  const id = ids[failure.kind] ?? 'HTTP_BAD_CLIENT_REQUEST_RECEIVED'
  log.write(id, { 'remote-address': remoteAddress, reason: failure.text })
  return id
}

const ids: Readonly<Partial<Record<FailureKind, MessageId>>> = {
  timeout: 'HTTP_CLIENT_REQUEST_TIMEOUT_OCCURRED',
  memory: 'KEAGATE_MEMORY_LIMIT',
}
