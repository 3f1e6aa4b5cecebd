// Makes the default folder of log files and the folders below it where they are missing, as a package or a volume would
// bring them.

import { accessSync, constants, mkdirSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** As systemd's LogsDirectory in the unit. */
const logFolderMode = 0o750

/**
 * Makes the missing folders of a log file that lies below `logFolder`, that folder included. Never throws: opening the
 * file says what is wrong.
 */
export function makeLogFolder(file: string, logFolder: string): void {
  const missing = missingFolders(file, logFolder)
  try {
    // One by one: Node's `recursive` tries for ever in a file system that refuses new folders with ENOENT.
    for (const folder of missing) mkdirSync(folder, logFolderMode)
  } catch {
    // Also when another process made the folder first; then that process makes the rest.
  }
}

/** Whether `makeLogFolder` has a folder to make, and permission to make it. */
export function canMakeLogFolder(file: string, logFolder: string): boolean {
  const [first] = missingFolders(file, logFolder)
  if (first === undefined) return false
  try {
    accessSync(dirname(first), constants.W_OK)
    return true
  } catch {
    return false
  }
}

/** The outermost first. */
function missingFolders(file: string, logFolder: string): string[] {
  const root = resolve(logFolder)
  const missing: string[] = []
  for (let folder = dirname(resolve(file)); isBelow(folder, root) && isMissing(folder); folder = dirname(folder)) {
    missing.unshift(folder)
  }
  return missing
}

function isBelow(folder: string, root: string): boolean {
  return folder === root || folder.startsWith(root === '/' ? '/' : `${root}/`)
}

function isMissing(folder: string): boolean {
  try {
    return statSync(folder, { throwIfNoEntry: false }) === undefined
  } catch {
    // The path to the folder cannot be searched.
    return false
  }
}
