// Writes files that are complete or do not exist, even after a crash, and that are private from their first byte.

import {
  closeSync,
  existsSync,
  fchmodSync,
  fchownSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { certsError, codeOf } from './error.ts'

/** The mode and group of a file. */
export interface Access {
  readonly mode: number
  /** null: the group of the user who writes the file. */
  readonly group: number | null
}

export const PUBLIC: Access = { mode: 0o644, group: null }
export const PRIVATE: Access = { mode: 0o600, group: null }

/** How the temporary names of files and folders begin, which they have until they are complete. */
export const SCRATCH = '.new-'

export function scratchName(): string {
  return `${SCRATCH}${randomBytes(6).toString('hex')}`
}

/**
 * Makes a new file and waits until it is on disk. It is opened with access for its owner only, so that no other user
 * can read it before its group and mode are set, whatever the umask.
 */
export function createFile(file: string, content: string | Buffer, { mode, group }: Access): void {
  const fd = openSync(file, 'wx', 0o600)
  try {
    if (group !== null) fchownSync(fd, -1, group)
    fchmodSync(fd, mode)
    writeFileSync(fd, content)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Writes a file, in place of one that is there, in one step. */
export function replaceFile(file: string, content: string | Buffer, access: Access): void {
  const scratch = path.join(path.dirname(file), scratchName())
  try {
    createFile(scratch, content, access)
    renameSync(scratch, file)
  } catch (error) {
    rmSync(scratch, { force: true })
    throw error
  }
  syncFolder(path.dirname(file))
}

/** Makes a symbolic link, or changes its target, in one step. */
export function replaceLink(link: string, target: string): void {
  const scratch = path.join(path.dirname(link), scratchName())
  symlinkSync(target, scratch)
  try {
    renameSync(scratch, link)
  } catch (error) {
    rmSync(scratch, { force: true })
    throw error
  }
  syncFolder(path.dirname(link))
}

/** Makes a folder that all users may list, whatever the umask. Private files in it are protected by their own modes. */
export function createFolder(folder: string): void {
  mkdirSync(folder, { mode: 0o700 })
  const fd = openSync(folder, 'r')
  try {
    fchmodSync(fd, 0o755)
  } finally {
    closeSync(fd)
  }
}

/**
 * Makes a folder and all missing folders above it. All users may list them, unless the umask forbids it. They are made
 * one by one: the recursive call of Node.js (seen on 20 to 26) tries forever where the system reports that the folder
 * above is missing although it exists, as the file system of /proc does.
 * @throws Error of the system, or KeagateError (CERTS_REFUSED)
 */
export function createFolders(folder: string): void {
  const missing: string[] = []
  for (let each = folder; !existsSync(each); each = path.dirname(each)) missing.push(each)
  for (const each of missing.reverse()) createMissing(each)
}

function createMissing(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o755 })
  } catch (error) {
    // Another process has just made it.
    if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
    if (codeOf(error) !== 'ENOENT') throw error
    throw certsError(`no folder can be made in ${path.dirname(folder)}`, 'name a directory on another file system', error)
  }
}

/** A new name in a folder survives a power cut only after this. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
