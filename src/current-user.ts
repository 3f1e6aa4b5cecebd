// Who this process runs as, for texts that say what it may not do.

import { userInfo } from 'node:os'

/** The user by name, such as `_kea`; by number where the system has no name for it, as often in containers. */
export function currentUser(): string {
  try {
    return `user ${userInfo().username}`
  } catch {
    return `user id ${process.geteuid?.() ?? 'unknown'}`
  }
}
