// Refusals have their record too, and have it before the client hears of them.

import type { RefusedCaller } from '../audit/record.ts'
import type { Door } from './door.ts'
import type { Failure } from './failure.ts'
import { failureBody } from './failure.ts'

/**
 * Records a refusal, then sends it; at once where nothing is recorded.
 * @param begin when the request began; milliseconds of the monotonic clock
 */
export function recordRefusal(
  { audit }: Pick<Door, 'audit'>,
  caller: RefusedCaller,
  reason: Failure,
  begin: number,
  send: () => void,
): void {
  // What was refused as a command has its record already.
  if (audit === null || reason.kind === 'forbidden') {
    send()
    return
  }
  const { record = reason.text, attemptedUser = null } = reason
  void audit.refused({ ...caller, attemptedUser }, record, begin, failureBody(reason).length).then(send)
}
