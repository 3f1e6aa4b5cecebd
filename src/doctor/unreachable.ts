// Explains why an agent cannot be reached, below TLS and HTTP: no address for its name, no connection, no answer.

import { describeError } from '../errors.ts'
import type { Finding } from './finding.ts'
import { problem } from './finding.ts'

/** For a name without an address. @param error of the look-up */
export function explainLookup(host: string, error: unknown): Finding {
  const text = `${host} has no address that can be found: ${describeError(error)}`
  return problem('error', 'name', text, 'see what this machine finds with: getent hosts NAME; the address itself works too')
}

/** For the UNIX socket of a daemon. @param error of Node, whose message has the path */
export function explainSocket(error: NodeJS.ErrnoException): Finding {
  const remedy = error.code === 'EACCES'
    ? 'run it as the user or a member of the group that the socket belongs to'
    : 'see whether the daemon runs, and which socket-name its configuration has'
  return problem('error', 'connection', error.message, remedy)
}

/** @param where address and port in words @param error null: the time was up */
export function explainConnection(where: string, error: Error | null): Finding {
  const [text, remedy] = error === null
    ? ['no answer', 'a firewall may be in between, or the address is not that of the agent']
    : [error.message, 'see whether the agent runs and listens on that address and port']
  return problem('error', 'connection', `${where}: ${text}`, remedy)
}

/** For a connection that ended before the answer was complete. */
export function explainNoAnswer(error: Error, url: URL): Finding {
  const remedy = url.protocol === 'http:' ? 'if the agent speaks TLS, use https:// in the URL' : 'look at the log of the agent'
  return problem('error', 'answer', error.message, remedy)
}
