// Why a door cannot be asked, before TLS or HTTP comes into it: its name, its address, and silence.

import { describeError } from '../errors.ts'
import type { Finding } from './finding.ts'
import { problem } from './finding.ts'

/** The name has no address. @param error of the look-up */
export function explainLookup(host: string, error: unknown): Finding {
  const text = `${host} has no address that can be found: ${describeError(error)}`
  return problem('error', 'name', text, 'see what this machine finds with: getent hosts NAME; the address itself works too')
}

/** @param where address and port in words @param error null: time is over */
export function explainConnection(where: string, error: Error | null): Finding {
  const [text, remedy] = error === null
    ? ['no answer', 'a firewall may be in between, or the address is not that of the agent']
    : [error.message, 'see whether the agent runs and listens on that address and port']
  return problem('error', 'connection', `${where}: ${text}`, remedy)
}

/** The connection ended before there was a whole answer. */
export function explainNoAnswer(error: Error, url: URL): Finding {
  const remedy = url.protocol === 'http:' ? 'if the agent speaks TLS, use https:// in the URL' : 'look at the log of the agent'
  return problem('error', 'answer', error.message, remedy)
}
