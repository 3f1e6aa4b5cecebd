// The log line and the audit record of a refused request.

import type { RefusedCaller } from '../../audit/record.ts'
import type { Log, MessageId } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import type { HttpError, HttpErrorKind } from '../http-error.ts'
import type { HttpSettings } from '../settings.ts'

/** Kinds that are logged where they are noticed, as more is known of them there. */
const loggedElsewhere: ReadonlySet<HttpErrorKind> = new Set([
  'unauthorized', 'locked-out', 'certificate', 'unexpected', 'overload',
])

/** @returns the id of the message written; null where that was done elsewhere */
export function logHttpError(log: Log, error: HttpError, client: ClientAddress): MessageId | null {
  if (loggedElsewhere.has(error.kind)) return null
  const id = ids[error.kind] ?? 'HTTP_BAD_CLIENT_REQUEST_RECEIVED'
  log.write(id, { ...addressFields(client), reason: error.message })
  return id
}

const ids: Readonly<Partial<Record<HttpErrorKind, MessageId>>> = {
  timeout: 'HTTP_CLIENT_REQUEST_TIMEOUT_OCCURRED',
  memory: 'KEAGATE_MEMORY_LIMIT',
}

/**
 * Resolves when the refusal is recorded, which is before the client hears of it. Never rejects.
 * @param begin when the request began; milliseconds of the monotonic clock
 */
export async function recordHttpError(
  audit: HttpSettings['audit'],
  caller: RefusedCaller,
  error: HttpError,
  begin: number,
): Promise<void> {
  // A command that its caller may not run has its record already.
  if (audit === null || error.kind === 'forbidden') return
  const { attemptedUser, auditText } = error
  await audit.refused({ ...caller, attemptedUser }, auditText, begin, error.body().length)
}
