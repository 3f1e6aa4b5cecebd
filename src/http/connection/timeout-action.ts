// What happens to a connection that exceeds one of its time limits.

import type { Log } from '../../log/message.ts'
import { addressFields } from '../../net/client-address.ts'
import type { ClientAddress } from '../../net/client-address.ts'
import { HttpError } from '../http-error.ts'
import type { Timeout } from './timeouts.ts'

/** The part of a connection that a time-out acts on. */
export interface TimedConnection {
  readonly client: ClientAddress
  readonly socket: { destroy(): unknown }
  /** Tells a client that still sends why its request is refused, and ends. */
  rejectPending(error: HttpError): void
  end(): void
}

/** A client whose request is still awaited gets a 408; any other connection is closed. */
export function enforceTimeout(timeout: Timeout, connection: TimedConnection, log: Log): void {
  const { client, socket } = connection
  switch (timeout) {
    case 'head':
      connection.rejectPending(new HttpError('timeout', 'the head of the request did not arrive in time'))
      break
    case 'body':
      connection.rejectPending(new HttpError('timeout', 'the body of the request stopped arriving'))
      break
    case 'request':
      connection.rejectPending(new HttpError('timeout', 'the request did not arrive in time'))
      break
    case 'idle':
      log.write('HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED', addressFields(client))
      connection.end()
      break
    case 'discard':
      connection.end()
      break
    case 'reader': {
      const reason = 'its answer was not taken for too long'
      log.write('KEAGATE_CONNECTION_ERROR', { ...addressFields(client), reason })
      socket.destroy()
      break
    }
    case 'linger':
      socket.destroy()
      break
  }
}
