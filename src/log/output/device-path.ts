// Names of log files that are no places of their own: `/dev/stdout`, and links to it, as images have them.

import { readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Links that the system follows before it gives up (ELOOP). */
const maxLinks = 40

/**
 * Whether a name lies below `/proc` or `/dev`, or leads there over links. What is there belongs to the system: moving
 * the name aside would take `/dev/stdout`, or the link to it, away. A link in `/proc` may lead on to a regular file.
 */
export function leadsToDevice(path: string): boolean {
  let name = resolve(path)
  for (let left = maxLinks; left > 0; left--) {
    // Asked first: `realpath` would go through `/proc/self/fd` to whatever is open there.
    if (isBelow(name)) return true
    try {
      name = join(realpathSync(dirname(name)), basename(name))
      if (isBelow(name)) return true
      name = resolve(dirname(name), readlinkSync(name))
    } catch {
      // It is no link, or leads nowhere.
      return false
    }
  }
  return false
}

function isBelow(name: string): boolean {
  return /^\/(?:proc|dev)\//.test(name)
}
