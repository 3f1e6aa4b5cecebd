// What becomes of a connection that overruns one of its time limits.

import type { Log } from '../log/message.ts'
import type { Overrun } from './clock.ts'
import type { Failure } from './failure.ts'
import { failure } from './failure.ts'

/** What a connection can do about it. */
export interface Limited {
  readonly remoteAddress: string
  readonly socket: { destroy(): unknown }
  /** Says why to whoever still sends, and ends. */
  turnAway(reason: Failure): void
  end(): void
}

/** A client that is still to be told why is told, and the others are let go. */
export function enforce(overrun: Overrun, connection: Limited, log: Log): void {
  const { remoteAddress, socket } = connection
  switch (overrun) {
    case 'head':
      connection.turnAway(failure('timeout', 'the head of the request did not arrive in time'))
      break
    case 'body':
      connection.turnAway(failure('timeout', 'the body of the request stopped arriving'))
      break
    case 'request':
      connection.turnAway(failure('timeout', 'the request did not arrive in time'))
      break
    case 'idle':
      log.write('HTTP_IDLE_CONNECTION_TIMEOUT_OCCURRED', { 'remote-address': remoteAddress })
      connection.end()
      break
    case 'discard':
      connection.end()
      break
    case 'reader': {
      const reason = 'its answer was not taken for too long'
      log.write('KEAGATE_CONNECTION_ERROR', { 'remote-address': remoteAddress, reason })
      socket.destroy()
      break
    }
    case 'linger':
      socket.destroy()
      break
  }
}
