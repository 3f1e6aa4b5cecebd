// Finds names of log files that stand for devices or open descriptors: `/dev/stdout`, and links to it, as container
// images have them.

import { readlinkSync, realpathSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

/** Links that the system follows before it gives up (ELOOP). */
const maxLinks = 40

/**
 * Whether a name lies below `/proc` or `/dev`, or leads there over links. The files there belong to the system: a
 * rotation would remove `/dev/stdout`, or the link to it. A link in `/proc` may lead on to a regular file.
 */
export function leadsToDevice(path: string): boolean {
  let name = resolve(path)
  for (let left = maxLinks; left > 0; left--) {
    // Checked first, because `realpath` would follow `/proc/self/fd` to the file that is open there.
    if (isBelow(name)) return true
    try {
      name = join(realpathSync(dirname(name)), basename(name))
      if (isBelow(name)) return true
      name = resolve(dirname(name), readlinkSync(name))
    } catch {
      // The name is no link, or does not exist.
      return false
    }
  }
  return false
}

function isBelow(name: string): boolean {
  return /^\/(?:proc|dev)\//.test(name)
}
