// Tells whether two names stand for one file, also through links in their folders or at their end, or hard links.

import { readlinkSync, realpathSync, statSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

export interface FileIdentity {
  /** The name itself, with the links of its folder resolved: what a rename acts on. */
  readonly entry: string
  /** The same with a link at the end resolved as well: what writing acts on. */
  readonly target: string
  /** Device and number of a regular file; null where there is none. */
  readonly inode: string | null
}

/** Asks the system for the folder and the file. @returns null for devices, pipes and other things that are no files */
export function identityOfFile(path: string): FileIdentity | null {
  const found = statOf(path)
  if (found !== null && !found.isFile()) return null
  const entry = join(realFolder(dirname(resolve(path))), basename(path))
  return { entry, target: targetOf(entry), inode: inodeOf(found) }
}

/** The file that a name leads to, with links followed; null where there is none or it cannot be reached. */
export function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null
  } catch {
    // Not reachable; whatever has to open the file will report that.
    return null
  }
}

/** Device and number of a regular file; null for anything else. */
export function inodeOf(found: Stats | null): string | null {
  return found?.isFile() === true ? `${found.dev}:${found.ino}` : null
}

/** A folder with its links resolved; as it is where it cannot be reached. */
export function realFolder(folder: string): string {
  try {
    return realpathSync(folder)
  } catch {
    return folder
  }
}

/** Where a name leads, also a link to a file that is not there yet. */
function targetOf(entry: string): string {
  try {
    return realpathSync(entry)
  } catch {
    try {
      const link = resolve(dirname(entry), readlinkSync(entry))
      return join(realFolder(dirname(link)), basename(link))
    } catch {
      return entry
    }
  }
}
