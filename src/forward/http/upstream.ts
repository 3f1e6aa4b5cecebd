// A daemon behind its own HTTP or HTTPS listener (Kea 2.7.2 and later): one command a request, over kept connections.

import type { UpstreamLimits } from '../../config/types.ts'
import type { RawJson } from '../../json/raw.ts'
import { FairLimiter } from '../fair-limiter.ts'
import { HttpAttempt } from './attempt.ts'
import type { HttpOrigin } from './connection.ts'
import { HttpPool } from './connection.ts'
import type { UpstreamRequestOptions } from '../upstream-request.ts'
import { requestUpstream } from '../upstream-request.ts'
import type { RequestOwner, SentService, Transport, UpstreamResult } from '../upstream.ts'

export interface HttpSocket extends Omit<HttpOrigin, 'maxConnections'> {
  /** What the control socket is called in answers and logs. */
  readonly name: string
  readonly limits: UpstreamLimits
  /** The daemon's service name at the agent that listens at the address; null: the daemon itself listens there. */
  readonly service: string | null
}

/** Everything that asks the same daemon should go through one upstream, as its limits guard the daemon. */
export function createHttpUpstream({ name, limits, service, ...origin }: HttpSocket): Transport {
  const limiter = new FairLimiter(limits.maxInFlight, limits.maxWaiting)
  const pool = new HttpPool({ ...origin, maxConnections: limits.maxInFlight })
  const attempt = { pool, maxAnswerSize: limits.maxAnswerSize }
  const request: UpstreamRequestOptions = {
    limits, limiter, openAttempt: (length, owner, events) => new HttpAttempt(attempt, length, owner, events),
  }
  const sentService: SentService = service === null ? 'none' : { name: service }
  return {
    address: name,
    sentService,
    send: (command: RawJson, owner: RequestOwner): Promise<UpstreamResult> => requestUpstream(request, command, owner),
    close() {
      limiter.close()
      pool.close()
    },
    retire: () => pool.close(),
    renewCredentials: (credentials) => pool.renew(credentials),
    load: () => limiter.load(),
    probe: () => pool.probe(),
  }
}
