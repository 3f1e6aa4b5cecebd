// A daemon behind a UNIX control socket: a new connection for each command, one envelope there, one answer back.

import { isSocketPathTooLong, maxSocketPath } from '../../config/resolve/socket-address.ts'
import type { UpstreamLimits } from '../../config/types.ts'
import type { RawJson } from '../../json/raw.ts'
import { FairLimiter } from '../fair-limiter.ts'
import { probeUnixSocket } from '../probe.ts'
import type { UpstreamRequestOptions } from '../upstream-request.ts'
import { requestUpstream } from '../upstream-request.ts'
import type { RequestOwner, Transport, UpstreamResult } from '../upstream.ts'
import { UnixAttempt } from './attempt.ts'

export interface ControlSocket {
  readonly path: string
  readonly limits: UpstreamLimits
  /** Called when more than blanks followed the answer in the same read. */
  readonly onTrailingBytes: () => void
}

/** Everything that asks the same daemon should go through one upstream, as its limits guard the daemon. */
export function createUnixUpstream({ path, limits, onTrailingBytes }: ControlSocket): Transport {
  const unusable = unusablePath(path)
  const limiter = new FairLimiter(limits.maxInFlight, limits.maxWaiting)
  const attempt = { path, maxAnswerSize: limits.maxAnswerSize, onTrailingBytes }
  const request: UpstreamRequestOptions = {
    limits, limiter, openAttempt: (_length, { scope }, events) => new UnixAttempt(attempt, scope.memory, events),
  }
  return {
    address: path,
    sentService: 'as-asked',
    send(command: RawJson, owner: RequestOwner): Promise<UpstreamResult> {
      if (unusable === null) return requestUpstream(request, command, owner)
      return Promise.resolve({ ok: false, offline: false, reason: unusable, sent: false })
    },
    close: () => limiter.close(),
    retire: () => undefined,
    load: () => limiter.load(),
    probe: () => (unusable === null ? probeUnixSocket(path) : Promise.resolve(unusable)),
  }
}

/**
 * Why a path cannot be used, or null. Connecting to such a path would throw, or reach another path: this one cut short.
 */
function unusablePath(path: string): string | null {
  if (isSocketPathTooLong(path)) {
    const length = Buffer.byteLength(path)
    return `the path of its control socket has ${length} bytes, and the system takes at most ${maxSocketPath}`
  }
  return path === '' || path.includes('\0') ? 'the path of its control socket is not usable' : null
}
