// The group that may read a key, such as that of the user keagate runs as.

import { readFileSync, statSync } from 'node:fs'
import type { Access } from './durable-file.ts'
import { PRIVATE } from './durable-file.ts'
import { keyFile } from './directory.ts'
import { certsError } from './error.ts'

/** Lets the owner read the key, and the group if there is one. @param group a name or a number; null: none */
export function keyAccess(group: string | null): Access {
  return group === null ? PRIVATE : { mode: 0o640, group: groupNumber(group) }
}

/** The access of a new key: the group that may read the old one may read the new one. */
export function sameAccess(directory: string, name: string): Access {
  const { mode, gid } = statSync(keyFile(directory, name))
  // All other users get no access, even if the mode of the old key gives it.
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
