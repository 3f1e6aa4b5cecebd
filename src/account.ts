// Users and groups by their names, and files as `ls -l` shows them, for sentences and commands.

import { readFileSync } from 'node:fs'
import type { Stats } from 'node:fs'

/** The name of a user, or the number where /etc/passwd has no name for it. */
export function userName(uid: number): string {
  return nameIn('/etc/passwd', uid)
}

/** The name of a group, or the number where /etc/group has no name for it. */
export function groupName(gid: number): string {
  return nameIn('/etc/group', gid)
}

/** The user that this process runs as, for a sentence. */
export function ownUser(): string {
  const uid = process.geteuid?.()
  return uid === undefined ? 'unknown user' : describeUser(uid)
}

/** `user _kea`, or `user id 4711` where the number has no name. */
export function describeUser(uid: number): string {
  const name = userName(uid)
  return name === String(uid) ? `user id ${name}` : `user ${name}`
}

/** Such as `srwxr-xr-x _kea _kea`. */
export function describeOwnership(stats: Stats): string {
  const kind = stats.isSocket() ? 's' : stats.isDirectory() ? 'd' : '-'
  const bits = Array.from('rwxrwxrwx', (letter, index) => ((stats.mode >> (8 - index)) & 1) === 1 ? letter : '-')
  return `${kind}${bits.join('')} ${userName(stats.uid)} ${groupName(stats.gid)}`
}

/** The first field of each line is the name and the third one is the number, in both files. */
function nameIn(file: string, number: number): string {
  try {
    const line = readFileSync(file, 'utf8').split('\n').find((entry) => entry.split(':')[2] === String(number))
    return line?.split(':')[0] || String(number)
  } catch {
    return String(number)
  }
}
