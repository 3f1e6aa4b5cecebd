// The places log lines go to: standard output, standard error, files. All that write to one place share its stream.

import { accessSync, constants, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { pino } from 'pino'
import { KeagateError } from '../errors.ts'

/** Standard output or error. Lines are written behind the event loop's back, so a stalled reader stalls nobody. */
export function standardStream(fd: 1 | 2): LogStream {
  return new LogStream(destination(fd, false))
}

/**
 * A file, appended to; mode 0640 as Kea 3 (its umask is 027).
 * @throws KeagateError CONFIG_INVALID when it cannot be opened
 */
export function fileStream(path: string, flush: boolean): LogStream {
  try {
    return new LogStream(destination(openSync(path, 'a', 0o640), flush))
  } catch (error) {
    throw cannotOpen(path, error)
  }
}

/**
 * Whether `fileStream` could open it, as far as can be told without creating it.
 * @throws KeagateError as `fileStream` does
 */
export function checkLogFile(path: string): void {
  try {
    const found = statSync(path, { throwIfNoEntry: false })
    if (found?.isDirectory() === true) throw Object.assign(new Error('it is a folder'), { code: 'EISDIR' })
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
    case 'EACCES':
      return fail(`permission denied for user id ${process.geteuid?.() ?? 'unknown'}`, 'let that user write there')
    default:
      return fail(cause instanceof Error ? cause.message : String(cause), 'name another file')
  }
}

type Destination = ReturnType<typeof pino.destination>

/** Bytes of lines kept for an output that takes none, such as a full disk; what comes after them is lost. */
const mostUnwritten = 16 * 1024 * 1024

/** Milliseconds that closing waits for a reader that stalls. */
const patience = 1000

function destination(fd: number, sync: boolean): Destination {
  return pino.destination({ fd, sync, minLength: 0, maxLength: mostUnwritten })
}

export class LogStream {
  readonly #stream: Destination
  #failing = false

  constructor(stream: Destination) {
    this.#stream = stream
    // A closed pipe or a full disk never stops the agent. The stream keeps what it could not write and tries it again
    // with the next line.
    stream.on('error', () => (this.#failing = true))
    stream.on('write', () => (this.#failing = false))
  }

  write(line: string): void {
    this.#stream.write(line)
  }

  /**
   * Settles when what is buffered has been written, or cannot be; call it once. A write may be on its way, which
   * anything written past it would overtake.
   */
  close(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer)
        this.#stream.destroy()
        resolve()
      }
      const timer = setTimeout(end, patience)
      this.#stream.once('close', end).once('error', end)
      if (this.#failing) end()
      else this.#stream.end()
    })
  }
}
