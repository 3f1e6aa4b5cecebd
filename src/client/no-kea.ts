// The error for an answer that does not come from Kea.

import { ClientError } from './error.ts'

export function noKea(): ClientError {
  return new ClientError('http', 'what answers there is no Kea agent', 'see whether host and port in the URL are the right ones')
}
