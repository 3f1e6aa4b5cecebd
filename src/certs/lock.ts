// Lets one command at a time work in a directory. The lock of a command that was killed is taken over.
//
//   .lock             made by its holder and naming it; removed at the end of the work
//   .new-after-HASH   names the command that takes over the lock whose content has this hash
//
// A dead holder's lock is not removed but replaced, in one step, and only by the one command that could make the second
// file. So of several commands that find it at once, exactly one works.

import { createHash } from 'node:crypto'
import { closeSync, linkSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { SCRATCH, scratchName } from './durable-file.ts'
import { codeOf, certsError } from './error.ts'

const NAME = '.lock'

/**
 * Runs the work while no other command works in the directory.
 * @throws KeagateError (CERTS_REFUSED) at once, without waiting, when another one does
 */
export async function locked<Result>(directory: string, work: () => Promise<Result>): Promise<Result> {
  const lock = path.join(directory, NAME)
  if (!take(directory, lock)) {
    throw certsError(`another "keagate certs" is at work in ${directory}`, 'wait until it has ended and try again')
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

/** @returns whether the lock is this process's now */
function take(directory: string, lock: string): boolean {
  const scratch = path.join(directory, scratchName())
  const fd = openSync(scratch, 'wx', 0o600)
  try {
    // The file is complete when it gets its name, so a reader always finds the holder in it.
    writeFileSync(fd, holder(process.pid))
    return link(scratch, lock) || takeOver(directory, lock, scratch)
  } finally {
    closeSync(fd)
    rmSync(scratch, { force: true })
  }
}

/** Takes the place of a dead holder. @param own a file that names this process */
function takeOver(directory: string, lock: string, own: string): boolean {
  const found = contentOf(lock)
  // The holder has just ended.
  if (found === null) return link(own, lock)
  let last = found
  for (let next: string | null = found; next !== null; next = contentOf(successorFile(directory, next))) {
    if (isAlive(next)) return false
    // Each of them was killed while it took over.
    last = next
  }
  const claim = successorFile(directory, last)
  if (!link(own, claim)) return false
  try {
    // Another one may have taken over, worked and cleared up since the lock was read. From here on, none can.
    if (contentOf(lock) !== found) return false
    renameSync(own, lock)
    return true
  } catch (error) {
    // As in `link`.
    if (codeOf(error) === 'ENOENT') return false
    throw error
  } finally {
    rmSync(claim, { force: true })
  }
}

function successorFile(directory: string, content: string): string {
  return path.join(directory, `${SCRATCH}after-${createHash('sha256').update(content).digest('hex').slice(0, 32)}`)
}

/** @returns whether the file has got the second name, which was free */
function link(file: string, name: string): boolean {
  try {
    linkSync(file, name)
    return true
  } catch (error) {
    // ENOENT: the holder of the lock has just removed the file with `sweep`.
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return false
    throw error
  }
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
