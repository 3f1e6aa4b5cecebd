// A daemon behind a UNIX control socket: a new connection for each command, one envelope there, one answer back.

import { isSocketPathTooLong, maxSocketPath } from '../../config/resolve/socket-address.ts'
import type { RawJson } from '../../json/raw.ts'
import { FairLimiter } from '../fair-limiter.ts'
import type { ControlSocket } from './request.ts'
import { UnixRequest } from './request.ts'
import { probeUnixSocket } from '../probe.ts'
import type { RequestOwner, Transport, UpstreamResult } from '../upstream.ts'

/** Everything that asks the same daemon should go through one upstream, as its limits guard the daemon. */
export function createUnixUpstream(options: ControlSocket): Transport {
  const unusable = unusablePath(options.path)
  const admission = new FairLimiter(options.limits.maxInFlight, options.limits.maxWaiting)
  return {
    address: options.path,
    sentService: 'as-asked',
    send(command: RawJson, asker: RequestOwner): Promise<UpstreamResult> {
      return new Promise((resolve) => {
        if (unusable === null) new UnixRequest(options, admission, command, asker, resolve).run()
        else resolve({ ok: false, offline: false, reason: unusable, sent: false })
      })
    },
    close: () => admission.close(),
    retire: () => undefined,
    load: () => admission.load(),
    probe: () => (unusable === null ? probeUnixSocket(options.path) : Promise.resolve(unusable)),
  }
}

/** Connecting to such a path would throw, or go to a path cut short, which is another one. */
function unusablePath(path: string): string | null {
  if (isSocketPathTooLong(path)) {
    const length = Buffer.byteLength(path)
    return `the path of its control socket has ${length} bytes, and the system takes at most ${maxSocketPath}`
  }
  return path === '' || path.includes('\0') ? 'the path of its control socket is not usable' : null
}
