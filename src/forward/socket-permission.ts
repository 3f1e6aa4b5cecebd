// Who may use the control socket of a daemon, according to its mode and the modes of the folders above it.

import { statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { describeOwnership, groupName, userName } from '../account.ts'
import { closedFolder } from '../tls/files/tls-file.ts'

/** Permission bits of the group. */
const GROUP_WRITE = 0o020
const GROUP_PASS = 0o010

/** How the agent can get access to a socket. Kea 2.2 gives access to its own user only, Kea 3 also to its group. */
export function socketRemedy(socket: string): string {
  try {
    const folder = closedFolder(socket)
    const place = folder ?? socket
    return remedyOf(place, statSync(place), folder === null ? GROUP_WRITE : GROUP_PASS)
  } catch {
    return "run the agent as the daemon's user"
  }
}

function remedyOf(place: string, stats: Stats, bit: number): string {
  const owner = userName(stats.uid)
  const shown = `${place} is ${describeOwnership(stats)}`
  if ((stats.mode & bit) === 0) return `run the agent as the user ${owner}: ${shown}, so its group does not help`
  return `run the agent as the user ${owner} or in the group ${groupName(stats.gid)}: ${shown}`
}
