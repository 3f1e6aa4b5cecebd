// Lets one command at a time work in a directory. The lock of a command that was killed is removed.

import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { scratchName } from './durable-file.ts'
import { codeOf, certsError } from './error.ts'

const NAME = '.lock'

/**
 * Runs the work while no other command works in the directory.
 * @throws KeagateError (CERTS_REFUSED) at once, without waiting, when another one does
 */
export async function locked<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  const lock = path.join(directory, NAME)
  if (!take(lock)) {
    removeStale(lock)
    if (!take(lock)) {
      throw certsError(`another "keagate certs" is at work in ${directory}`, 'wait until it has ended and try again')
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** The lock file is complete when it gets its name, so a reader always finds the holder in it. */
function take(lock: string): boolean {
  const scratch = path.join(path.dirname(lock), scratchName())
  const fd = openSync(scratch, 'wx', 0o600)
  try {
    writeFileSync(fd, holder(process.pid))
    linkSync(scratch, lock)
    return true
  } catch (error) {
    // ENOENT: the holder has just removed the scratch file with `sweep`.
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false
    throw error
  } finally {
    closeSync(fd)
    rmSync(scratch, { force: true })
  }
}

function removeStale(lock: string): void {
  const found = contentOf(lock)
  if (found === null || isAlive(found)) return
  // Two commands may find the lock stale at once. If the other one was faster, the file that is renamed here is already
  // a new lock, which is put back.
  const aside = path.join(path.dirname(lock), scratchName())
  try {
    renameSync(lock, aside)
  } catch {
    return
  }
  if (contentOf(aside) !== found) linkSync(aside, lock)
  rmSync(aside, { force: true })
}

function isAlive(found: string): boolean {
  const pid = Number(found.split(' ')[0])
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false
  }
  return holder(pid) === found
}

/** A process by its number and, on Linux, its start time, because numbers are used again. */
function holder(pid: number): string {
  const fields = contentOf(`/proc/${pid}/stat`)?.replace(/^[^]*\) /, '').split(' ')
  return `${pid} ${fields?.[19] ?? '-'}`
}

function contentOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}
