// Whether the server refused the request, in the words of `keagate doctor --client`.

import { explainRefusal } from '../doctor/answer.ts'
import type { Exchange } from './door.ts'
import type { ClientError } from './error.ts'
import { foundError } from './error.ts'

/** Null: the body is an answer to the command. */
export function refusal({ status, body }: Exchange): ClientError | null {
  if (status === null || status === 200) return null
  return foundError('http', explainRefusal(status, body.toString('utf8')))
}
