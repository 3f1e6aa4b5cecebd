// Opens log files, and says in plain words why one cannot be opened.

import { accessSync, closeSync, constants, fstat, fstatSync, open, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { promisify } from 'node:util'
import { ownUser } from '../../account.ts'
import { KeagateError } from '../../errors.ts'
import { leadsToDevice } from './device-path.ts'
import { canMakeLogFolder } from './log-folder.ts'

const openFile = promisify(open)
const statFile = promisify(fstat)

/** Writes at the end, whatever other programs do to the file. Not blocked by a named pipe without a reader. */
export const appending = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK

/** As Kea 3, whose umask is 027. */
export const logFileMode = 0o640

export interface OpenFile {
  readonly fd: number
  /** Bytes. */
  readonly size: number
  /** Tells the file from another one that gets the same name later. */
  readonly identity: string
  /** false: a device or a pipe, or a name in /dev or /proc, such as /dev/stdout. */
  readonly rotatable: boolean
}

/** @throws KeagateError CONFIG_INVALID when the file cannot be opened */
export function openLogFile(path: string): OpenFile {
  let fd: number | null = null
  try {
    fd = openSync(path, appending, logFileMode)
    return describeFile(path, fd, fstatSync(fd))
  } catch (error) {
    if (fd !== null) closeSync(fd)
    throw cannotOpen(path, error)
  }
}

/**
 * The same without blocking the event loop, which a slow file system could do.
 * @throws the system's error
 */
export async function openLogFileInBackground(path: string): Promise<OpenFile> {
  const fd = await openFile(path, appending, logFileMode)
  try {
    return describeFile(path, fd, await statFile(fd))
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

interface FileFacts {
  readonly dev: number
  readonly ino: number
  readonly size: number
  isFile(): boolean
}

function describeFile(path: string, fd: number, facts: FileFacts): OpenFile {
  return { fd, size: facts.size, identity: identityOf(facts), rotatable: facts.isFile() && !leadsToDevice(path) }
}

export function identityOf(facts: FileFacts): string {
  return `${facts.dev}:${facts.ino}`
}

/**
 * Checks whether `openLogFile` could open the file, as far as can be told without creating it.
 * @param logFolder its missing subfolders count as present, because they are made before the file is opened
 * @throws KeagateError as `openLogFile` does
 */
export function checkLogFile(path: string, logFolder: string): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
    if (found === undefined && canMakeLogFolder(path, logFolder)) return
    accessSync(found === undefined ? dirname(path) : path, constants.W_OK)
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

function cannotOpen(path: string, cause: unknown): KeagateError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  const fail = (reason: string, remedy: string): KeagateError =>
    new KeagateError('CONFIG_INVALID', `log file ${path} cannot be opened: ${reason}`, { remedy, cause })
  switch (code) {
    case 'ENOENT':
      return fail(`the folder ${dirname(path)} does not exist`, 'create it, or correct the name')
    case 'EISDIR':
      return fail('it is a folder', 'end it with the name of a file')
    case 'ENXIO':
      return fail('it is a pipe without a reader, or a socket', 'start its reader first, or name a file')
    case 'EACCES':
      return fail(`permission denied for ${ownUser()}`, 'let that user write there')
    default:
      return fail(cause instanceof Error ? cause.message : String(cause), 'name another file')
  }
}
