// The doors that client tests knock at: every way in, with one scripted daemon behind them all, so that the clients
// can be tried where Kea is not installed.

import type { Owner } from '../support/child.ts'
import { FakeDaemon, answering } from '../support/fake-daemon.ts'
import { makeCertificates } from '../kea/certificates.ts'
import type { Door } from '../kea/door.ts'
import { openDoor, ways } from '../kea/door.ts'

/** What the daemon says: a count that a double does not hold, and é in Kea's spelling of its two bytes. */
export const daemonAnswer =
  '{ "arguments": { "name": "caf\\u00c3\\u00a9", "total-nas": 72057594037927937 }, "result": 0, "text": "{ok}" }'

/** What the client gets for it. */
export const answerToClient = `[ ${daemonAnswer} ]`

export const command = '{ "command": "config-get", "service": [ "dhcp4" ] }'

export interface Doors {
  readonly daemon: FakeDaemon
  /** Plain, server-authenticated and mutual TLS, each without and with basic authentication. */
  readonly all: readonly Door[]
}

/** Opens a door for every way in. */
export async function openDoors(owner: Owner): Promise<Doors> {
  const daemon = await FakeDaemon.listen(answering(daemonAnswer))
  owner.teardown(() => daemon.close())
  const certificates = await makeCertificates(owner)
  const sockets = { dhcp4: daemon.path }
  const all: Door[] = []
  for (const way of ways) all.push(await openDoor(owner, way, certificates, { sockets }))
  return { daemon, all }
}
