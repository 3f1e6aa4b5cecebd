// One command at a time in a directory. The lock of a command that was killed does not count.

import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { scratchName } from './durable-file.ts'
import { codeOf, certsError } from './error.ts'

const NAME = '.lock'

/**
 * Runs the work while no other command works in the directory.
 * @throws KeagateError (CERTS_REFUSED) at once when another one does
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

/** The lock appears with its content: a reader always finds a holder. */
function take(lock: string): boolean {
  const scratch = path.join(path.dirname(lock), scratchName())
  const fd = openSync(scratch, 'wx', 0o600)
  try {
    writeFileSync(fd, holder(process.pid))
    linkSync(scratch, lock)
    return true
  } catch (error) {
    // ENOENT: the holder has just swept the scratch file away.
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
  // Two that find it stale at once: the rename gives it to one of them, and the other must not take away a new one.
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

/** A process by its number and, where Linux tells it, its start time: numbers are used again. */
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
