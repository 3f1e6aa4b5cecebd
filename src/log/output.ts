// The places log lines go to: standard output, standard error, files. Each formats events by its own pattern.

import { openSync } from 'node:fs'
import { pino } from 'pino'
import type { LogEvent, LineFormatter } from './pattern.ts'

export interface Output {
  write(event: LogEvent): void
  /** Writes out what is buffered, before the process ends or the output is given up. */
  close(): void
}

/** Standard output or error. Lines are written behind the event loop's back, so a stalled reader stalls nobody. */
export function standardOutput(fd: 1 | 2, format: LineFormatter): Output {
  return new StreamOutput(destination(fd, false), format)
}

/**
 * A file, appended to; mode 0640 as Kea 3 (its umask is 027).
 * @throws the system's error when it cannot be opened
 */
export function fileOutput(path: string, flush: boolean, format: LineFormatter): Output {
  const fd = openSync(path, 'a', 0o640)
  return new StreamOutput(destination(fd, flush), format)
}

type Destination = ReturnType<typeof pino.destination>

/** Bytes of lines kept for an output that takes none, such as a full disk; what comes after them is lost. */
const mostUnwritten = 16 * 1024 * 1024

function destination(fd: number, sync: boolean): Destination {
  return pino.destination({ fd, sync, minLength: 0, maxLength: mostUnwritten })
}

class StreamOutput implements Output {
  readonly #stream: Destination
  readonly #format: LineFormatter
  #failing = false

  constructor(stream: Destination, format: LineFormatter) {
    this.#stream = stream
    this.#format = format
    // A closed pipe or a full disk never stops the agent. The stream keeps what it could not write and tries it again
    // with the next line.
    stream.on('error', () => (this.#failing = true))
    stream.on('write', () => (this.#failing = false))
  }

  write(event: LogEvent): void {
    this.#stream.write(this.#format(event))
  }

  close(): void {
    try {
      // On an output that fails, this would try for ever.
      if (!this.#failing) this.#stream.flushSync()
    } catch {
      // Nothing is left to tell it to: the output itself is what fails.
    }
    this.#stream.destroy()
  }
}
