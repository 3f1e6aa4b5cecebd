// Finds out which client a request is of, perhaps one behind a trusted proxy, and whether this client has a place.

import { HttpError } from '../http-error.ts'
import { clientBehind } from '../proxy/client-behind.ts'
import type { RequestContext } from './context.ts'

/**
 * Notes the client in the request's context. Headers of others than trusted proxies are counted, and change nothing.
 * @throws HttpError where a trusted proxy sent headers that no address can be taken from
 */
export function identifyClient(context: RequestContext): void {
  const { connection, raw, settings } = context
  const outcome = clientBehind(connection.client, raw.rawHeaders, settings.trustedProxies)
  if (outcome.kind === 'client') {
    context.client = outcome.client
    if (connection.serveFor(context.client)) return
    throw new HttpError('overload', 'too many connections are open for this client')
  }
  const reason = outcome.kind === 'ignored' ? 'untrusted' : outcome.kind
  settings.metrics?.count('keagate_forwarded_headers_rejected_total', { reason })
  if (outcome.kind === 'malformed') {
    throw new HttpError('forwarded', `${outcome.header} holds something else than addresses of clients and proxies`)
  }
  if (outcome.kind === 'contradictory') {
    const advice = 'have the proxy remove the one that it does not write itself'
    throw new HttpError('forwarded', `X-Forwarded-For and Forwarded name different clients; ${advice}`)
  }
}
