// The group that may read a key, such as that of the user keagate runs as.

import { readFileSync, statSync } from 'node:fs'
import type { Access } from './durable-file.ts'
import { PRIVATE } from './durable-file.ts'
import { keyFile } from './directory.ts'
import { certsError } from './error.ts'

/** For the owner alone, or for the group too. @param group a name or a number, null for none */
export function keyAccess(group: string | null): Access {
  return group === null ? PRIVATE : { mode: 0o640, group: groupNumber(group) }
}

/** The group that may read a key may read its successor. */
export function sameAccess(directory: string, name: string): Access {
  const { mode, gid } = statSync(keyFile(directory, name))
  // Never for others, whatever the mode of the old one.
  return (mode & 0o040) === 0 ? PRIVATE : { mode: 0o640, group: gid }
}

function groupNumber(group: string): number {
  if (/^\d{1,9}$/.test(group)) return Number(group)
  const line = groups().find((entry) => entry.split(':')[0] === group)
  const number = Number(line?.split(':')[2] ?? NaN)
  if (Number.isInteger(number)) return number
  throw certsError(`there is no group ${JSON.stringify(group)} in /etc/group`, 'give its number (getent group shows it)')
}

function groups(): readonly string[] {
  try {
    return readFileSync('/etc/group', 'utf8').split('\n')
  } catch {
    return []
  }
}
