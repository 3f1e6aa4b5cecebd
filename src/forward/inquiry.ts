// Asks a daemon for its version and state, on a connection of its own and with a short deadline: it takes no place from
// the commands of clients, and a daemon that hangs is given up soon.

import type { DaemonInfo } from '../command/daemon-info.ts'
import { readDaemonInfo } from '../command/daemon-info.ts'
import { neverAborted } from '../command/scope.ts'
import type { UpstreamLimits } from '../config/types.ts'
import { printCompact } from '../json/text/print.ts'
import { rawJson, rawToString } from '../json/raw.ts'
import type { RequestOwner, Transport } from './upstream.ts'

/** Times in milliseconds. The answers have less than 10 KiB. */
export const inquiryLimits: UpstreamLimits = {
  connectTimeout: 2000, stallTimeout: 3000, totalTimeout: 5000, connectRetry: 0,
  maxInFlight: 1, maxWaiting: 0, maxAnswerSize: 262_144,
}

/** Reserves no memory, as `inquiryLimits` and the number of inquiries at a time limit it. */
const owner: RequestOwner = {
  client: 'keagate',
  scope: { signal: neverAborted, memory: { tryReserve: () => true, release: () => undefined } },
}

/** Never rejects. @param transport with `inquiryLimits`; closed here. @returns null: there was no usable answer */
export async function inquire(transport: Transport): Promise<DaemonInfo | null> {
  try {
    const version = await ask(transport, 'version-get')
    // A daemon that cannot be reached is not tried a second time.
    const status = version === null ? null : await ask(transport, 'status-get')
    return readDaemonInfo(version, status, Date.now())
  } finally {
    transport.close()
  }
}

async function ask(transport: Transport, command: string): Promise<string | null> {
  const { sentService } = transport
  const service = typeof sentService === 'string' ? {} : { service: [sentService.name] }
  const result = await transport.send(rawJson(printCompact({ command, ...service })), owner)
  return result.ok ? rawToString(result.answer) : null
}
